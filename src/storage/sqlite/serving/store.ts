import { statfsSync, statSync } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Logger } from 'pino';
import type { BoardEvent } from '../../../board/types.ts';
import { CommitCounts } from '../../../metrics/counts.ts';
import type { Holdings } from '../../../metrics/sources.ts';
import { boardError } from '../../../protocol/errors.ts';
import { type Client, openConnection, orm } from '../file/connection.ts';
import { asBoardError, isStorageFailure } from '../file/failure.ts';
import { OpenFiles } from '../file/open-files.ts';
import { Checkpoints } from './checkpoints.ts';
import { Clock } from './clock.ts';
import { CommitQueue } from './commit-queue.ts';
import { lastTime } from './last-time.ts';
import { prepareStatements, type Statements } from './statements.ts';
import { enoughCommits, StorageTrouble } from './trouble.ts';

export interface StoreOptions {
  /** Called for each event, after its commit and before the promise of what caused it is settled. */
  publish: (event: BoardEvent) => void;
  /** Told of what `publish` throws, which is a bug. */
  failed?: (error: unknown) => void;
  /** The wall clock, in milliseconds. */
  now?: () => number;
  /** How long writes wait for another process's lock, in milliseconds. */
  lockPatience?: number;
  /** Where a failing disk is reported. */
  log?: Pick<Logger, 'error' | 'warn' | 'info'> | undefined;
  /** Called when a reader begins to hold the log (see `Checkpoints`), and when it has let go. */
  logHeld?: (log: { held: boolean; bytes: number }) => void;
}

// Bytes that a post of the largest size may need in the log: its content, and the pages around it.
const roomForPost = 128 * 1024;

/** A database in use by a server: what its repositories share. */
export class Store {
  readonly statements: Statements;
  readonly queue: CommitQueue;
  readonly clock: Clock;
  readonly checkpoints: Checkpoints;
  /** The wall clock, in milliseconds. */
  readonly now: () => number;
  readonly trouble: StorageTrouble;
  private readonly files: OpenFiles;
  private hasSavedLog = false;

  /** @param client a connection to a database of the current schema; closed with the store */
  constructor(
    readonly client: Client,
    { now = Date.now, log, logHeld = () => {}, ...options }: StoreOptions,
  ) {
    const database = orm(client);
    this.statements = prepareStatements(database);
    this.now = now;
    this.clock = new Clock(lastTime(database), now);
    this.files = new OpenFiles(client.name);
    const counts = new CommitCounts();
    this.trouble = new StorageTrouble(client.name, counts, log);
    const { files, trouble } = this;
    this.checkpoints = new Checkpoints(client, logHeld);
    const committed = () => this.checkpoints.afterCommit();
    this.queue = new CommitQueue(client, { ...options, counts, files, trouble, committed });
  }

  /** Runs a read at once. @throws BoardError `STORAGE_FAILED` where the disk fails */
  async read<T>(operation: () => T): Promise<T> {
    try {
      return operation();
    } catch (error) {
      const refusal = asBoardError(error);
      if (refusal !== error) this.trouble.failed('read', error);
      throw refusal;
    }
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
    if (this.trouble.isFailing) await this.probeRoom();
    const commits = this.trouble.isFailing ? enoughCommits : 1;
    for (let done = 0; done < commits; done++) await this.queue.run(() => this.writeNothing());
  }

  /** Bytes that are free on the disk of the database; undefined where it cannot be asked. */
  diskFree(): number | undefined {
    try {
      const { bavail, bsize } = statfsSync(dirname(this.client.name));
      return bavail * bsize;
    } catch {
      return undefined;
    }
  }

  /** What the database holds, from the counts that are kept: it costs a row for each group. */
  holdings(): Holdings {
    const size = (file: string) => statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    return {
      databaseBytes: size(this.client.name),
      logBytes: size(`${this.client.name}-wal`),
      logHeldBytes: this.checkpoints.heldBytes,
      ...(this.statements.holdings.get() ?? { groups: 0, memberships: 0, messages: 0 }),
    };
  }

  /**
   * Commits what is waiting, empties the log into the database and closes it. Where there is no room
   * for that, the log stays as it is: all is in it, and the next to open the database takes it over.
   */
  close(): void {
    this.queue.close();
    this.checkpoints.close();
    try {
      this.client.pragma('wal_checkpoint(TRUNCATE)');
    } catch (error) {
      if (!isStorageFailure(error)) throw error;
    }
    this.client.close();
  }

  /**
   * Rewriting a field of the header that the board has no use for dirties a page: that is enough for a
   * transaction with all that goes with one.
   */
  private writeNothing(): void {
    this.client.pragma('user_version = 0');
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

  /** The file is removed before the system brings it to the disk, and the event loop waits for nothing. */
  private async probeRoom(): Promise<void> {
    const path = `${this.client.name}.probe`;
    try {
      const file = await open(path, 'w', 0o600);
      try {
        await file.writeFile(Buffer.alloc(roomForPost, 1));
      } finally {
        await file.close();
      }
    } catch (error) {
      throw boardError('STORAGE_FAILED', { cause: error });
    } finally {
      await rm(path, { force: true }).catch(() => {});
    }
  }

  /**
   * All that was acknowledged is in the open log, which ends with this process. A reader with an old
   * snapshot keeps some of it from being copied, until a later call.
   */
  private saveLog(): void {
    try {
      this.hasSavedLog = this.checkpoints.copyAll();
    } catch (error) {
      this.hasSavedLog = true;
      this.trouble.failed('watch', error);
    }
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

/**
 * The same for messages with their contents, read no further than the page goes: it ends early
 * where they come to more than `most.bytes` with their subjects, and holds at least one.
 */
export function fillPage<T extends { subject: string; content: string }>(
  found: Iterable<T>,
  most: { limit: number; bytes: number },
  newestFirst: boolean,
) {
  const messages: T[] = [];
  let more = false;
  let bytes = 0;
  for (const message of found) {
    bytes += Buffer.byteLength(message.subject) + Buffer.byteLength(message.content);
    more = messages.length === most.limit || (messages.length > 0 && bytes > most.bytes);
    if (more) break;
    messages.push(message);
  }
  if (newestFirst) messages.reverse();
  return { messages, more };
}
