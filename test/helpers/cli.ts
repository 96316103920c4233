import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { text } from 'node:stream/consumers';
import { type IPty, spawn as spawnInTerminal } from '@lydell/node-pty';
import { onTestFinished } from 'vitest';
import { run } from '../../src/cli/exit.ts';
import { buildProgram } from '../../src/cli/program.ts';
import { program } from './server.ts';

export interface CliOptions {
  /** What stands on standard input; null leaves it open. */
  input?: string | null;
  env?: Record<string, string>;
  cwd?: string;
  /** If the processor is busy, this test goes first, so that it can act while the run is in the middle of something. */
  yields?: true;
}

export interface CliResult {
  /** Null where a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

/** A run of the program, as a script starts it: on pipes. */
export function startCli(args: string[], { input = '', env = {}, cwd, yields }: CliOptions = {}) {
  const child = spawn(process.execPath, [program, ...args], { env: environment(env), cwd });
  if (yields) letGoLast(child);
  if (input !== null) child.stdin.end(input);
  const exit = once(child, 'close').then(([code]) => code as number | null);
  const result = Promise.all([exit, text(child.stdout), text(child.stderr)]).then(
    ([code, stdout, stderr]): CliResult => ({ code, stdout, stderr }),
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, result };
}

/** Gives a process the lowest priority. */
export function letGoLast({ pid }: ChildProcess): void {
  if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_LOW);
}

/** Runs the program to its end. */
export function runCli(args: string[], options: CliOptions = {}): Promise<CliResult> {
  return startCli(args, options).result;
}

/**
 * Runs a command to its end in this process, where many of them take no longer than one that is started. It has no standard
 * input and no terminal. Runs wait for each other, because they share standard output. For tests of signals, pipes, exits,
 * what is asked, and runs at the same time, use `runCli`.
 */
export function runHere(args: string[]): Promise<CliResult> {
  const result = lastHere.then(() => runNow(args));
  lastHere = result.catch(() => {});
  return result;
}

let lastHere: Promise<unknown> = Promise.resolve();

async function runNow(args: string[]): Promise<CliResult> {
  const told = { stdout: '', stderr: '' };
  const streams = ['stdout', 'stderr'] as const;
  const before = streams.map((name) => process[name].write);
  const listeners = process.stdout.listeners('error');
  const around = process.env;
  process.env = environment({});
  for (const name of streams) {
    process[name].write = (text: string | Uint8Array) => {
      told[name] += text.toString();
      return true;
    };
  }
  try {
    const command = await buildProgram(args[0]);
    return { code: await run(command, ['node', 'corkboard', ...args]), ...told };
  } finally {
    process.env = around;
    for (const [at, name] of streams.entries()) Object.assign(process[name], { write: before[at] });
    for (const added of process.stdout.listeners('error')) {
      if (!listeners.includes(added)) process.stdout.off('error', added as () => void);
    }
  }
}

/** Runs a command with `--json`, in this process if it has no options, and gives its document; fails if the command fails. */
export async function runJson(args: string[], options?: CliOptions): Promise<unknown> {
  const json = [...args, '--json'];
  const { code, stdout, stderr } = await (options ? runCli(json, options) : runHere(json));
  if (code !== 0) throw new Error(`exit ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

/** A run of the program in a terminal, with someone at it. */
export class CliTerminal {
  private readonly terminal: IPty;
  /** All that was written to the screen, escape sequences with it. */
  screen = '';
  private ended = false;
  private wake: () => void = () => {};
  private readonly exit: Promise<number>;

  constructor(args: string[], { env = {} }: Pick<CliOptions, 'env'> = {}) {
    this.terminal = spawnInTerminal(process.execPath, [program, ...args], {
      cols: 120,
      rows: 30,
      env: environment({ TERM: 'xterm-256color', ...env }),
    });
    this.terminal.onData((data) => {
      this.screen += data;
      this.wake();
    });
    this.exit = new Promise((resolve) => {
      this.terminal.onExit(({ exitCode }) => {
        this.ended = true;
        this.wake();
        resolve(exitCode);
      });
    });
    onTestFinished(() => {
      if (!this.ended) this.terminal.kill('SIGKILL');
    });
  }

  type(keys: string): void {
    this.terminal.write(keys);
  }

  /** Waits until `what` is on the screen. */
  async expect(what: string | RegExp): Promise<void> {
    while (!(typeof what === 'string' ? this.screen.includes(what) : what.test(this.screen))) {
      if (this.ended) throw new Error(`ended before ${what}; the screen: ${this.screen}`);
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
  }

  /** Resolves with the exit code. */
  exited(): Promise<number> {
    return this.exit;
  }
}

/** This process's environment without what would change the program's output. */
function environment(extra: Record<string, string>): Record<string, string | undefined> {
  const { CI, NO_COLOR, FORCE_COLOR, ...rest } = process.env;
  const others = Object.entries(rest).filter(([name]) => !name.startsWith('CORKBOARD_'));
  return { ...Object.fromEntries(others), XDG_CONFIG_HOME: '/nowhere', ...extra };
}
