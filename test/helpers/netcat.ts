import { type ChildProcess, spawn } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { has } from './programs.ts';

/** What `nc` does, for machines that have none: the streams of a socket are one's own. */
const substitute = `
  const [, at] = process.argv;
  const socket = require('node:net').connect(/^\\d+$/.test(at) ? { port: Number(at), host: '127.0.0.1' } : at);
  process.stdin.pipe(socket);
  socket.pipe(process.stdout);
`;

/** Someone with `nc`. */
export class Netcat {
  private seen = '';
  private readonly watchers = new Set<() => void>();

  private constructor(private readonly child: ChildProcess) {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.seen += text;
      for (const watcher of this.watchers) watcher();
    });
    onTestFinished(() => void child.kill('SIGKILL'));
  }

  /** @param at a port of this machine, or the path of a Unix socket */
  static connect(at: number | string): Netcat {
    const stdio = ['pipe', 'pipe', 'ignore'] as const;
    const place = typeof at === 'number' ? ['127.0.0.1', String(at)] : ['-U', at];
    return new Netcat(
      has('nc')
        ? spawn('nc', place, { stdio: [...stdio] })
        : spawn(process.execPath, ['-e', substitute, String(at)], { stdio: [...stdio] }),
    );
  }

  send(line: string): void {
    this.child.stdin?.write(`${line}\n`);
  }

  /** Waits until `text` has come. */
  shows(text: string): Promise<void> {
    return new Promise((resolve) => {
      const check = () => {
        if (!this.seen.includes(text)) return;
        this.watchers.delete(check);
        resolve();
      };
      this.watchers.add(check);
      check();
    });
  }
}
