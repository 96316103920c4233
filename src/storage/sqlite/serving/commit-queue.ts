import type { Payer } from '../../../board/ports/repository.ts';
import type { BoardEvent } from '../../../board/types.ts';
import { CommitCounts } from '../../../metrics/counts.ts';
import { BoardError, boardError } from '../../../protocol/errors.ts';
import type { Client } from '../file/connection.ts';
import { asBoardError, isBusy } from '../file/failure.ts';
import { LostFileError, type OpenFiles } from '../file/open-files.ts';
import type { StorageTrouble } from './trouble.ts';

/** Tells of something that the operation does, once it is committed. */
export type Emit = (event: BoardEvent) => void;

/**
 * A write. It throws a `BoardError` before it has changed anything, or not at all: such a failure
 * leaves the rest of the batch as it is.
 */
export type Operation<T> = (emit: Emit) => T;

/** What writes that follow one another in one transaction share. */
export interface WriteRun {
  /** Called behind the last of them, inside the transaction: what is still to be written is written now. */
  end(): void;
  /** Called where the transaction is rolled back. */
  drop(): void;
}

export interface WriteOptions {
  /** What the write shares with those beside it that name the same. */
  readonly run?: WriteRun | undefined;
  /** Bytes of what it writes, where that may be much. */
  readonly bytes?: number | undefined;
  readonly payer?: Payer | undefined;
}

export interface CommitQueueOptions {
  /** Called for each event after its commit, in the order of the operations. */
  publish: (event: BoardEvent) => void;
  /** Told of what `publish` throws, which is a bug: the write is done all the same. */
  failed?: (error: unknown) => void;
  /** How long writes wait for another process's lock, in milliseconds. */
  lockPatience?: number;
  /** Milliseconds that the writes of one commit may take; those left wait for the next turn of the event loop. */
  commitTime?: number;
  counts?: CommitCounts;
  /** What is checked before and after each transaction: a commit into a lost file is no commit. */
  files?: Pick<OpenFiles, 'lost'>;
  /** Told of each transaction, and of each write that is refused for want of the disk. */
  trouble?: Pick<StorageTrouble, 'failed' | 'committed'>;
  /** Called after each commit, once its writes are settled. */
  committed?: () => void;
}

interface Waiting {
  readonly run: WriteRun | undefined;
  readonly bytes: number;
  /** @returns milliseconds that it took */
  perform(): number;
  /** Tells the events and resolves, or rejects. */
  settle(): void;
  reject(error: unknown): void;
}

/** Milliseconds between two tries for another process's lock. */
export const lockRetry = 10;
// Writes that are enough for a commit before the turn has ended. With more, what they hold until then
// outlives the garbage collector's young generation: 4,096 at once cost 21 µs of processor time each,
// 256 cost 16.
const enoughForCommit = 256;
// Bytes of the writes of one commit. The rest waits for the next turn of the event loop, in which the
// others are served: eight contents of the greatest length.
const commitBytes = 256 * 1024;
// The `commitTime` of a server: 256 posts take as long.
const commitTime = 4;
// Milliseconds for the try when closing, which may block.
const closingPatience = 1000;

/**
 * Group commit: the writes that arrive in one turn of the event loop run in order in one
 * transaction, or in a few where they are hundreds, so that they share one disk sync. Where they take
 * long or their texts are long, what does not fit into a commit waits for the next turn. If one fails, the batch is rolled back and its writes are run one by one, so that only the guilty one fails.
 *
 * A lock held by another process is not waited for in SQLite, which would stop every connection,
 * but tried again on later turns; reads go on meanwhile.
 */
export class CommitQueue {
  readonly counts: CommitCounts;
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private scheduled = false;
  private lockedSince: number | undefined;
  private closed = false;
  private readonly lockPatience: number;
  private readonly commitTime: number;
  private readonly begin;
  private readonly commit;
  private readonly rollback;

  constructor(
    private readonly client: Client,
    private readonly options: CommitQueueOptions,
  ) {
    this.counts = options.counts ?? new CommitCounts();
    this.lockPatience = options.lockPatience ?? 5000;
    this.commitTime = options.commitTime ?? commitTime;
    this.begin = client.prepare('BEGIN IMMEDIATE');
    this.commit = client.prepare('COMMIT');
    this.rollback = client.prepare('ROLLBACK');
  }

  /**
   * Runs `operation` with the next batch. The promise is settled after the commit, once the
   * events of everything before it and its own have been published.
   */
  run<T>(operation: Operation<T>, { run, bytes = 0, payer }: WriteOptions = {}): Promise<T> {
    if (this.closed) return Promise.reject(boardError('SHUTTING_DOWN'));
    return new Promise<T>((resolve, reject) => {
      this.waiting.push(new Write(operation, { run, bytes, payer }, resolve, reject, this.options));
      this.waitingBytes += bytes;
      this.schedule();
    });
  }

  /**
   * Runs what only reads, at once and without a transaction, and publishes its events: for what
   * members are still owed while nothing can be written.
   * @throws what `operation` throws
   */
  runUnwritten<T>(operation: Operation<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const read = new Write(operation, {}, resolve, reject, this.options);
      try {
        read.perform();
      } catch (error) {
        this.refuse(read, error);
        return;
      }
      read.settle();
    });
  }

  /** Commits what is waiting; what comes later is refused. */
  close(): void {
    this.closed = true;
    this.client.pragma(`busy_timeout = ${closingPatience}`);
    this.flush(true);
  }

  private schedule(): void {
    // While another process holds the lock, the next try comes by itself.
    if (
      this.waiting.length === enoughForCommit &&
      this.waitingBytes <= commitBytes &&
      this.lockedSince === undefined
    ) {
      queueMicrotask(() => this.flush(false));
    }
    this.flushLater();
  }

  private flushLater(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      if (this.lockedSince === undefined) this.flush(false);
    });
  }

  private flush(last: boolean): void {
    this.scheduled = false;
    const batch = this.takeBatch(last);
    if (batch.length === 0) return;
    let done: number;
    try {
      done = this.transact(batch, last ? Number.POSITIVE_INFINITY : this.commitTime);
    } catch (error) {
      if (isBusy(error) && !last && this.waitForLock(batch)) return;
      this.lockedSince = undefined;
      const all = isBusy(error) || error instanceof LostFileError;
      if (all) for (const write of batch) this.refuse(write, error);
      else this.oneByOne(batch);
      return;
    }
    this.lockedSince = undefined;
    if (done < batch.length) {
      this.putBack(batch.slice(done));
      this.flushLater();
    }
    for (const write of batch.slice(0, done)) write.settle();
    this.options.committed?.();
  }

  /** Writes that are not committed yet come before those that wait. */
  private putBack(writes: Waiting[]): void {
    this.waiting = [...writes, ...this.waiting];
    for (const { bytes } of writes) this.waitingBytes += bytes;
  }

  /** What fits into one commit, or all that waits. What is left is committed in the next turns. */
  private takeBatch(all: boolean): Waiting[] {
    const { waiting } = this;
    let bytes = 0;
    let end = 0;
    for (const write of waiting) {
      if (!all && end > 0 && write.bytes > 0 && bytes + write.bytes > commitBytes) break;
      bytes += write.bytes;
      end++;
    }
    this.waiting = waiting.slice(end);
    this.waitingBytes -= bytes;
    if (this.waiting.length > 0) this.flushLater();
    return waiting.slice(0, end);
  }

  /** Puts the batch back in front and comes again; false once patience has run out. */
  private waitForLock(batch: Waiting[]): boolean {
    this.lockedSince ??= performance.now();
    if (performance.now() - this.lockedSince > this.lockPatience) return false;
    this.putBack(batch);
    this.scheduled = true;
    setTimeout(() => this.flush(false), lockRetry);
    return true;
  }

  private oneByOne(batch: Waiting[]): void {
    for (const [at, write] of batch.entries()) {
      try {
        this.transact([write], this.commitTime);
      } catch (error) {
        // The lock may have been taken since: a later turn tries again, with all that follow in their order.
        if (isBusy(error) && !this.closed && this.waitForLock(batch.slice(at))) return;
        this.refuse(write, error);
        continue;
      }
      write.settle();
      this.options.committed?.();
    }
  }

  private refuse(write: Waiting, error: unknown): void {
    const refusal = asBoardError(error);
    if (refusal !== error) this.options.trouble?.failed('write', error);
    write.reject(refusal);
  }

  /** @throws LostFileError where what is committed is, or would be, in no file that can be found */
  private requireFiles(): void {
    const lost = this.options.files?.lost();
    if (lost) throw lost;
  }

  /**
   * Commits as many writes of `batch` as fit into `time`, at least one.
   * @param time in milliseconds
   * @returns how many
   */
  private transact(batch: Waiting[], time: number): number {
    this.requireFiles();
    const done = this.commitSome(batch, time);
    this.requireFiles();
    this.options.trouble?.committed();
    return done;
  }

  private commitSome(batch: Waiting[], time: number): number {
    const began = performance.now();
    let run: WriteRun | undefined;
    let left = time;
    let done = 0;
    this.begin.run();
    try {
      for (const write of batch) {
        if (left < 0) break;
        if (write.run !== run) run?.end();
        run = write.run;
        left -= write.perform();
        done++;
      }
      run?.end();
      this.commit.run();
      this.counts.writes.note(done);
      this.counts.seconds.note((performance.now() - began) / 1000);
      return done;
    } catch (error) {
      run?.drop();
      if (this.client.inTransaction) this.rollback.run();
      throw error;
    }
  }
}

class Write<T> implements Waiting {
  private events: BoardEvent[] = [];
  private outcome: { value: T } | { refusal: BoardError } | undefined;
  readonly run: WriteRun | undefined;
  readonly bytes: number;
  private readonly payer: Payer | undefined;
  private milliseconds = 0;

  constructor(
    private readonly operation: Operation<T>,
    { run, bytes = 0, payer }: WriteOptions,
    private readonly resolve: (value: T) => void,
    private readonly fail: (error: unknown) => void,
    private readonly options: CommitQueueOptions,
  ) {
    this.run = run;
    this.bytes = bytes;
    this.payer = payer;
  }

  perform(): number {
    const began = performance.now();
    this.attempt();
    const took = performance.now() - began;
    this.milliseconds += took;
    return took;
  }

  private attempt(): void {
    this.events = [];
    try {
      this.outcome = { value: this.operation((event) => this.events.push(event)) };
    } catch (error) {
      if (!(error instanceof BoardError)) throw error;
      this.events = [];
      this.outcome = { refusal: error };
    }
  }

  settle(): void {
    const began = performance.now();
    for (const event of this.events) this.publish(event);
    this.milliseconds += performance.now() - began;
    this.payer?.charge(this.milliseconds);
    if (this.outcome && 'value' in this.outcome) this.resolve(this.outcome.value);
    else this.fail(this.outcome?.refusal);
  }

  reject(error: unknown): void {
    this.payer?.charge(this.milliseconds);
    this.fail(error);
  }

  private publish(event: BoardEvent): void {
    try {
      this.options.publish(event);
    } catch (error) {
      this.options.failed?.(error);
    }
  }
}
