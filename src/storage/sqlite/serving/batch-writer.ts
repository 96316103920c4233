import { setTimeout as pause } from 'node:timers/promises';
import { isBusy } from '../file/failure.ts';
import { LostFileError } from '../file/open-files.ts';
import type { Commit, Committer, Outcome } from './committer.ts';

/** Milliseconds between two attempts to get the lock of the database. */
export const lockRetry = 10;

/** Calls that are to be committed together. */
export interface Batch<C> {
  readonly calls: readonly C[];
  /** The time of the first write. Each write is a microsecond later than the write before it. */
  readonly first: number;
  /** The time by which things end: see `Tx.now`. */
  readonly now: number;
  /** Milliseconds that the calls of one commit may take. */
  readonly time: number;
  /** Milliseconds to wait for another process's lock. */
  readonly lockTimeout: number;
}

/** The result of a batch. */
export interface Written {
  /** The outcomes of the first calls: of at least one, and of as many as the time allowed. A call of several writes can have several. */
  readonly outcomes: readonly Outcome[];
  readonly commits: readonly Commit[];
  /** The newest time that was stored, with these calls or before; 0 if there is none yet. */
  readonly newest: number;
}

/** Commits batches, one at a time, here or in another thread. */
export interface Writer<C> {
  /** @throws an error for which nobody knows whether anything was committed */
  write(batch: Batch<C>): Promise<Written>;
  /** Limits how long the batch under way waits for the lock, to so many milliseconds from now. */
  limitLockWait(milliseconds: number): void;
}

/**
 * Commits batches on a connection of this thread. If a write fails, its batch is rolled back and the writes run
 * again one by one, so that only the failing write fails. It tries again while another process holds the lock.
 */
export class BatchWriter<C> implements Writer<C> {
  private until = 0;

  constructor(private readonly committer: Committer<C>) {}

  async write({ calls, first, now, time, lockTimeout }: Batch<C>): Promise<Written> {
    this.until = performance.now() + lockTimeout;
    const commits: Commit[] = [];
    const note = (commit: Commit) => void commits.push(commit);
    // Set again by each attempt: to wait for another process's lock costs no processor time.
    let began = 0;
    const commit = (some: readonly C[], at: number) =>
      this.whenUnlocked(() => {
        began = performance.now();
        return this.committer.commit(some, { first: at, now, time, note });
      });
    const written = (outcomes: Outcome[]) => ({ outcomes, commits, newest: this.committer.newest });
    try {
      return written(await commit(calls, first));
    } catch (error) {
      if (isBusy(error) || error instanceof LostFileError) {
        const all = calls.map((call) => this.committer.sizeOf(call));
        return written(all.map((writes) => ({ writes, took: 0, failure: error })));
      }
    }
    const outcomes: Outcome[] = [];
    let at = first;
    for (const call of calls.flatMap((each) => this.committer.singles(each))) {
      try {
        outcomes.push(...(await commit([call], at)));
      } catch (failure) {
        outcomes.push({ writes: 1, took: performance.now() - began, failure });
      }
      at++;
    }
    return written(outcomes);
  }

  limitLockWait(milliseconds: number): void {
    this.until = Math.min(this.until, performance.now() + milliseconds);
  }

  private async whenUnlocked(commit: () => Outcome[]): Promise<Outcome[]> {
    for (;;) {
      try {
        return commit();
      } catch (error) {
        if (!isBusy(error) || performance.now() > this.until) throw error;
        await pause(lockRetry);
      }
    }
  }
}
