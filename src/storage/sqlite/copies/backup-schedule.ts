import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setPriority } from 'node:os';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Backups } from '../../../metrics/sources.ts';

export interface BackupPlan {
  /** The folder of the copies; created if it is missing. */
  readonly folder: string;
  /** Milliseconds from one copy to the next, over restarts of the server too. */
  readonly every: number;
  /** How many copies stay. */
  readonly keep: number;
  /** The script of the program, whose `db scheduled-backup` does the work. */
  readonly program: string;
  /** Milliseconds that one copy may take; `every`, but at least an hour and at most a day, if left out. */
  readonly limit?: number;
}

/** The output of the backup process, as JSON. */
export interface ScheduledBackup {
  /** When the newest copy was begun, in milliseconds since the epoch. */
  readonly last: number;
  /** The copy that was made now, if one was due. */
  readonly made?: { readonly backup: string; readonly size: number };
}

const hour = 3_600_000;
// Milliseconds until the next attempt after a failure, and the maximum of a timer.
const retry = 5 * 60_000;
const longestPause = 24 * hour;
// Milliseconds that a process has to end after SIGTERM, and then after SIGKILL. On a file system that hangs, even
// SIGKILL does not end it.
const terminationTime = 2000;
const killTime = 500;
// The lowest priority, so that members come first.
const lowPriority = 10;

/**
 * Copies the board at regular times. A separate process, one at a time, does everything in the folder of the
 * copies, and the server waits for the process only for a limited time. Failures are logged, and shown by `status`.
 */
export class BackupSchedule {
  private readonly closing = new AbortController();
  private readonly working: Promise<void>;
  private child: ChildProcess | undefined;
  private last: number | undefined;
  private failure: string | undefined;
  private failures = 0;

  /** @param data the folder of the database */
  constructor(
    private readonly data: string,
    private readonly plan: BackupPlan,
    private readonly log: Logger,
  ) {
    this.working = this.work();
  }

  get status(): Backups {
    const { last, failure, failures } = this;
    return { last, failure, failures, every: this.plan.every };
  }

  /** Ends a copy that is under way, within `terminationTime` and `killTime`. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.working;
  }

  private async work(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      const wait = await this.attempt();
      const length = Math.min(wait, longestPause);
      await pause(length, undefined, { signal, ref: false }).catch(() => {});
    }
  }

  /** Gives the milliseconds until the next copy. A change of the clock does not matter. */
  private async attempt(): Promise<number> {
    const { every, folder } = this.plan;
    const start = performance.now();
    try {
      const { last, made } = await this.run();
      this.last = last;
      this.failure = undefined;
      const duration = Math.round(performance.now() - start);
      if (made) this.log.info({ ...made, duration }, 'backed up');
      return Math.min(every, Math.max(0, last + every - Date.now()));
    } catch (error) {
      if (!this.closing.signal.aborted) {
        this.failures++;
        this.failure = (error as Error).message;
        this.log.error({ err: error, folder }, 'the backup failed; trying again');
      }
      return Math.min(every, retry);
    }
  }

  /** @throws Error with the output of the process, or that says that it hangs */
  private async run(): Promise<ScheduledBackup> {
    if (this.child) throw new Error('an earlier backup hangs, and cannot be ended');
    const { folder, every, keep, program } = this.plan;
    const { limit = Math.min(Math.max(every, hour), longestPause) } = this.plan;
    const options = ['--data', this.data, '--every', String(every), '--keep', String(keep)];
    const args = [program, 'db', 'scheduled-backup', folder, ...options];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    // A server that has to end at once leaves no process running.
    const kill = () => void child.kill('SIGKILL');
    process.once('exit', kill);
    const gone = () => {
      process.off('exit', kill);
      this.child = undefined;
    };
    // A process that could not be started has no exit.
    child.once('exit', gone).once('error', gone);
    lowerPriority(child.pid);
    const ended = outcome(child);
    const timer = new AbortController();
    const hangs = await Promise.race([
      ended.then(() => false),
      this.past(limit, timer.signal),
    ]).finally(() => timer.abort());
    if (hangs) {
      await end(child);
      throw new Error(`it took longer than ${Math.round(limit / 1000)} s, and was ended`);
    }
    return ended;
  }

  /** Resolves after `limit` milliseconds, or earlier when the schedule closes or `done` is aborted. */
  private async past(limit: number, done: AbortSignal): Promise<true> {
    const signal = AbortSignal.any([this.closing.signal, done]);
    await pause(limit, undefined, { signal, ref: false }).catch(() => {});
    return true;
  }
}

/** @throws Error with the standard error of the process, if it fails */
async function outcome(child: ChildProcess): Promise<ScheduledBackup> {
  const { stdout, stderr } = child;
  if (!stdout || !stderr) throw new Error('a process without pipes');
  const [[code, signal], printed, said] = await Promise.all([
    once(child, 'close'),
    text(stdout),
    text(stderr),
  ]);
  if (code === 0) return JSON.parse(printed) as ScheduledBackup;
  throw new Error(said.trim() || (signal ? `ended by ${signal}` : `exit code ${code}`));
}

/** Ends a process, also a stopped one. It gives up on a process that does not end. */
async function end(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM');
  // A stopped process gets SIGTERM only when it continues.
  child.kill('SIGCONT');
  if (await hasExited(child, terminationTime)) return;
  child.kill('SIGKILL');
  if (await hasExited(child, killTime)) return;
  child.unref();
  child.stdout?.destroy();
  child.stderr?.destroy();
}

async function hasExited(child: ChildProcess, within: number): Promise<boolean> {
  if (child.exitCode !== null || child.signalCode !== null) return true;
  const timer = new AbortController();
  const { signal } = timer;
  const exited = once(child, 'exit', { signal }).then(() => true);
  const late = pause(within, false, { signal });
  try {
    return await Promise.race([exited, late]);
  } finally {
    timer.abort();
    await Promise.allSettled([exited, late]);
  }
}

function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, lowPriority);
  } catch {
    // The process has ended already, or the system forbids it. The copy does not depend on it.
  }
}
