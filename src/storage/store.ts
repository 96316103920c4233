import { statSync } from 'node:fs';
import type { BoardEvent } from '../board/types.ts';
import type { Holdings } from '../metrics/sources.ts';
import { Clock } from './clock.ts';
import { CommitQueue } from './commit-queue.ts';
import { type Client, orm } from './connection.ts';
import { asBoardError, isStorageFailure } from './failure.ts';
import { lastTime } from './last-time.ts';
import { prepareStatements, type Statements } from './statements.ts';

export interface StoreOptions {
  /** Called for each event, after its commit and before the promise of what caused it is settled. */
  publish: (event: BoardEvent) => void;
  /** Told of what `publish` throws, which is a bug. */
  failed?: (error: unknown) => void;
  /** The wall clock, in milliseconds. */
  now?: () => number;
  /** How long writes wait for another process's lock, in milliseconds. */
  lockPatience?: number;
}

/** A database in use by a server: what its repositories share. */
export class Store {
  readonly statements: Statements;
  readonly queue: CommitQueue;
  readonly clock: Clock;
  /** The wall clock, in milliseconds. */
  readonly now: () => number;

  /** @param client a connection to a database of the current schema; closed with the store */
  constructor(
    readonly client: Client,
    { now = Date.now, ...options }: StoreOptions,
  ) {
    const database = orm(client);
    this.statements = prepareStatements(database);
    this.now = now;
    this.clock = new Clock(lastTime(database), now);
    this.queue = new CommitQueue(client, options);
  }

  /** Writes to the disk and changes nothing. @throws BoardError `STORAGE_FAILED` */
  probe(): Promise<void> {
    // Rewriting a field of the header that the board has no use for dirties a page: that is enough
    // for a transaction with all that goes with one.
    return this.queue.run(() => void this.client.pragma('user_version = 0'));
  }

  /** What the database holds, from the counts that are kept: it costs a row for each group. */
  holdings(): Holdings {
    const size = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    return {
      databaseBytes: size(this.client.name),
      logBytes: size(`${this.client.name}-wal`),
      ...(this.statements.holdings.get() ?? { groups: 0, memberships: 0, messages: 0 }),
    };
  }

  /**
   * Commits what is waiting, empties the log into the database and closes it. Where there is no room
   * for that, the log stays as it is: all is in it, and the next to open the database takes it over.
   */
  close(): void {
    this.queue.close();
    try {
      this.client.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      if (!isStorageFailure(error)) throw error;
    }
    this.client.close();
  }
}

/** Runs a read at once. @throws BoardError `STORAGE_FAILED` where the disk fails */
export async function readFrom<T>(operation: () => T): Promise<T> {
  try {
    return operation();
  } catch (error) {
    throw asBoardError(error);
  }
}

/** A page of what was found in the order of `newestFirst`, with one message more than it holds. */
export function cutPage<T>(found: readonly T[], limit: number, newestFirst: boolean) {
  const messages = found.slice(0, limit);
  if (newestFirst) messages.reverse();
  return { messages, more: found.length > limit };
}
