import { closeSync, existsSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import { Expected } from '../../../protocol/expected.ts';
import { adviceFor, isStorageFailure } from './failure.ts';
import { giveToOwner } from './files.ts';
import { systemFailure } from './system-errors.ts';

export type Durability = 'full' | 'relaxed';

export interface ConnectionOptions {
  /** Creates the file, readable by its owner alone, and the folder that it is in. */
  create?: boolean;
  readonly?: boolean;
  durability?: Durability;
  /** The journal mode that is set; `unchanged` opens a file without changing it. */
  journal?: 'wal' | 'delete' | 'unchanged';
  /** How long a statement waits for another process's lock, in milliseconds. */
  busyTimeout?: number;
}

export type Client = Sqlite.Database;

/** A database cannot be opened or used. The message is one line for the operator. */
export class DatabaseError extends Expected {
  override readonly name = 'DatabaseError';
}

/**
 * Opens a SQLite file with every pragma that the board relies on. Several of them apply to one connection only, so
 * no other code opens a connection.
 *
 * `full` syncs at every commit. `relaxed` syncs at checkpoints: a power failure may then lose the last commits, but
 * a crash of the process loses nothing.
 * @throws DatabaseError if the file is missing, cannot be opened, or is no database
 */
export function openConnection(file: string, options: ConnectionOptions = {}): Client {
  const { create = false, readonly = false, durability = 'full', busyTimeout = 5000 } = options;
  const { journal = 'wal' } = options;
  if (!create && !isThere(file)) {
    throw new DatabaseError(`There is no database at ${file}. Is --data right?`);
  }
  let client: Client | undefined;
  try {
    if (create) createPrivately(file);
    const empty = create && statSync(file).size === 0;
    client = new Sqlite(file, { fileMustExist: true, readonly, timeout: busyTimeout });
    keepPlans(client);
    // It has to be set before the first page is written. Later only a VACUUM can change it.
    if (empty) client.pragma('auto_vacuum = INCREMENTAL');
    if (!readonly && journal !== 'unchanged') client.pragma(`journal_mode = ${journal}`);
    client.pragma(`synchronous = ${durability === 'full' ? 'FULL' : 'NORMAL'}`);
    client.pragma('foreign_keys = ON');
    // The maximum size of the log file after a checkpoint has emptied it.
    client.pragma(`journal_size_limit = ${64 * 1024 * 1024}`);
    client.pragma('schema_version');
    return client;
  } catch (error) {
    client?.close();
    throw openingError(file, error);
  }
}

/**
 * Lets statements keep their plans. When SQLite plans a statement, it looks at the values that are bound after `=`, `limit` and
 * `offset`, and therefore plans the statement again at its next run after another value was bound. For most queries that takes ten
 * times as long as to run them. It does not look at the argument of `likely`, which it leaves out when the statement runs
 * (https://sqlite.org/lang_corefunc.html#likely).
 */
function keepPlans(client: Client): void {
  const prepare = client.prepare.bind(client);
  const keeping = (sql: string) => prepare(sql.replaceAll(/(= |limit |offset )\?/g, '$1likely(?)'));
  client.prepare = keeping as Client['prepare'];
}

/** Creates an empty file that only its owner can read, and its folder, if they are missing. */
export function createPrivately(file: string): void {
  makeFolder(dirname(resolve(file)));
  if (existsSync(file)) return;
  closeSync(openSync(file, 'a', 0o600));
  giveToOwner(file);
}

/**
 * Creates a folder that only its owner can look into, and the folders above it. Node's `recursive` never ends in
 * file systems such as /proc, which report that a folder is missing although it exists.
 */
export function makeFolder(folder: string): void {
  if (existsSync(folder)) return;
  makeFolder(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process has just created it.
    if (!existsSync(folder)) throw error;
  }
}

/** @throws DatabaseError if the system does not say, for example in a folder of another user */
function isThere(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    const reason = systemFailure(error) ?? (error as Error).message;
    throw new DatabaseError(`Cannot open ${file}: ${reason}.`);
  }
}

/** An error of SQLite or the system on opening a database, as one line for the operator. */
export function openingError(file: string, error: unknown): unknown {
  if (error instanceof Sqlite.SqliteError) {
    if (/^SQLITE_(NOTADB|CORRUPT)/.test(error.code)) {
      return new DatabaseError(
        `${file} is damaged or is not a database (${error.message}). Restore a backup of it.`,
      );
    }
    const advice = isStorageFailure(error) ? ` (${error.code}). ${adviceFor(error)}` : '.';
    return new DatabaseError(`Cannot open ${file}: ${error.message}${advice}`);
  }
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ERR_DLOPEN_FAILED' || code === 'MODULE_NOT_FOUND' || /bindings/.test(message)) {
    return new DatabaseError(
      `better-sqlite3 has no binary that this machine can load (${process.platform} ${process.arch}): ${message}. docs/operations.md says how to compile one.`,
    );
  }
  return code
    ? new DatabaseError(`Cannot create ${file}: ${systemFailure(error) ?? message}.`)
    : error;
}
