import { closeSync, fdatasyncSync, openSync } from 'node:fs';
import { resolve } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Client,
  createPrivately,
  DatabaseError,
  openConnection,
  openingError,
} from '../file/connection.ts';
import { isStorageFailure } from '../file/failure.ts';
import { removeDatabase, syncEvery } from '../file/files.ts';
import { problemsOf, soundnessChecks } from '../file/health.ts';
import { requireKnown } from '../file/migrate.ts';
import { rowCounts, type ToldRows, toldRows } from '../file/rows.ts';

/** How a copy is followed, and stopped between two of its steps, which are milliseconds long. */
export interface CopyControl {
  /** Its reason is what the copy then fails with. */
  readonly signal: AbortSignal;
  /** Called after each step, with bytes. */
  progress(done: number, total: number): void;
}

// Pages of one step.
const stepSize = 1000;

/**
 * Copies a board, as it is at one moment, into a file that its owner alone can read, and checks what
 * was written. Every message acknowledged before the call is in it. A server may run: it waits for
 * nothing, and its log grows until the copy is made. Where this fails, nothing is left.
 *
 * SQLite's backup by pages starts again whenever another connection commits, unless, as here, its
 * own connection holds a snapshot. Against `VACUUM INTO` it takes a fraction of the time, says how
 * far it is, and can be stopped.
 * @param copy an empty file, or none
 * @returns how much of each there is
 * @throws DatabaseError if there is no board that this program knows, or the copy cannot be made or
 * does not hold up; the reason of `signal` where that stops it
 */
export async function copyBoard(
  file: string,
  copy: string,
  control: CopyControl,
): Promise<ToldRows> {
  const source = openConnection(file, { journal: 'unchanged' });
  try {
    requireKnown(file, source);
    try {
      const { rows, told } = await copyPages(source, copy, control);
      await check(copy, rows, control);
      return told;
    } catch (error) {
      removeDatabase(copy);
      throw isStorageFailure(error)
        ? new DatabaseError(`${file} cannot be copied to ${copy}: ${error.message}.`)
        : error;
    }
  } finally {
    source.close();
  }
}

/** The snapshot lasts from the first read of the transaction to the closing of the connection. */
async function copyPages(
  source: Client,
  copy: string,
  { signal, progress }: CopyControl,
): Promise<{ rows: Map<string, number>; told: ToldRows }> {
  source.exec('BEGIN');
  const rows = rowCounts(source);
  const told = toldRows(source);
  const pageSize = Number(source.pragma('page_size', { simple: true }));
  // Closed after SQLite has closed the file: to close any descriptor of it ends SQLite's locks.
  const handle = open(copy);
  let synced = 0;
  try {
    // better-sqlite3 strips spaces from a name.
    await source.backup(resolve(copy), {
      progress: ({ totalPages, remainingPages }) => {
        signal.throwIfAborted();
        const done = (totalPages - remainingPages) * pageSize;
        progress(done, totalPages * pageSize);
        if (done - synced >= syncEvery) {
          fdatasyncSync(handle);
          synced = done;
        }
        return stepSize;
      },
    });
    return { rows, told };
  } finally {
    closeSync(handle);
  }
}

/** @throws DatabaseError */
function open(copy: string): number {
  try {
    createPrivately(copy);
    return openSync(copy, 'r+');
  } catch (error) {
    throw openingError(copy, error);
  }
}

/** A copy is one file, without a log, which can be read where nothing can be written. */
async function check(
  copy: string,
  rows: ReadonlyMap<string, number>,
  { signal }: CopyControl,
): Promise<void> {
  const client = openConnection(copy, { journal: 'delete' });
  try {
    for (const soundness of soundnessChecks) {
      // Signals are heard between two checks.
      await nextTurn();
      signal.throwIfAborted();
      const [problem] = problemsOf(soundness, client);
      if (problem) throw new DatabaseError(`The copy does not hold up: ${problem}.`);
    }
    for (const [table, count] of rowCounts(client)) {
      if (count === rows.get(table)) continue;
      throw new DatabaseError(`The copy does not hold up: it has ${count} ${table}.`);
    }
    if (rows.has('token_key')) forgetTokenKey(client);
  } finally {
    client.close();
  }
}

/** With the key of a board that goes on, anyone who reads the copy could make tokens for it. */
function forgetTokenKey(client: Client): void {
  client.pragma('secure_delete = ON');
  client.exec('DELETE FROM token_key');
}
