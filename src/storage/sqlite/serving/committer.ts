import type { BoardEvent } from '../../../board/events.ts';
import { BoardError } from '../../../protocol/errors.ts';
import type { Client } from '../file/connection.ts';
import type { OpenFiles } from '../file/open-files.ts';
import { withoutForeignKeys } from '../file/write.ts';

/** Announces the changes of a call. */
export type Emit = (event: BoardEvent) => void;

/** The time of a call. */
export interface CallTime {
  /**
   * Call it only if the time is stored.
   * @param index of a message, if the call stores several: each is a microsecond later than the one before it
   */
  ask(index?: number): number;
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
  /** How many writes a call is; 1 if left out. */
  sizeOf?(call: C): number;
  /** A call of the writes `from`, `from + 1` … of a call, before `to`. */
  part?(call: C, from: number, to: number): C;
  /**
   * Runs the first writes of a call: at least one, and as many as have one value.
   * @throws BoardError if the first write is refused, before anything was changed; other errors at any time
   */
  perform(call: C, emit: Emit, time: CallTime): unknown;
  /** How many writes of a call have the value that `perform` has returned; 1 if left out. */
  doneBy?(call: C, value: unknown): number;
  /** Writes the state that consecutive calls have gathered. Called before each commit. */
  flush?(): void;
  /** Forgets that state. Called after a rollback. */
  drop?(): void;
  /** Whether a call needs a transaction of its own, without foreign keys. */
  isAlone?(call: C): boolean;
}

/** The result of writes that were run in a transaction: all writes of a call, or some that follow one another. */
export type Outcome = {
  readonly writes: number;
  /** Milliseconds that they took. */
  readonly took: number;
} & (
  | { readonly value: unknown; readonly events: readonly BoardEvent[] }
  /** The error of the board that refused a write, before it had changed anything. */
  | { readonly refusal: BoardError }
  /** Any other error: the writes were rolled back. */
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
   * Runs calls in order, at least one, until `time` is over, and commits them. If a write is refused, the others
   * are still committed.
   * @param calls a single call if `Performer.isAlone` says so
   * @param first the time of the first write; each write is a microsecond later than the write before it
   * @param now the time by which things end, for all of them
   * @param time milliseconds
   * @param note called for the transaction, once it is committed
   * @returns the outcomes of the first calls: all that these calls have
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
    const seconds = (performance.now() - began) / 1000;
    note({ writes: outcomes.reduce((sum, { writes }) => sum + writes, 0), seconds });
    return outcomes;
  }

  sizeOf(call: C): number {
    return this.performer.sizeOf?.(call) ?? 1;
  }

  /** The writes of a call, each as a call. */
  singles(call: C): C[] {
    const size = this.sizeOf(call);
    return size === 1
      ? [call]
      : Array.from({ length: size }, (_, at) => this.part(call, at, at + 1));
  }

  private part(call: C, from: number, to: number): C {
    return this.performer.part?.(call, from, to) ?? call;
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
        const size = this.sizeOf(call);
        for (let done = 0; done < size; ) {
          const rest = done === 0 ? call : this.part(call, done, size);
          const outcome = performOne(this.performer, rest, this.time, now);
          outcomes.push(outcome);
          done += outcome.writes;
          this.time.next += outcome.writes;
          now += outcome.took;
        }
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

  ask(index = 0): number {
    this.newest = this.next + index;
    return this.newest;
  }
}

/** Runs the first writes of a call. @param began by `performance.now()` @throws any error but a `BoardError` of the call */
export function performOne<C>(
  performer: Performer<C>,
  call: C,
  time: CallTime,
  began = performance.now(),
): Outcome {
  const events: BoardEvent[] = [];
  try {
    const value = performer.perform(call, (event) => events.push(event), time);
    const writes = performer.doneBy?.(call, value) ?? 1;
    return { value, events, writes, took: performance.now() - began };
  } catch (error) {
    if (!(error instanceof BoardError)) throw error;
    return { refusal: error, writes: 1, took: performance.now() - began };
  }
}
