import { PassThrough, Writable } from 'node:stream';
import { Terminal } from '@xterm/headless';
import { expect, onTestFinished } from 'vitest';
import { connect } from '../../src/client/connect.ts';
import { KeyTable } from '../../src/screen/keys/key-table.ts';
import { runScreen } from '../../src/screen/run.ts';
import type { TestBoard } from '../helpers/board.ts';
import { Watchers } from '../helpers/watchers.ts';
import { unwantedIn } from './terminal/sent.ts';

interface TesterOptions {
  user?: string;
  password?: string;
  columns?: number;
  rows?: number;
}

// How long something may take to appear before the test fails, in milliseconds.
const patience = 10_000;
// Milliseconds between what a person types, on the clock of the screen; and between repeats of a key that is held down.
const thinking = 1000;
const repeating = 40;

/** A person at the full-screen client: types keys, and sees what a terminal draws. */
export class ScreenTester {
  /** Resolves when the screen has ended, with the reason. */
  readonly ended: Promise<string | undefined>;
  /** All that was sent to the terminal. */
  raw = '';
  private readonly input = new PassThrough();
  /** Milliseconds of the clock of the screen, which goes on only when keys are typed. */
  private clock = 0;
  private isStuck = false;
  /** What the line carries once it is not stuck any more. */
  private held: (() => void) | undefined;
  private readonly resizing = new Set<() => void>();
  private readonly watchers = new Watchers(patience, () => this.text);
  private readonly gone = new AbortController();

  private constructor(
    readonly board: Awaited<ReturnType<typeof connect>>,
    private readonly terminal: Terminal,
  ) {
    const { resizing } = this;
    const output = new Writable({
      decodeStrings: false,
      write: (text: string, _encoding, done) => {
        const carry = () => {
          this.raw += text;
          terminal.write(text, () => this.watchers.look());
          done();
        };
        if (this.isStuck) this.held = carry;
        else carry();
        this.watchers.look();
      },
    });
    this.ended = runScreen({
      board,
      input: this.input,
      output,
      size: {
        get columns() {
          return terminal.cols;
        },
        get rows() {
          return terminal.rows;
        },
        onResize: (listener) => {
          resizing.add(listener);
          return () => void resizing.delete(listener);
        },
      },
      environment: { TERM: 'xterm-256color', TZ: 'UTC' },
      title: 'board.example',
      keys: new KeyTable(),
      gone: this.gone.signal,
      now: () => this.clock,
    });
    onTestFinished(async () => {
      this.unstick();
      this.gone.abort();
      await this.ended;
      await board.close();
      // Whatever a test does, the terminal is sent nothing else.
      expect(unwantedIn(this.raw)).toEqual([]);
    });
  }

  static async open(
    { port }: Pick<TestBoard, 'port'>,
    { user = 'alice', password, columns = 100, rows = 30 }: TesterOptions = {},
  ): Promise<ScreenTester> {
    const timing = { firstPause: 20, longestPause: 100 };
    const board = await connect({ host: '127.0.0.1', port, user, password, timing });
    return new ScreenTester(
      board,
      new Terminal({ cols: columns, rows, allowProposedApi: true, scrollback: 0 }),
    );
  }

  /** Types keys at once, after a person has had time to read the screen. */
  type(keys: string): void {
    this.clock += thinking;
    this.input.write(keys);
  }

  /** Holds a key down. Whatever each repeat asks of the board is answered before the next one. */
  async hold(key: string, times: number): Promise<void> {
    this.clock += thinking - repeating;
    for (let repeat = 0; repeat < times; repeat++) {
      this.clock += repeating;
      this.input.write(key);
      for (let calls = 0; calls < 5; calls++) await this.board.call('ping', {});
    }
  }

  /** The line to the terminal carries nothing more until `unstick`. Resolves when something waits for it. */
  async stick(meanwhile: () => void): Promise<void> {
    this.isStuck = true;
    meanwhile();
    await this.until(() => this.held !== undefined);
  }

  unstick(): void {
    const { held } = this;
    this.isStuck = false;
    this.held = undefined;
    held?.();
  }

  resize(columns: number, rows: number): void {
    this.terminal.resize(columns, rows);
    for (const listener of this.resizing) listener();
  }

  /** The rows of the screen. */
  get rows(): string[] {
    const { active } = this.terminal.buffer;
    return Array.from({ length: this.terminal.rows }, (_, row) =>
      (active.getLine(row)?.translateToString() ?? '').trimEnd(),
    );
  }

  get text(): string {
    return this.rows.join('\n');
  }

  /** Types keys, and waits until the screen shows `what`. */
  async typed(keys: string, what: string | RegExp): Promise<void> {
    this.type(keys);
    await this.shows(what);
  }

  /** Waits until the screen shows `what`. */
  shows(what: string | RegExp): Promise<void> {
    return this.watchers.shows(what);
  }

  /** Waits until `holds`; fails with the screen if that takes too long. */
  until(holds: () => boolean): Promise<void> {
    return this.watchers.until(holds);
  }
}
