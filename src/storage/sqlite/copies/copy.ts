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
import { type PrintedRows, printedRows, rowCounts } from '../file/rows.ts';

/** Follows a copy, and can stop it between two steps of a few milliseconds. */
export interface CopyControl {
  /** If it is aborted, the copy fails with its reason. */
  readonly signal: AbortSignal;
  /** Called after each step, with bytes. */
  progress(done: number, total: number): void;
}

// Pages of one step.
const stepSize = 1000;

/**
 * Copies a board, as it is at one moment, into a file that its owner alone can read, and checks what
 * was written. Every message acknowledged before the call is in it. A server may run: it does not wait, but
 * its log grows until the copy is complete. If the copy fails, no file is left.
 *
 * SQLite's backup by pages starts again whenever another connection commits, unless its own connection holds a
 * snapshot, as it does here. It is several times faster than `VACUUM INTO`, reports its progress, and can be stopped.
 * @param copy the path of an empty file, or of none
 * @returns the counts of what is in the copy
 * @throws DatabaseError if there is no board that this program knows, or the copy cannot be made or is damaged;
 * the reason of `signal` if that stops it
 */
export async function copyBoard(
  file: string,
  copy: string,
  control: CopyControl,
): Promise<PrintedRows> {
  const source = openConnection(file, { journal: 'unchanged' });
  try {
    requireKnown(file, source);
    try {
      const { rows, printed } = await copyPages(source, copy, control);
      await check(copy, rows, control);
      return printed;
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
): Promise<{ rows: Map<string, number>; printed: PrintedRows }> {
  source.exec('BEGIN');
  const rows = rowCounts(source);
  const printed = printedRows(source);
  const pageSize = Number(source.pragma('page_size', { simple: true }));
  // Close it after SQLite has closed the file: closing any descriptor of a file releases SQLite's locks on it.
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
    return { rows, printed };
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

/** Makes the copy one file without a log, so that it can be read on a medium that cannot be written. */
async function check(
  copy: string,
  rows: ReadonlyMap<string, number>,
  { signal }: CopyControl,
): Promise<void> {
  const client = openConnection(copy, { journal: 'delete' });
  try {
    for (const soundness of soundnessChecks) {
      // Signals are handled between two checks.
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

/** With the key, anyone who can read the copy could make tokens for the board. */
function forgetTokenKey(client: Client): void {
  client.pragma('secure_delete = ON');
  client.exec('DELETE FROM token_key');
}
