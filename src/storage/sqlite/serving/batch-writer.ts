import { setTimeout as pause } from 'node:timers/promises';
import { isBusy } from '../file/failure.ts';
import { LostFileError } from '../file/open-files.ts';
import type { Commit, Committer, Outcome } from './committer.ts';

/** Milliseconds between two attempts to get the lock of the database. */
export const lockRetry = 10;

/** Calls that are to be committed together. */
export interface Batch<C> {
  readonly calls: readonly C[];
  /** The time of the first call. Each call is a microsecond later than the call before it. */
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
  /** The outcomes of the first calls: of at least one, and of as many as the time allowed. */
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
 * Commits batches on a connection of this thread. If a call fails, its batch is rolled back and the calls run
 * again one by one, so that only the failing call fails. It tries again while another process holds the lock.
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
        return written(calls.map(() => ({ took: 0, failure: error })));
      }
    }
    const outcomes: Outcome[] = [];
    for (const [index, call] of calls.entries()) {
      try {
        outcomes.push(...(await commit([call], first + index)));
      } catch (failure) {
        outcomes.push({ took: performance.now() - began, failure });
      }
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
