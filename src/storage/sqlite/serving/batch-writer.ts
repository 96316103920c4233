import { setTimeout as pause } from 'node:timers/promises';
import { isBusy } from '../file/failure.ts';
import { LostFileError } from '../file/open-files.ts';
import type { Commit, Committer, Outcome } from './committer.ts';

/** Milliseconds between two attempts to take another process's lock. */
export const lockRetry = 10;

/** Calls that are to be committed together. */
export interface Batch<C> {
  readonly calls: readonly C[];
  /** The time of the first call; that of each other is a microsecond after the one before. */
  readonly first: number;
  /** Milliseconds that the calls of one commit may take. */
  readonly time: number;
  /** Milliseconds to wait for another process's lock. */
  readonly patience: number;
}

/** What became of a batch. */
export interface Written {
  /** Of the first calls, as many as there was time for: at least one. */
  readonly outcomes: readonly Outcome[];
  readonly commits: readonly Commit[];
  /** The newest time that was stored, with these calls or before; 0 if there is none yet. */
  readonly newest: number;
}

/** Commits batches, one at a time, here or in another thread. */
export interface Writer<C> {
  /** @throws an error for which nobody knows whether anything was committed */
  write(batch: Batch<C>): Promise<Written>;
  /** Shortens the patience of what is under way to so many milliseconds from now. */
  hurry(patience: number): void;
}

/**
 * Commits batches on a connection of this thread. If a call fails, its batch is rolled back and the calls run
 * again one by one, so that only the failing call fails. It tries again while another process holds the lock.
 */
export class BatchWriter<C> implements Writer<C> {
  private until = 0;

  constructor(private readonly committer: Committer<C>) {}

  async write({ calls, first, time, patience }: Batch<C>): Promise<Written> {
    this.until = performance.now() + patience;
    const commits: Commit[] = [];
    const note = (commit: Commit) => void commits.push(commit);
    const commit = (some: readonly C[], at: number) =>
      this.whenUnlocked(() => this.committer.commit(some, { first: at, time, note }));
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
      const began = performance.now();
      try {
        outcomes.push(...(await commit([call], first + index)));
      } catch (failure) {
        outcomes.push({ took: performance.now() - began, failure });
      }
    }
    return written(outcomes);
  }

  hurry(patience: number): void {
    this.until = Math.min(this.until, performance.now() + patience);
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
