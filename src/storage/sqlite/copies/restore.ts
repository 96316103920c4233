import { copyFileSync, existsSync, linkSync, rmSync } from 'node:fs';
import { requireOther } from '../file/board-files.ts';
import { type Client, DatabaseError, openConnection } from '../file/connection.ts';
import { isBusy, isStorageFailure } from '../file/failure.ts';
import { freePath, putInPlace, removeCompanions, removeDatabase, sync } from '../file/files.ts';
import { upgradeUncopied } from '../file/migrate.ts';
import { type CopyControl, copyBoard } from './copy.ts';

/**
 * Puts a copy of a board in the place of `file`, in the schema of this program. The database that was there is
 * kept beside it. After a crash, one of the two is there. Call it under the server's lock.
 *
 * All tokens end: the copy may hold tokens that were ended after it was made, by logging out, by a new password
 * or by a ban. They would be valid again.
 * @returns the path of the database that was there; undefined if there was none
 * @throws DatabaseError if the copy is no board that this program knows, or is damaged, or if another process
 * uses `file`; the reason of the signal if that stops it. Nothing has changed then
 */
export async function restoreBoard(
  copy: string,
  file: string,
  control: CopyControl,
): Promise<string | undefined> {
  const partial = `${file}.partial`;
  requireOther(copy, partial);
  // Under the lock, a file of this name was left by a process that was killed.
  removeDatabase(partial);
  await copyBoard(copy, partial, control);
  try {
    prepare(partial);
    const kept = existsSync(file) ? keep(file) : undefined;
    removeCompanions(file);
    putInPlace(partial, file);
    return kept;
  } catch (error) {
    removeDatabase(partial);
    throw error;
  }
}

function prepare(partial: string): void {
  const client = openConnection(partial, { journal: 'delete' });
  try {
    upgradeUncopied(client);
    client.exec('DELETE FROM tokens; DELETE FROM ended_tokens; DELETE FROM token_key');
  } finally {
    client.close();
  }
}

/** Gives the present database a second name, so that there is a board under the first name at every moment. */
function keep(file: string): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  const kept = freePath(`${file}.before-restore-${time}`);
  // SQLite deletes the log of a file that it does not take for a database.
  if (existsSync(`${file}-wal`)) secondName(`${file}-wal`, `${kept}-wal`);
  try {
    if (settle(file)) rmSync(`${kept}-wal`, { force: true });
  } catch (error) {
    rmSync(`${kept}-wal`, { force: true });
    throw error;
  }
  secondName(file, kept);
  return kept;
}

/**
 * Copies the log into the file, and removes it.
 * @returns false if the file is too damaged for that
 * @throws DatabaseError if another process has the file open
 */
function settle(file: string): boolean {
  let client: Client | undefined;
  try {
    client = openConnection(file, { journal: 'unchanged' });
    // This needs an exclusive lock, and removes the log and its index.
    client.pragma('journal_mode = DELETE');
    return true;
  } catch (error) {
    if (isBusy(error)) throw new DatabaseError(`${file} is in use by another process.`);
    if (error instanceof DatabaseError || isStorageFailure(error)) return false;
    throw error;
  } finally {
    client?.close();
  }
}

function secondName(file: string, name: string): void {
  try {
    linkSync(file, name);
  } catch {
    // Not every file system supports links.
    copyFileSync(file, name);
    sync(name);
  }
}
