import {
  chownSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** What SQLite may have beside a database file. */
const companions = ['-wal', '-shm', '-journal'] as const;

/** Removes a database that is of no use, with what is beside it. */
export function removeDatabase(file: string): void {
  rmSync(file, { force: true });
  removeCompanions(file);
}

/** SQLite would take a log that is left beside the name of a file for the log of what comes there. */
export function removeCompanions(file: string): void {
  for (const suffix of companions) rmSync(file + suffix, { force: true });
}

/**
 * Gives a new file to the owner of its folder: what root makes in the folder of a board that another
 * user serves would be closed to that user.
 */
export function giveToOwner(file: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(file));
  chownSync(file, uid, gid);
}

/** `path`, or where that exists already, the first of `path-1`, `path-2` … that does not. */
export function freePath(path: string): string {
  for (let turn = 0; ; turn++) {
    const free = turn === 0 ? path : `${path}-${turn}`;
    if (!existsSync(free)) return free;
  }
}

/**
 * Gives a whole file its name, on disk for good when this returns; what had the name is gone. For a
 * database, `removeCompanions` comes before.
 *
 * Only a sync of the folder keeps the order of what is done to its names. So what was done before
 * comes to the disk first: a second name for what had this one, and the end of its log, which SQLite
 * would take for the log of the new file.
 */
export function putInPlace(partial: string, file: string): void {
  sync(partial);
  sync(dirname(file));
  renameSync(partial, file);
  sync(dirname(file));
}

/**
 * Whoever writes a large file syncs it each time that so many bytes are written. One sync of all at
 * the end would keep the disk from the commits of a server: see docs/reliability.md.
 */
export const syncEvery = 8 * 1024 * 1024;

/**
 * Brings the contents of a file, or the names in a folder, to the disk.
 * @throws the error of the system, with the path
 */
export function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } catch (error) {
    throw withPath(error, path);
  } finally {
    closeSync(handle);
  }
}

/** The system names no path in the errors of calls on an open file. */
export function withPath(error: unknown, path: string): unknown {
  if (error instanceof Error) (error as NodeJS.ErrnoException).path ??= path;
  return error;
}
