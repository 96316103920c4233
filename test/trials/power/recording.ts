import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { program } from '../../helpers/server.ts';
import { tempFolder } from '../../helpers/temp.ts';
import { readTrace, type Step, straceOptions } from './trace.ts';

/** What is printed once a command has ended well. */
export const succeeded = 'done 0\n';

/** A shell in which boards run and operators work, and all of which is recorded in one order. */
export class Recording {
  readonly data = tempFolder();
  private readonly record = join(tempFolder(), 'record');
  private readonly shell: ChildProcess;
  private printed = '';

  constructor() {
    const args = [...straceOptions, '-o', this.record, 'sh'];
    // A process group of its own, so that nothing of it is left behind.
    const stdio = ['pipe', 'pipe', 'inherit'] as const;
    this.shell = spawn('strace', args, { detached: true, stdio: [...stdio] });
    this.shell.stdout?.setEncoding('utf8').on('data', (text: string) => {
      this.printed += text;
    });
    onTestFinished(() => {
      if (this.shell.exitCode === null) process.kill(-Number(this.shell.pid), 'SIGKILL');
    });
  }

  /** Starts a board and gives its port. */
  async serve(): Promise<number> {
    const args = 'serve --port 0 --rate off --log-level error';
    this.type(`${this.command(args)} & server=$!`);
    return Number((await this.prints(/^Listening on .*:(\d+)\n/m))[1]);
  }

  async purge(group: string, keep: number): Promise<void> {
    const purge = this.command(`group purge ${group} --keep ${keep} --yes`);
    this.type(`echo purging ${group} ${keep}; ${purge} >/dev/null; echo purged $?`);
    await this.prints(/^purged 0\n/m);
  }

  /** Empties the log into the database, and cuts both. */
  async compact(): Promise<void> {
    this.type(`${this.command('db compact')} >/dev/null; echo compacted $?`);
    await this.prints(/^compacted 0\n/m);
  }

  /** Runs a command to its end. That it has ended is among the steps, as printed. */
  async run(args: string): Promise<void> {
    this.type(`${this.command(args)} >/dev/null; echo done $?`);
    const [said] = await this.prints(/^done \d+\n/m);
    if (said !== succeeded) throw new Error(`${args}: ${said}`);
  }

  /** Ends the board that runs. */
  async end(signal: 'KILL' | 'TERM'): Promise<void> {
    this.type(`kill -${signal} $server; wait $server; echo ended`);
    await this.prints(/^ended\n/m);
  }

  async steps(): Promise<Step[]> {
    this.shell.stdin?.end();
    if (this.shell.exitCode === null) await once(this.shell, 'exit');
    return readTrace(readFileSync(this.record, 'latin1'), this.data);
  }

  private command(args: string): string {
    return `'${process.execPath}' '${program}' ${args} --data '${this.data}'`;
  }

  private type(line: string): void {
    this.shell.stdin?.write(`${line}\n`);
  }

  /** Waits until something is printed that was not waited for before. */
  private async prints(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.printed);
      if (found) {
        this.printed = '';
        return found;
      }
      await once(this.shell.stdout ?? this.shell, 'data');
    }
  }
}
