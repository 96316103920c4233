import type { BoardEvent } from '../../../board/types.ts';
import { CommitCounts } from '../../../metrics/counts.ts';
import { BoardError } from '../../../protocol/errors.ts';
import type { Client } from '../file/connection.ts';
import type { OpenFiles } from '../file/open-files.ts';
import { withoutForeignKeys } from '../file/write.ts';

/** Announces what a call does. */
export type Emit = (event: BoardEvent) => void;

/** Runs calls inside the transactions of a `Committer`. */
export interface Performer<C> {
  /** @throws BoardError before anything was changed; other errors at any time */
  perform(call: C, emit: Emit): unknown;
  /** Writes what consecutive calls have gathered. Called before each commit. */
  flush?(): void;
  /** Forgets what calls have gathered. Called after a rollback. */
  drop?(): void;
  /** Whether a call needs a transaction of its own, without foreign keys. */
  isAlone?(call: C): boolean;
}

/** What became of a call: its value with its events, or the error of the board that refused it. */
export type Outcome = {
  /** Milliseconds that the call took. */
  readonly took: number;
} & (
  | { readonly value: unknown; readonly events: readonly BoardEvent[] }
  | { readonly refusal: BoardError }
);

export interface CommitterOptions {
  counts?: CommitCounts | undefined;
  /** What is checked before and after each transaction: a commit into a lost file is no commit. */
  files?: Pick<OpenFiles, 'lost'> | undefined;
}

/**
 * The half of group commit that is where the database is: runs a batch of calls in one transaction. It is given
 * nothing but the calls and returns nothing but their outcomes, so it can run in another thread than the queue.
 */
export class Committer<C> {
  private readonly begin;
  private readonly end;
  private readonly rollback;
  private readonly counts: CommitCounts;

  constructor(
    private readonly client: Client,
    private readonly performer: Performer<C>,
    private readonly options: CommitterOptions = {},
  ) {
    this.counts = options.counts ?? new CommitCounts();
    this.begin = client.prepare('BEGIN IMMEDIATE');
    this.end = client.prepare('COMMIT');
    this.rollback = client.prepare('ROLLBACK');
  }

  /**
   * Runs calls in order until they have taken `time`, at least one, and commits them. A call that is refused leaves
   * the others as they are.
   * @param calls one alone where the performer says so
   * @param time milliseconds
   * @returns the outcomes of the first calls, as many as were run
   * @throws any other error of a call, an error of SQLite, and `LostFileError`: nothing is committed then
   */
  commit(calls: readonly C[], time: number): Outcome[] {
    this.requireFiles();
    const [first] = calls;
    const isAlone = first !== undefined && this.performer.isAlone?.(first);
    const outcomes = isAlone
      ? withoutForeignKeys(this.client, () => this.transact(calls, time))
      : this.transact(calls, time);
    this.requireFiles();
    return outcomes;
  }

  /** Runs a call that only reads, without a transaction. @throws any error but a `BoardError` of the call */
  runUnwritten(call: C): Outcome {
    return this.perform(call, performance.now());
  }

  /** @throws LostFileError if what is committed is, or would be, in no file that can be found */
  private requireFiles(): void {
    const lost = this.options.files?.lost();
    if (lost) throw lost;
  }

  private transact(calls: readonly C[], time: number): Outcome[] {
    const began = performance.now();
    this.begin.run();
    try {
      const outcomes: Outcome[] = [];
      let now = performance.now();
      const end = now + time;
      for (const call of calls) {
        if (now > end) break;
        const outcome = this.perform(call, now);
        outcomes.push(outcome);
        now += outcome.took;
      }
      this.performer.flush?.();
      this.end.run();
      this.counts.writes.note(outcomes.length);
      this.counts.seconds.note((performance.now() - began) / 1000);
      return outcomes;
    } catch (error) {
      this.performer.drop?.();
      if (this.client.inTransaction) this.rollback.run();
      throw error;
    }
  }

  private perform(call: C, began: number): Outcome {
    const events: BoardEvent[] = [];
    try {
      const value = this.performer.perform(call, (event) => events.push(event));
      return { value, events, took: performance.now() - began };
    } catch (error) {
      if (!(error instanceof BoardError)) throw error;
      return { refusal: error, took: performance.now() - began };
    }
  }
}
