import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { putNewBoard } from './new-board.ts';
import { tempFolder } from './temp.ts';

/** The built program, as `node` runs it. */
export const program = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface ServerOptions {
  /** The folder of its database: a new board if left out. */
  data?: string;
  /** Where it listens: on a free port if left out. */
  where?: string[];
  args?: string[];
  /** A file that takes standard error in place of `log`. */
  logTo?: string;
  /** A command of the shell that comes before it in its process, as `ulimit -n 256`. */
  before?: string;
}

/** The board as a process of its own, for what signals and crashes do. */
export class TestServer {
  /** All that it has written to standard error. */
  log = '';
  private readonly gone: Promise<number | null>;

  private constructor(
    readonly child: ChildProcess,
    readonly data: string,
  ) {
    this.gone = once(child, 'close').then(([code]) => code as number | null);
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.log += text;
    });
    onTestFinished(() => void child.kill('SIGKILL'));
  }

  /** Starts one and waits until it listens. Its port is 0 if its first address has none. */
  static async start({
    data = newBoardFolder(),
    where = ['--port', '0'],
    args = [],
    logTo,
    before = ':',
  }: ServerOptions = {}): Promise<TestServer & { port: number }> {
    const serve = [program, 'serve', ...where, '--data', data, ...args];
    const stderr = logTo === undefined ? 'pipe' : openSync(logTo, 'w');
    const shell = ['-c', `${before}; exec "$0" "$@"`, process.execPath, ...serve];
    const child = spawn('sh', shell, { stdio: ['ignore', 'pipe', stderr] });
    const server = new TestServer(child, data);
    return Object.assign(server, { port: await server.listening() });
  }

  /** The lines of its log that have these words in their message. */
  lines(words: string): Record<string, unknown>[] {
    const whole = this.log
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'));
    const lines = whole.map((line) => JSON.parse(line) as Record<string, unknown>);
    return lines.filter(({ msg }) => String(msg).includes(words));
  }

  /** Where it tells metrics, if it was started with `--metrics`. */
  get metricsUrl(): string {
    const [line] = this.lines('metrics');
    return String(line?.url).replace(/\/metrics$/, '');
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Resolves with the exit code, null where a signal ended it, once `log` has all that it has written. */
  exited(): Promise<number | null> {
    return this.gone;
  }

  async stop(): Promise<number | null> {
    this.signal('SIGTERM');
    return this.gone;
  }

  /** Waits until the log holds `what`. */
  async logged(what: string): Promise<void> {
    while (!this.log.includes(what)) await once(this.child.stderr ?? this.child, 'data');
  }

  private async listening(): Promise<number> {
    let printed = '';
    this.child.stdout?.setEncoding('utf8');
    for (;;) {
      const address = /^Listening on (.*)\n/m.exec(printed)?.[1];
      if (address) return Number(/:(\d+)$/.exec(address)?.[1] ?? 0);
      const next = this.child.stdout ? once(this.child.stdout, 'data') : Promise.reject();
      const text = await Promise.race([next, this.gone.then(() => [null])]);
      if (text[0] === null) throw new Error(`the server did not start: ${this.log}`);
      printed += text[0];
    }
  }
}

function newBoardFolder(): string {
  const folder = tempFolder();
  putNewBoard(databaseFile(folder));
  return folder;
}
