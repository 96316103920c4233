import { statSync } from 'node:fs';
import type { Logger } from 'pino';
import type { BoardEvent } from '../../../board/events.ts';
import type { Payer } from '../../../board/ports/actor.ts';
import type { Receiver } from '../../../board/ports/posting.ts';
import { CommitCounts } from '../../../metrics/counts.ts';
import type { Holdings } from '../../../metrics/sources.ts';
import { boardError } from '../../../protocol/errors.ts';
import {
  type ActName,
  type ArgumentsOf,
  type Call,
  type ResultOf,
  runsWithoutForeignKeys,
  writesOf,
} from '../acts/acts.ts';
import type { Executor } from '../executor.ts';
import { type Client, openConnection } from '../file/connection.ts';
import { asBoardError, isStorageFailure } from '../file/failure.ts';
import { OpenFiles } from '../file/open-files.ts';
import { orm } from '../file/orm.ts';
import { countModeration } from '../moderation-counts.ts';
import { prepareStatements, recipesOf, type Statements } from '../statements/statements.ts';
import { ActPerformer } from './act-performer.ts';
import { copyAll } from './checkpoints.ts';
import { Clock } from './clock.ts';
import { CommitQueue, type WriteOptions } from './commit-queue.ts';
import { CommitThread } from './commit-thread.ts';
import { requireRoom } from './disk-room.ts';
import { lastTime } from './last-time.ts';
import { sharedRead } from './shared-read.ts';
import { enoughCommits, StorageTrouble } from './trouble.ts';
import { Uses } from './uses.ts';

export interface StoreOptions {
  /** Called for each event, after its commit and before the promise of its act is settled. */
  publish: (event: BoardEvent) => void;
  /** Called with an error that `publish` throws, which is a bug. */
  failed?: (error: unknown) => void;
  /** Called when a commit succeeded but its events are lost, so that sessions have missed notices. */
  missed?: () => void;
  /** The wall clock, in milliseconds. */
  now?: () => number;
  /** How long writes wait for another process's lock, in milliseconds. */
  lockTimeout?: number;
  /** Where a failing disk is reported. */
  log?: Pick<Logger, 'error' | 'warn' | 'info'> | undefined;
  /** Called when a reader begins to hold the log (see `Checkpoints`), and when it has released it. */
  logHeld?: (log: { held: boolean; bytes: number }) => void;
}

const none = { groups: 0, conversations: 0, memberships: 0, messages: 0 };

/** A database in use by a server, with everything that its repositories share. Runs acts in the commit queue. */
export class Store implements Executor {
  readonly statements: Statements;
  readonly shortestPause = 5;
  private readonly queue: CommitQueue<Call>;
  /** Counts of the commit queue, for the metrics. */
  readonly counts = new CommitCounts();
  readonly clock: Clock;
  /** The wall clock, in milliseconds. */
  readonly now: () => number;
  /** The time by which things end, in microseconds. It is the wall clock, until a `ClockWatch` says better. */
  expected: () => number;
  readonly trouble: StorageTrouble;
  /** The uses of users and tokens by logins, which the upkeep stores. */
  readonly uses = new Uses();
  private readonly files: OpenFiles;
  private readonly thread: CommitThread;
  private hasSavedLog = false;

  /**
   * @param client a connection to a database of the current schema, for reading; closed with the store. Commits are
   * as durable as on this one.
   */
  constructor(
    readonly client: Client,
    { now = Date.now, log, logHeld = () => {}, missed = () => {}, ...options }: StoreOptions,
  ) {
    const database = orm(client);
    this.statements = prepareStatements(client);
    this.now = now;
    this.expected = () => now() * 1000;
    this.clock = new Clock(lastTime(database), now);
    this.files = new OpenFiles(client.name);
    const { counts } = this;
    this.trouble = new StorageTrouble(client.name, counts, log);
    const { trouble, clock } = this;
    const data = {
      file: client.name,
      files: this.files.expected,
      recipes: recipesOf(this.statements),
      synchronous: Number(client.pragma('synchronous', { simple: true })),
    };
    client.pragma('query_only = ON');
    const lost = (error: Error) => trouble.failed('watch', error);
    this.thread = new CommitThread(data, client, { lost, missed, logHeld });
    const reading = { reader: new ActPerformer(this.statements), together: sharedRead(client) };
    const isAlone = runsWithoutForeignKeys;
    const time = { clock, now: () => this.expected() };
    const all = { ...options, ...time, ...reading, counts, trouble, isAlone, sizeOf: writesOf };
    this.queue = new CommitQueue<Call>(this.thread, all);
  }

  /**
   * Runs an act with the next commit.
   * @throws BoardError of the act, `STORAGE_FAILED`, `SHUTTING_DOWN`
   */
  run<N extends ActName>(
    act: N,
    args: ArgumentsOf<N>,
    options?: WriteOptions,
  ): Promise<ResultOf<N>> {
    return this.queue.run({ act, args }, options) as Promise<ResultOf<N>>;
  }

  /** Like `run`, without a promise: see `CommitQueue.add`. */
  enqueue<N extends ActName>(
    act: N,
    args: ArgumentsOf<N>,
    receiver: Receiver<ResultOf<N>>,
    options: WriteOptions,
  ): void {
    this.queue.add({ act, args }, receiver as Receiver<unknown>, options);
  }

  /** Runs an act that only reads, between two commits: see `CommitQueue.runUnwritten`. */
  runUnwritten<N extends ActName>(
    act: N,
    args: ArgumentsOf<N>,
    payer?: Payer,
  ): Promise<ResultOf<N>> {
    return this.queue.runUnwritten({ act, args }, payer) as Promise<ResultOf<N>>;
  }

  /** A time no earlier than that of any event that was published, and earlier than that of any other. */
  publishedUntil(): number {
    return this.queue.publishedUntil();
  }

  /** Each commit of a server is synced anyway. */
  long<T>(steps: () => Promise<T>): Promise<T> {
    return steps();
  }

  /** Runs a read at once. @throws BoardError `STORAGE_FAILED` if the disk fails, `SHUTTING_DOWN` once it is closed */
  async read<T>(operation: () => T): Promise<T> {
    // A request that is carried out in pieces may go on after the server was closed.
    if (!this.client.open) throw boardError('SHUTTING_DOWN');
    try {
      return operation();
    } catch (error) {
      const refusal = asBoardError(error);
      if (refusal !== error) this.trouble.failed('read', error);
      throw refusal;
    }
  }

  /** Runs several reads at once, of one state of the database. @throws BoardError `STORAGE_FAILED` if the disk fails */
  readAtOnce<T>(operation: () => T): Promise<T> {
    return this.read(() => this.client.transaction(operation)());
  }

  /**
   * Notices that the database is lost while nobody writes, and writes the log lines of a failing disk
   * that are due. Call it about twice a second.
   */
  watch(): void {
    const lost = this.files.lost();
    if (lost && !this.trouble.isFailing) this.trouble.failed('watch', lost);
    if (lost && this.files.isLogAlone && !this.hasSavedLog) this.saveLog();
    this.trouble.tick();
  }

  /**
   * Writes to the disk and changes nothing. While the disk fails, one small write proves little: then
   * there has to be room for a post, and several commits in a row have to succeed. After reads have
   * failed, one has to succeed.
   * @throws BoardError `STORAGE_FAILED`
   */
  async probe(): Promise<void> {
    const lost = this.files.lost();
    if (lost) throw asBoardError(lost);
    if (this.trouble.readsFail) this.probeReading();
    if (this.trouble.isFailing) await requireRoom(this.client.name);
    const commits = this.trouble.isFailing ? enoughCommits : 1;
    for (let done = 0; done < commits; done++) await this.run('touch', {});
  }

  /** The size of the database, from the stored counts. It reads one row for each group. */
  holdings(): Holdings {
    const size = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    return {
      databaseBytes: size(this.client.name),
      logBytes: size(`${this.client.name}-wal`),
      logHeldBytes: this.thread.heldBytes,
      ...(this.statements.holdings.get() ?? none),
      moderation: countModeration(this.client, this.expected()),
    };
  }

  /**
   * Commits the waiting acts, copies the log into the database and closes it. If the disk has no room
   * for that, the log stays. It is complete, and SQLite reads it when the database is opened again.
   */
  async close(): Promise<void> {
    await this.queue.close();
    await this.thread.close();
    try {
      this.client.pragma('query_only = OFF');
      this.client.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      if (!isStorageFailure(error)) throw error;
    }
    this.client.close();
  }

  /** A new connection has no page in its memory, so it reads from the disk. */
  private probeReading(): void {
    try {
      openConnection(this.client.name, { readonly: true, busyTimeout: 0 }).close();
    } catch (error) {
      this.trouble.failed('watch', error);
      throw boardError('STORAGE_FAILED', { cause: error });
    }
  }

  /**
   * Every acknowledged write is in the open log, which vanishes with this process. A reader with an old
   * snapshot can prevent a part from being copied, until a later call.
   */
  private saveLog(): void {
    try {
      this.hasSavedLog = copyAll(this.client);
      if (this.hasSavedLog) this.trouble.savedLog();
    } catch (error) {
      this.hasSavedLog = true;
      this.trouble.failed('watch', error);
    }
  }
}
