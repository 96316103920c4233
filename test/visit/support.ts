import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { vouchedSocket } from '../../src/doors/vouched/door.ts';
import { parseKeyLine } from '../../src/protocol/ssh-key.ts';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { visit } from '../../src/visit/visit.ts';
import type { Identity, Visitor } from '../../src/visit/visitor.ts';
import { TestBoard, type TestBoardOptions } from '../helpers/board.ts';
import { makeSshKey } from '../helpers/ssh-keys.ts';
import { vouchedPeer } from '../helpers/vouched-peer.ts';

/** What a command has printed, and its exit code. */
export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

// How long something may take to appear before the test fails, in milliseconds.
const patience = 20_000;

/** A visit under way, with the streams of the visitor. */
export class Visit {
  readonly input = new PassThrough();
  readonly output = new PassThrough();
  readonly errors = new PassThrough();
  readonly exited: Promise<number>;
  private readonly gone = new AbortController();
  private readonly resizes = new Set<() => void>();
  private size = { columns: 80, rows: 24 };
  /** All that was printed at a terminal. */
  raw = '';
  /** Where in `raw` the next `shows` looks. */
  private seen = 0;

  constructor(
    board: Pick<TestBoard, 'data'>,
    identity: Identity,
    {
      command,
      environment = {},
      size,
    }: Partial<Pick<Visitor, 'command' | 'environment'>> & { size?: [number, number] | undefined },
  ) {
    const { size: now } = this;
    if (size) [now.columns, now.rows] = size;
    const socket = vouchedSocket(databaseFile(board.data)) ?? '';
    const { input, output, errors } = this;
    const terminal = size && {
      get columns() {
        return now.columns;
      },
      get rows() {
        return now.rows;
      },
      onResize: (listener: () => void) => {
        this.resizes.add(listener);
        return () => this.resizes.delete(listener);
      },
    };
    if (size)
      output.setEncoding('utf8').on('data', (chunk: string) => {
        this.raw += chunk;
      });
    this.exited = visit(
      {
        ...{
          input,
          output,
          errors: size ? output : errors,
          terminal,
          environment,
          command,
          identity,
        },
        gone: this.gone.signal,
      },
      { socket },
    );
    onTestFinished(async () => {
      this.leave();
      await this.exited.catch(() => {});
    });
  }

  /** The connection of the visitor is cut. */
  leave(): void {
    this.gone.abort();
  }

  type(keys: string): void {
    this.input.write(keys);
  }

  /** Waits until this is printed after what was waited for before. */
  async shows(what: string): Promise<void> {
    const late = AbortSignal.timeout(patience);
    for (;;) {
      const at = this.raw.indexOf(what, this.seen);
      if (at !== -1) {
        this.seen = at + what.length;
        return;
      }
      await once(this.output, 'data', { signal: late }).catch(() => {
        throw new Error(
          `waited in vain for ${JSON.stringify(what)} in ${JSON.stringify(this.raw)}`,
        );
      });
    }
  }
}

/** A person with an SSH key, whom another program has authenticated for a board in this process. */
export class Guest {
  private constructor(
    readonly board: TestBoard,
    readonly identity: Identity,
    /** The key as a line of authorized_keys. */
    readonly line: string,
  ) {}

  static async to(
    options: TestBoardOptions | TestBoard = {},
    identity: Partial<Identity> = {},
  ): Promise<Guest> {
    const board = options instanceof TestBoard ? options : await TestBoard.start(options);
    const { line } = makeSshKey();
    const { type, fingerprint } = parseKeyLine(line);
    const address = { ip: '192.0.2.7', port: 50_000 };
    return new Guest(board, { address, key: { type, fingerprint }, ...identity }, line);
  }

  /** Somebody whose key belongs to a name. */
  static async known(name: string, options: TestBoardOptions | TestBoard = {}): Promise<Guest> {
    const guest = await Guest.to(options);
    const peer = await vouchedPeer(guest.board);
    await peer.call('door.login', { user: name, key: guest.identity.key });
    await peer.call('account.addKey', {});
    await peer.call('session.logout', {});
    await peer.closed();
    return guest;
  }

  get fingerprint(): string {
    return this.identity.key?.fingerprint ?? '';
  }

  /** Runs a command without a terminal. @param input all of its standard input */
  async run(command: string | undefined, input: string | Buffer = ''): Promise<Run> {
    const started = this.start(command);
    started.input.end(input);
    const { output, errors } = started;
    const printed = Promise.all([text(output), text(errors)]);
    const code = await started.exited;
    output.end();
    errors.end();
    const [stdout, stderr] = await printed;
    return { code, stdout, stderr };
  }

  /** Starts a command without a terminal. */
  start(command: string | undefined): Visit {
    return new Visit(this.board, this.identity, { command });
  }

  /** Comes with a terminal. */
  atTerminal(
    command: string | undefined = undefined,
    environment: Record<string, string> = { TERM: 'xterm-256color' },
    size: [number, number] = [80, 24],
  ): Visit {
    return new Visit(this.board, this.identity, { command, environment, size });
  }
}
