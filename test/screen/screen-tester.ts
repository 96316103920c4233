import { PassThrough } from 'node:stream';
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

/** A person at the full-screen client: types keys, and sees what a terminal draws. */
export class ScreenTester {
  /** Resolves when the screen has ended, with the reason. */
  readonly ended: Promise<string | undefined>;
  /** All that was sent to the terminal. */
  raw = '';
  private readonly input = new PassThrough();
  private readonly output = new PassThrough();
  private readonly resizing = new Set<() => void>();
  private readonly watchers = new Watchers(patience, () => this.text);
  private readonly gone = new AbortController();

  private constructor(
    readonly board: Awaited<ReturnType<typeof connect>>,
    private readonly terminal: Terminal,
  ) {
    this.output.setEncoding('utf8').on('data', (text: string) => {
      this.raw += text;
      terminal.write(text, () => {
        this.watchers.look();
      });
    });
    const { resizing } = this;
    this.ended = runScreen({
      board,
      input: this.input,
      output: this.output,
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
    });
    onTestFinished(async () => {
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

  type(keys: string): void {
    this.input.write(keys);
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
