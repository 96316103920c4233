import Sqlite from 'better-sqlite3';
import { BoardError, boardError } from '../protocol/errors.ts';

// SQLite's result codes for what the disk, the system or another process did, and not this code.
const environmental =
  /^SQLITE_(FULL|IOERR|BUSY|LOCKED|READONLY|CORRUPT|NOTADB|CANTOPEN|NOMEM|PROTOCOL|AUTH|PERM)/;

export function isStorageFailure(error: unknown): error is InstanceType<typeof Sqlite.SqliteError> {
  return error instanceof Sqlite.SqliteError && environmental.test(error.code);
}

export function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/** `STORAGE_FAILED` for a failure of the disk, with it as the cause; anything else as it is. */
export function asBoardError(error: unknown): unknown {
  if (!isStorageFailure(error)) return error;
  const { code, message } = boardError('STORAGE_FAILED');
  return new BoardError(code, message, { cause: error });
}
