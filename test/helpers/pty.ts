import { setTimeout } from 'node:timers/promises';
import { spawn } from '@lydell/node-pty';
import { Terminal } from '@xterm/headless';
import { onTestFinished } from 'vitest';
import { program } from './server.ts';
import { tempFolder } from './temp.ts';
import { Watchers } from './watchers.ts';

export interface PtyOptions {
  cols?: number;
  rows?: number;
  env?: Record<string, string>;
}

// How long something may take to appear before the test fails, in milliseconds.
const patience = 20_000;

/** A person at a terminal: sees the screen as a terminal draws it, and types. */
export class Pty {
  /** Resolves with the exit code when the program has ended and its last output is drawn. */
  readonly exited: Promise<number>;
  /** Where the client keeps what it should remember, unless the environment says otherwise. */
  readonly state = tempFolder();
  /** All that the program has written, as it came. */
  raw = '';
  private readonly terminal: Terminal;
  private readonly process;
  private readonly watchers = new Watchers(patience, () => this.screen);

  constructor(
    command: string,
    args: string[],
    { cols = 200, rows = 24, env = {} }: PtyOptions = {},
  ) {
    this.terminal = new Terminal({
      cols,
      rows,
      scrollback: 10_000,
      allowProposedApi: true,
      reflowCursorLine: true,
    });
    const { PATH = '', NODE_COMPILE_CACHE = '' } = process.env;
    this.process = spawn(command, args, {
      cols,
      rows,
      env: {
        PATH,
        NODE_COMPILE_CACHE,
        TERM: 'xterm-256color',
        LANG: 'C.UTF-8',
        XDG_STATE_HOME: this.state,
        ...env,
      },
    });
    this.process.onData((data) => {
      this.raw += data;
      this.terminal.write(data, () => {
        this.watchers.look();
      });
    });
    this.exited = new Promise((resolve) => {
      this.process.onExit(({ exitCode }) => this.terminal.write('', () => resolve(exitCode)));
    });
    onTestFinished(() => this.process.kill('SIGKILL'));
  }

  /** `corkboard chat` in a terminal. */
  static chat(args: (string | number)[], options: PtyOptions = {}): Pty {
    return new Pty(process.execPath, [program, 'chat', ...args.map(String)], options);
  }

  type(keys: string): void {
    this.process.write(keys);
  }

  /** What a terminal in another encoding would send. */
  write(bytes: Buffer): void {
    this.process.write(bytes as unknown as string);
  }

  /** What someone does who drags the window's edge. */
  resize(cols: number, rows: number): void {
    this.terminal.resize(cols, rows);
    this.process.resize(cols, rows);
  }

  /** Sends a signal, as `kill` does. */
  signal(name: string): void {
    this.process.kill(name);
  }

  /** Closes the terminal, as someone does who closes its window. Resolves when the program has ended. */
  async close(): Promise<void> {
    const { pid } = this.process;
    (this.process as unknown as { destroy(): void }).destroy();
    while (isAlive(pid)) await setTimeout(10);
  }

  /** The rows of the screen, with what has scrolled off it, to the last one that has text. */
  get rows(): string[] {
    return withoutEnd(this.cells().map(({ text }) => text.trimEnd()));
  }

  /** The same as lines: what the terminal has broken at its right edge is put together again. */
  get screen(): string {
    const lines: string[] = [];
    for (const { text, continued } of this.cells()) {
      if (continued) lines.push((lines.pop() ?? '') + text);
      else lines.push(text);
    }
    return withoutEnd(lines.map((line) => line.trimEnd())).join('\n');
  }

  /** Whether the program has left the terminal as a program on a full screen finds it. */
  get isRestored(): boolean {
    const { modes, buffer } = this.terminal;
    // @ts-expect-error: whether the cursor is hidden is known only to a part that is not public
    const isHidden: boolean = this.terminal._core.coreService.isCursorHidden;
    const isUsual = modes.wraparoundMode && !modes.bracketedPasteMode && !modes.sendFocusMode;
    return isUsual && !isHidden && buffer.active.type === 'normal';
  }

  /** Where the cursor stands; rows are counted up from the last one that has text, which is 0. */
  get cursor(): { up: number; column: number } {
    const { baseY, cursorY, cursorX } = this.terminal.buffer.active;
    return { up: this.rows.length - 1 - baseY - cursorY, column: cursorX };
  }

  /** Waits until the screen shows `what`. */
  shows(what: string | RegExp): Promise<void> {
    return this.watchers.shows(what);
  }

  /** Waits until `holds`; fails with the screen if that takes too long. */
  until(holds: () => boolean): Promise<void> {
    return this.watchers.until(holds);
  }

  private cells(): { text: string; continued: boolean }[] {
    const { active } = this.terminal.buffer;
    return Array.from({ length: active.length }, (_, row) => {
      const line = active.getLine(row);
      return { text: line?.translateToString() ?? '', continued: line?.isWrapped ?? false };
    });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function withoutEnd(rows: string[]): string[] {
  return rows.slice(0, rows.findLastIndex((row) => row !== '') + 1);
}
