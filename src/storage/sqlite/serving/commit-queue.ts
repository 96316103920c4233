import type { Payer } from '../../../board/ports/repository.ts';
import type { BoardEvent } from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import type { Client } from '../file/connection.ts';
import { asBoardError, isBusy } from '../file/failure.ts';
import { LostFileError } from '../file/open-files.ts';
import { Committer, type CommitterOptions, type Outcome, type Performer } from './committer.ts';
import type { StorageTrouble } from './trouble.ts';

export interface WriteOptions {
  /** Bytes of what the call writes, if that may be much. */
  readonly bytes?: number | undefined;
  readonly payer?: Payer | undefined;
}

export interface CommitQueueOptions extends CommitterOptions {
  /** Called for each event after its commit, in the order of the calls. */
  publish: (event: BoardEvent) => void;
  /** Called with what `publish` throws, which is a bug. The call is committed all the same. */
  failed?: (error: unknown) => void;
  /** How long writes wait for another process's lock, in milliseconds. */
  lockTimeout?: number;
  /** Milliseconds that the writes of one commit may take; the rest waits for the next turn of the event loop. */
  commitTime?: number;
  /** Notified of each transaction, and of each write that the disk refuses. */
  trouble?: Pick<StorageTrouble, 'failed' | 'committed'>;
  /** Called after each commit, once its writes are settled. */
  committed?: () => void;
}

/** Milliseconds between two attempts to take another process's lock. */
export const lockRetry = 10;
// Writes after which a commit does not wait for the end of the turn. With more, what they hold until then
// outlives the garbage collector's young generation, and each write costs more processor time.
const writesPerCommit = 256;
// Bytes of the writes of one commit: eight contents of the maximum length. The rest waits for the next turn of
// the event loop, in which other members are served.
const bytesPerCommit = 256 * 1024;
// The `commitTime` of a server: 256 posts take as long.
const serverCommitTime = 4;
// Milliseconds for the attempt when closing, which may block.
const closingTimeout = 1000;

/**
 * Group commit: the calls that arrive in one turn of the event loop run in order in one
 * transaction, or in a few if they are hundreds, so that they share one disk sync. If they take long or their
 * texts are long, what does not fit into a commit waits for the next turn. If a call fails, the batch is rolled
 * back and its calls run again one by one, so that only the failing call fails.
 *
 * The queue does not wait inside SQLite for the lock of another process, which would stop every connection.
 * It tries again on later turns; reads go on meanwhile.
 * @template C a call, as the performer takes it
 */
export class CommitQueue<C> {
  private waiting: Write<C>[] = [];
  private waitingBytes = 0;
  private scheduled = false;
  private lockedSince: number | undefined;
  private closed = false;
  private readonly lockTimeout: number;
  private readonly commitTime: number;
  private readonly committer: Committer<C>;

  constructor(
    private readonly client: Client,
    private readonly performer: Performer<C>,
    private readonly options: CommitQueueOptions,
  ) {
    this.lockTimeout = options.lockTimeout ?? 5000;
    this.commitTime = options.commitTime ?? serverCommitTime;
    this.committer = new Committer(client, performer, options);
  }

  /**
   * Runs `call` with the next batch. The promise is settled after the commit, once the
   * events of all earlier calls and of this call have been published.
   */
  run(call: C, { bytes = 0, payer }: WriteOptions = {}): Promise<unknown> {
    if (this.closed) return Promise.reject(boardError('SHUTTING_DOWN'));
    return new Promise((resolve, reject) => {
      this.waiting.push({ call, bytes, payer, resolve, reject });
      this.waitingBytes += bytes;
      this.schedule();
    });
  }

  /**
   * Runs a call that only reads, between two commits and without a transaction, and publishes its events. So the
   * call sees what has been published and nothing else, and its events have their place in the order of commits.
   * @throws what the call throws
   */
  async runUnwritten(call: C, payer?: Payer): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const write = { call, bytes: 0, payer, resolve, reject };
      try {
        this.settle(write, this.committer.runUnwritten(call));
      } catch (error) {
        this.refuse(write, error);
      }
    });
  }

  /** Commits what is waiting; later calls are refused. */
  close(): void {
    this.closed = true;
    this.client.pragma(`busy_timeout = ${closingTimeout}`);
    while (this.waiting.length > 0) this.flush(true);
  }

  private schedule(): void {
    // While another process holds the lock, the next attempt is scheduled already.
    if (
      this.waiting.length === writesPerCommit &&
      this.waitingBytes <= bytesPerCommit &&
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
    let outcomes: Outcome[];
    try {
      outcomes = this.commit(batch, last ? Number.POSITIVE_INFINITY : this.commitTime);
    } catch (error) {
      if (isBusy(error) && !last && this.waitForLock(batch)) return;
      this.lockedSince = undefined;
      const all = isBusy(error) || error instanceof LostFileError;
      if (all) for (const write of batch) this.refuse(write, error);
      else this.oneByOne(batch);
      return;
    }
    this.lockedSince = undefined;
    if (outcomes.length < batch.length) {
      this.putBack(batch.slice(outcomes.length));
      this.flushLater();
    }
    this.settleAll(batch, outcomes);
  }

  /** Writes that are not committed yet come before those that wait. */
  private putBack(writes: readonly Write<C>[]): void {
    this.waiting = [...writes, ...this.waiting];
    for (const { bytes } of writes) this.waitingBytes += bytes;
  }

  /** The writes of the next commit: all that fit, or without a limit of bytes. The rest is scheduled. */
  private takeBatch(all: boolean): Write<C>[] {
    const { waiting, performer } = this;
    let bytes = 0;
    let end = 0;
    for (const write of waiting) {
      const isFull = !all && write.bytes > 0 && bytes + write.bytes > bytesPerCommit;
      const isAlone = performer.isAlone?.(write.call) ?? false;
      if (end > 0 && (isFull || isAlone)) break;
      bytes += write.bytes;
      end++;
      if (isAlone) break;
    }
    this.waiting = waiting.slice(end);
    this.waitingBytes -= bytes;
    if (this.waiting.length > 0) this.flushLater();
    return waiting.slice(0, end);
  }

  /** Puts the batch back in front and tries again later; false after the timeout. */
  private waitForLock(batch: Write<C>[]): boolean {
    this.lockedSince ??= performance.now();
    if (performance.now() - this.lockedSince > this.lockTimeout) return false;
    this.putBack(batch);
    this.scheduled = true;
    setTimeout(() => this.flush(false), lockRetry);
    return true;
  }

  private oneByOne(batch: Write<C>[]): void {
    for (const [at, write] of batch.entries()) {
      let outcomes: Outcome[];
      try {
        outcomes = this.commit([write], this.commitTime);
      } catch (error) {
        // Another process may have taken the lock since: a later turn tries again, with the rest in its order.
        if (isBusy(error) && !this.closed && this.waitForLock(batch.slice(at))) return;
        this.refuse(write, error);
        continue;
      }
      this.settleAll([write], outcomes);
    }
  }

  /** @throws what `Committer.commit` throws */
  private commit(batch: readonly Write<C>[], time: number): Outcome[] {
    const calls = batch.map(({ call }) => call);
    const outcomes = this.committer.commit(calls, time);
    this.options.trouble?.committed();
    return outcomes;
  }

  /** @param outcomes of the first writes of the batch */
  private settleAll(batch: readonly Write<C>[], outcomes: readonly Outcome[]): void {
    for (let at = 0; at < outcomes.length; at++) {
      const write = batch[at];
      const outcome = outcomes[at];
      if (write && outcome) this.settle(write, outcome);
    }
    this.options.committed?.();
  }

  private settle({ resolve, reject, payer }: Write<C>, outcome: Outcome): void {
    if ('refusal' in outcome) {
      payer?.charge(outcome.took);
      reject(outcome.refusal);
      return;
    }
    const began = payer ? performance.now() : 0;
    for (const event of outcome.events) this.publish(event);
    payer?.charge(outcome.took + performance.now() - began);
    resolve(outcome.value);
  }

  private refuse({ reject }: Write<C>, error: unknown): void {
    const refusal = asBoardError(error);
    if (refusal !== error) this.options.trouble?.failed('write', error);
    reject(refusal);
  }

  private publish(event: BoardEvent): void {
    try {
      this.options.publish(event);
    } catch (error) {
      this.options.failed?.(error);
    }
  }
}

/** A call that waits for its commit. */
interface Write<C> {
  readonly call: C;
  readonly bytes: number;
  readonly payer: Payer | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}
