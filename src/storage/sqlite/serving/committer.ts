import type { BoardEvent } from '../../../board/types.ts';
import { BoardError } from '../../../protocol/errors.ts';
import type { Client } from '../file/connection.ts';
import type { OpenFiles } from '../file/open-files.ts';
import { withoutForeignKeys } from '../file/write.ts';

/** Announces the changes of a call. */
export type Emit = (event: BoardEvent) => void;

/** The time of a call. */
export interface CallTime {
  /** Call it only if the time is stored. */
  ask(): number;
  /** The time by which things end: see `Tx.now`. */
  readonly now: number;
}

/** Runs calls inside the transactions of a `Committer`. */
export interface Performer<C> {
  /**
   * Called at the beginning of each transaction.
   * @param version changes when another connection has written to the database (`PRAGMA data_version`)
   */
  begin?(version: number | undefined): void;
  /** @throws BoardError before anything was changed; other errors at any time */
  perform(call: C, emit: Emit, time: CallTime): unknown;
  /** Writes the state that consecutive calls have gathered. Called before each commit. */
  flush?(): void;
  /** Forgets that state. Called after a rollback. */
  drop?(): void;
  /** Whether a call needs a transaction of its own, without foreign keys. */
  isAlone?(call: C): boolean;
}

/** The result of a call that was run in a transaction. */
export type Outcome = {
  /** Milliseconds that the call took. */
  readonly took: number;
} & (
  | { readonly value: unknown; readonly events: readonly BoardEvent[] }
  /** The error of the board that refused the call, before it had changed anything. */
  | { readonly refusal: BoardError }
  /** Any other error: the call was rolled back. */
  | { readonly failure: unknown }
);

/** A transaction that was committed. */
export interface Commit {
  readonly writes: number;
  readonly seconds: number;
}

/**
 * The half of group commit that uses the database: runs calls in one transaction. It gets only the calls and
 * returns only their outcomes, so it can run in another thread than the queue.
 */
export class Committer<C> {
  private readonly begin;
  private readonly end;
  private readonly rollback;
  private readonly version;
  private readonly time = new NotedTime();

  /** @param files checked before and after each transaction, because a commit into a deleted file would be lost */
  constructor(
    private readonly client: Client,
    private readonly performer: Performer<C>,
    private readonly files?: Pick<OpenFiles, 'lost'>,
  ) {
    this.begin = client.prepare('BEGIN IMMEDIATE');
    this.end = client.prepare('COMMIT');
    this.rollback = client.prepare('ROLLBACK');
    this.version = client.prepare<[], number>('PRAGMA data_version').pluck();
  }

  /** The newest time that was stored; 0 if there is none yet. */
  get newest(): number {
    return this.time.newest;
  }

  /**
   * Runs calls in order, at least one, until `time` is over, and commits them. If a call is refused, the others
   * are still committed.
   * @param calls a single call if `Performer.isAlone` says so
   * @param first the time of the first call; each call is a microsecond later than the call before it
   * @param now the time by which things end, for all of them
   * @param time milliseconds
   * @param note called for the transaction, once it is committed
   * @returns the outcomes of the first calls, as many as were run
   * @throws any other error of a call, an error of SQLite, and `LostFileError`: nothing is committed then
   */
  commit(
    calls: readonly C[],
    {
      first,
      now,
      time,
      note,
    }: { first: number; now: number; time: number; note: (commit: Commit) => void },
  ): Outcome[] {
    this.requireFiles();
    const began = performance.now();
    this.time.now = now;
    const transact = () => this.transact(calls, first, time);
    const [call] = calls;
    const isAlone = call !== undefined && this.performer.isAlone?.(call);
    const outcomes = isAlone ? withoutForeignKeys(this.client, transact) : transact();
    this.requireFiles();
    note({ writes: outcomes.length, seconds: (performance.now() - began) / 1000 });
    return outcomes;
  }

  /** @throws LostFileError if a file of the database was deleted or replaced, so that a commit is lost */
  private requireFiles(): void {
    const lost = this.files?.lost();
    if (lost) throw lost;
  }

  private transact(calls: readonly C[], first: number, time: number): Outcome[] {
    this.begin.run();
    try {
      this.performer.begin?.(this.version.get());
      const outcomes: Outcome[] = [];
      let now = performance.now();
      const end = now + time;
      this.time.next = first;
      for (const call of calls) {
        if (now > end) break;
        const outcome = performOne(this.performer, call, this.time, now);
        outcomes.push(outcome);
        this.time.next++;
        now += outcome.took;
      }
      this.performer.flush?.();
      this.end.run();
      return outcomes;
    } catch (error) {
      this.performer.drop?.();
      if (this.client.inTransaction) this.rollback.run();
      throw error;
    }
  }
}

class NotedTime implements CallTime {
  next = 0;
  now = 0;
  newest = 0;

  ask(): number {
    this.newest = this.next;
    return this.next;
  }
}

/** Runs a call. @param began by `performance.now()` @throws any error but a `BoardError` of the call */
export function performOne<C>(
  performer: Performer<C>,
  call: C,
  time: CallTime,
  began = performance.now(),
): Outcome {
  const events: BoardEvent[] = [];
  try {
    const value = performer.perform(call, (event) => events.push(event), time);
    return { value, events, took: performance.now() - began };
  } catch (error) {
    if (!(error instanceof BoardError)) throw error;
    return { refusal: error, took: performance.now() - began };
  }
}
