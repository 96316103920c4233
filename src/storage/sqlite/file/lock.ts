import { existsSync, rmSync } from 'node:fs';
import type Sqlite from 'better-sqlite3';
import { Expected } from '../../../protocol/expected.ts';
import { createPrivately, openConnection, openingError } from './connection.ts';
import { isBusy } from './failure.ts';
import { removeDatabase } from './files.ts';
import { identityOf } from './identity.ts';

// Milliseconds: longer than `holder` holds the lock.
const probeTimeout = 100;

/** Another server holds the database. */
export class LockedError extends Expected {
  override readonly name = 'LockedError';

  constructor(
    file: string,
    /** The process that holds the lock, if it could be read. */
    readonly pid: number | undefined,
  ) {
    super(`${file} is held by another corkboard server${pid ? `, process ${pid}` : ''}.`);
  }
}

/**
 * Shows that one server, or one upgrade, holds a database. It is a write transaction kept open on a small SQLite
 * file beside the database. The operating system releases SQLite's file lock with the process, however that ends, so
 * a lock is never stale. A rollback journal lets readers in beside a writer, so a second server can read the holder.
 */
export class ServerLock {
  private readonly identity: string | undefined;

  private constructor(
    private readonly client: Sqlite.Database,
    private readonly file: string,
  ) {
    this.identity = identityOf(file);
  }

  /** @throws LockedError if another process holds it */
  static take(database: string): ServerLock {
    const file = lockFile(database);
    for (;;) {
      const isNew = makePlace(file);
      const before = identityOf(file);
      const lock = ServerLock.takeOrClean(file, database, isNew);
      // The last holder may have removed the file after it was opened here. Then the next server would lock another
      // file.
      if (before === lock.identity && before !== undefined) return lock;
      lock.release();
    }
  }

  /** Without this, a full disk would leave an empty file. */
  private static takeOrClean(file: string, database: string, isNew: boolean): ServerLock {
    try {
      return ServerLock.takeIn(file, database);
    } catch (error) {
      if (isNew && !(error instanceof LockedError)) removeDatabase(file);
      throw error;
    }
  }

  private static takeIn(file: string, database: string): ServerLock {
    const client = openConnection(file, {
      create: true,
      journal: 'delete',
      busyTimeout: probeTimeout,
    });
    try {
      client.exec('CREATE TABLE IF NOT EXISTS holder (id INTEGER PRIMARY KEY, pid INTEGER)');
      client.prepare('INSERT OR REPLACE INTO holder VALUES (1, ?)').run(process.pid);
      client.exec('BEGIN IMMEDIATE');
      return new ServerLock(client, file);
    } catch (error) {
      const pid = readHolder(client);
      client.close();
      throw isBusy(error) ? new LockedError(database, pid) : error;
    }
  }

  /** The process that holds the lock, if there is one. The check takes the lock for an instant. */
  static holder(database: string): number | undefined {
    return probe(database)?.pid;
  }

  /** Whether a process holds the lock. A file with its name that is not a lock counts as not held. */
  static isHeld(database: string): boolean {
    try {
      return probe(database) !== undefined;
    } catch {
      return false;
    }
  }

  /** Whether the file of the lock is still where another process looks for it. */
  get isInPlace(): boolean {
    return identityOf(this.file) === this.identity;
  }

  release(): void {
    this.client.close();
  }

  /** Releases a lock that is not needed again, and removes its file. */
  remove(): void {
    if (this.isInPlace) rmSync(this.file, { force: true });
    this.client.close();
  }
}

/** Whether the file of the lock had to be made. @throws DatabaseError */
function makePlace(file: string): boolean {
  try {
    const isNew = !existsSync(file);
    createPrivately(file);
    return isNew;
  } catch (error) {
    throw openingError(file, error);
  }
}

function lockFile(database: string): string {
  return `${database}.lock`;
}

/** The process that holds the lock, as far as that can be read; undefined if none does. */
function probe(database: string): { pid: number | undefined } | undefined {
  const file = lockFile(database);
  if (!existsSync(file)) return undefined;
  const client = openConnection(file, { journal: 'unchanged', busyTimeout: 0 });
  try {
    client.exec('BEGIN IMMEDIATE');
    return undefined;
  } catch (error) {
    if (!isBusy(error)) throw error;
    return { pid: readHolder(client) };
  } finally {
    client.close();
  }
}

function readHolder(client: Sqlite.Database): number | undefined {
  try {
    return client.prepare<[], { pid: number }>('SELECT pid FROM holder').get()?.pid;
  } catch {
    return undefined;
  }
}
