import { closeSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { requireNoBoardFile } from './board-files.ts';
import { DatabaseError, openingError } from './connection.ts';
import { giveToOwner, putInPlace, removeCompanions, removeDatabase } from './files.ts';
import { LockedError, ServerLock } from './lock.ts';

/**
 * A file that the user has named, while it is written beside its place: `x.partial` becomes `x` once
 * it is whole. The lock beside it, `x.partial.lock`, ends with the process. So what a dead process
 * has left is known as such and removed, and two processes do not write to one file.
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
   * Makes the empty file, which its owner alone can read.
   * @param database the board that the command works on, whose files are never replaced
   * @throws DatabaseError where the file belongs to a board, cannot be made, or is being written
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

  /** Removes what a dead process has left of a file; what is being written stays. */
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

  /** Gives the whole file its name, on disk. @throws DatabaseError where that has become a board's */
  finish(): void {
    requireNoBoardFile(this.target, this.database);
    removeCompanions(this.target);
    putInPlace(this.path, this.target);
    this.done = true;
    this.lock.remove();
  }

  /** Leaves nothing. Does nothing after `finish`. */
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
