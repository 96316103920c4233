import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { makeFolder } from './connection.ts';

export interface BackupPlan {
  /** Where the copies go; made if it is missing. */
  readonly folder: string;
  /** Milliseconds from one copy to the next, over restarts of the server too. */
  readonly every: number;
  /** How many copies stay. */
  readonly keep: number;
  /** The script of the program, whose `db backup` makes each copy. */
  readonly program: string;
}

const ownName = /^corkboard-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)Z\.db$/;
// Milliseconds: after a failure it is tried again this soon, and no timer runs for longer than a day.
const retry = 5 * 60_000;
const longestPause = 86_400_000;
// Members come first.
const lowPriority = 10;

/**
 * Copies the board at regular times, in a process of its own beside the server, one at a time, and
 * removes the oldest of its own copies once a new one is whole. What fails is logged, and no more.
 */
export class BackupSchedule {
  private readonly closing = new AbortController();
  private readonly working: Promise<void>;
  /** By `performance.now()`, which no setting of the clock moves. */
  private notBefore = 0;

  /** @param data the folder of the database */
  constructor(
    private readonly data: string,
    private readonly plan: BackupPlan,
    private readonly log: Logger,
  ) {
    this.working = this.work();
  }

  /** Ends with a copy that is under way, of which nothing is left then. */
  async close(): Promise<void> {
    this.closing.abort();
    await this.working;
  }

  private async work(): Promise<void> {
    const { signal } = this.closing;
    while (!signal.aborted) {
      const wait = this.due() - Date.now();
      if (wait <= 0) await this.attempt();
      else await pause(Math.min(wait, longestPause), undefined, { signal }).catch(() => {});
    }
  }

  /** In milliseconds since the epoch. What is wrong with the folder, the attempt finds and tells. */
  private due(): number {
    const rest = this.notBefore - performance.now();
    if (rest > 0) return Date.now() + rest;
    try {
      const last = this.copies().at(-1);
      return last === undefined ? 0 : timeOf(last) + this.plan.every;
    } catch {
      return 0;
    }
  }

  private async attempt(): Promise<void> {
    const { folder, every, keep } = this.plan;
    const start = Date.now();
    const name = `corkboard-${new Date(start).toISOString().slice(0, 19).replaceAll(':', '-')}Z.db`;
    const backup = join(folder, name);
    try {
      makeFolder(folder);
      this.removeCutShort();
      await this.copy(backup);
      const { size } = statSync(backup);
      this.log.info({ backup, size, duration: Date.now() - start }, 'backed up');
      for (const old of this.copies().slice(0, -keep)) rmSync(join(folder, old));
    } catch (error) {
      if (this.closing.signal.aborted) return;
      this.notBefore = performance.now() + Math.min(every, retry);
      this.log.error({ err: error, backup }, 'the backup failed; trying again');
    }
  }

  private async copy(backup: string): Promise<void> {
    const { program } = this.plan;
    const args = [program, 'db', 'backup', backup, '--data', this.data];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    const stop = () => child.kill('SIGTERM');
    this.closing.signal.addEventListener('abort', stop);
    try {
      const said = text(child.stderr);
      lowerPriority(child.pid);
      const [code] = await once(child, 'close');
      if (code !== 0) throw new Error((await said).trim() || `exit code ${code}`);
    } finally {
      this.closing.signal.removeEventListener('abort', stop);
    }
  }

  /** Left by a process that was killed. */
  private removeCutShort(): void {
    const { folder } = this.plan;
    for (const name of readdirSync(folder)) {
      const [whole, rest] = name.split(/(?<=\.db)(?=\.partial)/);
      if (rest !== undefined && ownName.test(whole ?? '')) rmSync(join(folder, name));
    }
  }

  /** The names of its own copies, oldest first; not those that a clock gone wrong dated ahead. */
  private copies(): string[] {
    const { folder } = this.plan;
    if (!existsSync(folder)) return [];
    return readdirSync(folder)
      .filter((name) => ownName.test(name) && timeOf(name) <= Date.now())
      .sort();
  }
}

function lowerPriority(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, lowPriority);
  } catch {
    // It has ended already, or the system does not let one: the copy is as good.
  }
}

function timeOf(name: string): number {
  const [, stamp = ''] = ownName.exec(name) ?? [];
  return Date.parse(`${stamp.slice(0, 10)}${stamp.slice(10).replaceAll('-', ':')}Z`);
}
