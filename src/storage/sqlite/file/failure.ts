import Sqlite from 'better-sqlite3';
import { BoardError, boardError } from '../../../protocol/errors.ts';
import { LostFileError } from './open-files.ts';

// SQLite's result codes for failures of the disk, the system or another process. Others are bugs.
const environmental =
  /^SQLITE_(FULL|IOERR|BUSY|LOCKED|READONLY|CORRUPT|NOTADB|CANTOPEN|NOMEM|PROTOCOL|AUTH|PERM)/;

/** The commit thread has ended by itself, so it is unknown whether its batch was committed. */
export class LostThreadError extends Error {
  override readonly name = 'LostThreadError';
}

export function isStorageFailure(error: unknown): error is InstanceType<typeof Sqlite.SqliteError> {
  return error instanceof Sqlite.SqliteError && environmental.test(error.code);
}

export function isBusy(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_BUSY');
}

/**
 * `STORAGE_FAILED` for a failure of the disk and a lost file or thread, with the error as its cause. Any other error
 * is returned as it is.
 */
export function asBoardError(error: unknown): unknown {
  const isLost = error instanceof LostFileError || error instanceof LostThreadError;
  if (!isStorageFailure(error) && !isLost) return error;
  return boardError('STORAGE_FAILED', { cause: error });
}

/** Whether an operation was refused because the disk failed, which `StorageTrouble` has logged. */
export function isStorageRefusal(error: unknown): boolean {
  return error instanceof BoardError && error.code === 'STORAGE_FAILED';
}

const advices: readonly [code: RegExp, advice: string][] = [
  [/FULL|ENOSPC|EDQUOT/, 'The disk is full. Make room on it (df -h).'],
  [
    /READONLY|EROFS/,
    'It may not be written. See dmesg, and mount its file system for writing again.',
  ],
  [/BUSY|LOCKED/, 'Another process holds it. Find it with fuser -v, and let it finish or end it.'],
  [
    // SQLite calls a page that the disk cannot read corrupt, too.
    /CORRUPT|NOTADB/,
    'It is damaged, or its disk cannot be read. See dmesg, run corkboard db check, stop the server, and restore a backup.',
  ],
  [
    /CANTOPEN|PERM|AUTH|EACCES/,
    'It cannot be opened. Check its owner and mode, and those of its folder.',
  ],
  [/NOMEM/, 'There is no memory left for it.'],
];

/** Advice for the operator about a failure of the disk, in sentences, by its code. */
export function adviceFor(error: unknown): string {
  const { code = '' } = error as NodeJS.ErrnoException;
  const [, found] = advices.find(([pattern]) => pattern.test(code)) ?? [];
  return found ?? 'The disk fails. See dmesg, and move the board to another disk.';
}
