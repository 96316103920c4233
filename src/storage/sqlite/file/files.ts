import {
  closeSync,
  existsSync,
  fsyncSync,
  lchownSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** The endings of the files that SQLite may keep beside a database. */
const companions = ['-wal', '-shm', '-journal'] as const;

/** Removes a database that is not needed, with the files beside it. */
export function removeDatabase(file: string): void {
  rmSync(file, { force: true });
  removeCompanions(file);
}

/** Removes log and index. SQLite would use a log that remains for the next file of that name. */
export function removeCompanions(file: string): void {
  for (const suffix of companions) rmSync(file + suffix, { force: true });
}

/**
 * Gives a new file to the owner of its folder. Otherwise the user who runs the server could not open a file that root
 * has made there. A link that has taken the place of the file is given away itself: the owner of the folder could lead
 * it to a file of root.
 */
export function giveToOwner(file: string): void {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = statSync(dirname(file));
  lchownSync(file, uid, gid);
}

/** `path`, or if that exists, the first of `path-1`, `path-2` … that does not. */
export function freePath(path: string): string {
  for (let turn = 0; ; turn++) {
    const free = turn === 0 ? path : `${path}-${turn}`;
    if (!existsSync(free)) return free;
  }
}

/**
 * Gives a complete file its name. When this returns, that is on disk, and the file that had the name is deleted. For a
 * database, call `removeCompanions` before.
 *
 * Only a sync of the folder keeps the order of changes to its names. So the earlier changes are synced first: a second
 * name for the old file, and the removal of its log, which SQLite would use for the new file.
 */
export function putInPlace(partial: string, file: string): void {
  sync(partial);
  sync(dirname(file));
  renameSync(partial, file);
  sync(dirname(file));
}

/**
 * Code that writes a large file syncs it each time that it has written this many bytes. One sync of everything at
 * the end would delay the commits of a server: see docs/reliability.md.
 */
export const syncEvery = 8 * 1024 * 1024;

/**
 * Syncs the contents of a file, or the names in a folder, to the disk.
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
