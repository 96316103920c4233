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
  for (const path of [file, ...companions.map((suffix) => file + suffix)]) {
    rmSync(path, { force: true });
  }
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

/** Gives a whole file its name, on disk for good when this returns; what had the name is gone. */
export function putInPlace(partial: string, file: string): void {
  sync(partial);
  renameSync(partial, file);
  sync(dirname(file));
}

function sync(path: string): void {
  const handle = openSync(path, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
