import type { Payer } from '../../../board/ports/actor.ts';
import type { Receiver } from '../../../board/ports/posting.ts';
import { CommitCounts } from '../../../metrics/counts.ts';
import { boardError } from '../../../protocol/errors.ts';
import { lockRetry, type Writer, type Written } from './batch-writer.ts';
import { Clock } from './clock.ts';
import { type Performer, performOne } from './committer.ts';
import { ReadQueue } from './read-queue.ts';
import { Settler, type SettlerOptions, type Write, withOutcomes } from './settler.ts';
import type { StorageTrouble } from './trouble.ts';

export interface WriteOptions {
  /** Bytes of the texts that the call writes, in UTF-8, or an upper bound; left out if there are few. */
  readonly bytes?: number | undefined;
  readonly payer?: Payer | undefined;
}

export interface CommitQueueOptions<C> extends SettlerOptions {
  /** Gives each call its time. */
  clock?: Clock;
  /** The time by which things end, in microseconds: see `Tx.now`. */
  now?: () => number;
  /** Runs the calls of `runUnwritten`, on a connection of this thread. */
  reader?: Performer<C> | undefined;
  /** Calls a function whose calls of `reader` may share a transaction. */
  together?: (reads: () => void) => void;
  /** Whether a call needs a transaction of its own. */
  isAlone?: (call: C) => boolean;
  /** How many writes a call is; 1 if left out. */
  sizeOf?: (call: C) => number;
  counts?: CommitCounts;
  /** How long a write waits for another process's lock, in milliseconds. */
  lockTimeout?: number;
  /** Milliseconds that the writes of one commit may take; the rest is in the next one. */
  commitTime?: number;
  /** Notified of each transaction, and of each write that the disk refuses. */
  trouble?: Pick<StorageTrouble, 'failed' | 'committed'>;
}

// The maximum number of writes in one commit. With more, what they hold in memory until it ends would outlive
// the garbage collector's young generation.
const writesPerCommit = 1024;
// The maximum number of bytes in the writes of one commit: eight contents of the maximum length. The other writes are in the
// next commit. A call with more bytes is a commit of its own.
const bytesPerCommit = 256 * 1024;
// The `commitTime` of a server: a write that waits for the commit before its own waits this long for it at most, and
// for the disk.
const serverCommitTime = 16;
// Milliseconds to wait for another process's lock when closing.
const closingLockTimeout = 1000;
// The minimum timeout for the lock, even if a write has waited long for earlier commits.
const minLockTimeout = 10 * lockRetry;

/**
 * Group commit: the calls that arrive in one turn of the event loop are committed together, in order, so
 * that they share a disk sync. A call is one write or several. One commit runs at a time. Calls that arrive while it runs wait for
 * the next one, so more calls share a sync on a slower disk. A commit is limited in time and in bytes; calls past these limits
 * wait for the commit after it.
 * @template C a call, as the writer accepts it
 */
export class CommitQueue<C> {
  private waiting: Write<C>[] = [];
  /** How many writes the calls of `waiting` are. */
  private size = 0;
  private scheduled = false;
  private closed = false;
  private underWay: { readonly first: number; readonly settled: Promise<void> } | undefined;
  private readonly reads: ReadQueue;
  private readonly settler: Settler<C>;
  private readonly clock: Clock;
  private readonly counts: CommitCounts;
  private readonly now: () => number;
  private readonly lockTimeout: number;
  private readonly commitTime: number;

  constructor(
    private readonly writer: Writer<C>,
    private readonly options: CommitQueueOptions<C>,
  ) {
    this.reads = new ReadQueue(() => this.underWay === undefined, options.together);
    this.settler = new Settler(options);
    this.clock = options.clock ?? new Clock(0);
    this.now = options.now ?? (() => Date.now() * 1000);
    this.counts = options.counts ?? new CommitCounts();
    this.lockTimeout = options.lockTimeout ?? 5000;
    this.commitTime = options.commitTime ?? serverCommitTime;
  }

  /**
   * Runs `call` with the next batch. The promise is settled after the commit, once the
   * events of all earlier calls and of this call have been published.
   */
  run(call: C, options?: WriteOptions): Promise<unknown> {
    return new Promise((resolve, reject) => this.enqueue(call, { resolve, reject }, true, options));
  }

  /**
   * Like `run`, without a promise. The receiver is called in a later turn or microtask, even if the call is refused at
   * once. For a call of several writes it is called until each write is settled: a value can be that of
   * several writes, an error is that of a single write.
   */
  add(call: C, receiver: Receiver<unknown>, options?: WriteOptions): void {
    this.enqueue(call, receiver, false, options);
  }

  /**
   * Runs a call that only reads, between two commits and without a transaction, and publishes its events. So the
   * call sees what has been published and nothing else, and its events have their place in the order of commits.
   * @throws any error of the call
   */
  runUnwritten(call: C, payer?: Payer): Promise<unknown> {
    const { reader } = this.options;
    if (!reader) throw new Error('There is nothing to run it.');
    if (this.closed) return Promise.reject(boardError('SHUTTING_DOWN'));
    return new Promise((resolve, reject) => {
      this.reads.add(() => {
        const began = performance.now();
        const receiver = { resolve, reject };
        const write = { call, size: 1, bytes: 0, payer, since: began, receiver, isPromise: true };
        try {
          const time = { ask: () => this.clock.tick(), now: this.now() };
          const outcome = performOne(reader, call, time, began);
          this.settler.announce(write, outcome);
          this.settler.settle(write, outcome);
        } catch (error) {
          this.settler.refuse(write, error);
        }
      });
    });
  }

  /** A time no earlier than that of any event that was published, and earlier than that of any other. */
  publishedUntil(): number {
    return this.underWay ? this.underWay.first - 1 : this.clock.tick();
  }

  /** Commits the waiting calls; later calls are refused. */
  async close(): Promise<void> {
    this.closed = true;
    this.writer.limitLockWait(closingLockTimeout);
    while (this.underWay || this.waiting.length > 0) {
      this.commit();
      await this.underWay?.settled;
    }
    this.reads.finish();
  }

  private enqueue(
    call: C,
    receiver: Receiver<unknown>,
    isPromise: boolean,
    { bytes = 0, payer }: WriteOptions = {},
  ): void {
    const size = this.options.sizeOf?.(call) ?? 1;
    if (this.closed) {
      queueMicrotask(() => {
        for (let at = 0; at < size; at++) receiver.reject(boardError('SHUTTING_DOWN'));
      });
      return;
    }
    this.waiting.push({ call, size, bytes, payer, since: performance.now(), receiver, isPromise });
    const before = this.size;
    this.size += size;
    if (this.underWay) return;
    if (before < writesPerCommit && this.size >= writesPerCommit) {
      queueMicrotask(() => this.commit());
    }
    this.commitLater();
  }

  /** Commits at the end of the turn. */
  private commitLater(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.commit();
    });
  }

  private commit(): void {
    if (this.underWay || this.waiting.length === 0) return;
    const batch = this.takeBatch();
    const first = this.clock.reserve(sizeOf(batch));
    this.underWay = { first, settled: this.write(batch, first) };
  }

  private async write(batch: readonly Write<C>[], first: number): Promise<void> {
    const calls = batch.map(({ call }) => call);
    const lockTimeout = this.lockTimeoutFor(batch);
    const began = performance.now();
    let written: Written;
    try {
      const now = this.now();
      const time = this.commitTime;
      written = await this.writer.write({ calls, first, now, time, lockTimeout });
    } catch (error) {
      this.underWay = undefined;
      const lost = [...batch, ...this.takeAll()];
      const settling = this.settler.settleAll(
        lost.map((write) => [write, { writes: write.size, took: 0, failure: error }]),
      );
      this.reads.afterCommit(performance.now() - began);
      await settling;
      return;
    }
    this.underWay = undefined;
    this.clock.release(written.newest);
    const settled = withOutcomes(batch, written.outcomes);
    const [last] = settled.at(-1) ?? [];
    this.putBack(last ? batch.slice(batch.indexOf(last) + 1) : batch);
    if (this.waiting.length > 0) this.commitLater();
    for (const { writes, seconds } of written.commits) {
      this.counts.writes.note(writes);
      this.counts.seconds.note(seconds);
      this.options.trouble?.committed();
    }
    // Receivers may read at once, so all events come first.
    for (const [write, outcome] of settled) this.settler.announce(write, outcome);
    const settling = this.settler.settleAll(settled);
    this.reads.afterCommit(performance.now() - began);
    await settling;
  }

  /** The writes of the next commit: all that fit. */
  private takeBatch(): Write<C>[] {
    const { waiting } = this;
    const { isAlone = () => false } = this.options;
    let bytes = 0;
    let size = 0;
    let end = 0;
    for (const write of waiting) {
      const isFull =
        size + write.size > writesPerCommit ||
        (write.bytes > 0 && bytes + write.bytes > bytesPerCommit);
      const alone = isAlone(write.call);
      if (end > 0 && (isFull || alone)) break;
      bytes += write.bytes;
      size += write.size;
      end++;
      if (alone) break;
    }
    this.waiting = waiting.slice(end);
    this.size -= size;
    return waiting.slice(0, end);
  }

  private takeAll(): Write<C>[] {
    const { waiting } = this;
    this.waiting = [];
    this.size = 0;
    return waiting;
  }

  /** Writes that are not committed yet come before those that wait. */
  private putBack(writes: readonly Write<C>[]): void {
    if (writes.length === 0) return;
    this.waiting = [...writes, ...this.waiting];
    this.size += sizeOf(writes);
  }

  /** The rest of the time that the oldest write may wait for the lock, in milliseconds. */
  private lockTimeoutFor([oldest]: readonly Write<C>[]): number {
    const waited = oldest ? performance.now() - oldest.since : 0;
    const most = this.closed ? closingLockTimeout : this.lockTimeout;
    return Math.min(most, Math.max(this.lockTimeout - waited, minLockTimeout));
  }
}

function sizeOf(writes: readonly Write<unknown>[]): number {
  return writes.reduce((sum, { size }) => sum + size, 0);
}
