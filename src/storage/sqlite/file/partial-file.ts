import { closeSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { requireNoBoardFile } from './board-files.ts';
import { DatabaseError, openingError } from './connection.ts';
import { giveToOwner, putInPlace, removeCompanions, removeDatabase } from './files.ts';
import { LockedError, ServerLock } from './lock.ts';

/**
 * A file that the user has named, while it is being written: `x.partial` is renamed to `x` when it is
 * complete. The lock `x.partial.lock` ends with the process. A partial file without a lock was left by a
 * dead process and is removed, and two processes cannot write to one file.
 */
export class PartialFile {
  private done = false;

  private constructor(
    readonly path: string,
    private readonly target: string,
    private readonly database: string,
    private readonly lock: ServerLock,
  ) {}

  /**
   * Makes the empty file, which only its owner can read.
   * @param database the board that the command works on, whose files are never replaced
   * @throws DatabaseError if the file belongs to a board, cannot be made, or is being written
   */
  static create(target: string, database: string): PartialFile {
    requireNoBoardFile(target, database);
    const path = `${target}.partial`;
    const lock = lockOf(target, path);
    try {
      removeDatabase(path);
      closeSync(openSync(path, 'wx', 0o600));
      giveToOwner(path);
      return new PartialFile(path, target, database, lock);
    } catch (error) {
      lock.remove();
      throw openingError(path, error);
    }
  }

  /** Removes the partial file of a dead process. A file that is being written stays. */
  static removeLeft(target: string): void {
    const path = `${target}.partial`;
    try {
      const lock = ServerLock.take(path);
      removeDatabase(path);
      lock.remove();
    } catch (error) {
      if (!(error instanceof LockedError)) throw error;
    }
  }

  /** Renames the complete file to its name, on disk. @throws DatabaseError if a board has that name by now */
  finish(): void {
    requireNoBoardFile(this.target, this.database);
    removeCompanions(this.target);
    putInPlace(this.path, this.target);
    this.done = true;
    this.lock.remove();
  }

  /** Removes the partial file. Does nothing after `finish`. */
  discard(): void {
    if (this.done) return;
    this.done = true;
    removeDatabase(this.path);
    this.lock.remove();
  }
}

function lockOf(target: string, path: string): ServerLock {
  try {
    // Taking a lock would make the folder.
    statSync(dirname(path));
    return ServerLock.take(path);
  } catch (error) {
    if (!(error instanceof LockedError)) throw openingError(target, error);
    const by = error.pid === undefined ? '' : `, process ${error.pid}`;
    throw new DatabaseError(`${target} is being written by another corkboard${by}.`);
  }
}
