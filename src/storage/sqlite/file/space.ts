import { setTimeout as pause } from 'node:timers/promises';
import type { StepControl } from '../../../board/ports/administration.ts';
import { writeAtOnce } from '../operator/write.ts';
import { betweenSteps, lightenSteps, makeDurable } from '../steps/purge.ts';
import type { Client } from './connection.ts';

// Pages of one step: 2 ms of work.
const stepSize = 100;
const incremental = 2;

/** Whether the file can give space back in steps, or only by being written anew. */
export function givesBack(client: Client): boolean {
  return client.pragma('auto_vacuum', { simple: true }) === incremental;
}

/** How many pages of the file hold nothing. */
export function unusedPages(client: Client): number {
  return Number(client.pragma('freelist_count', { simple: true }));
}

/** Moves pages from the end of the file into unused ones, in a transaction of the caller's. */
export function giveBackSome(client: Client): void {
  client.pragma(`incremental_vacuum(${stepSize})`);
}

/**
 * Gives the unused pages of the file back, in steps between which a server gets its turn.
 * @returns false if it was stopped before the end
 * @throws BoardError `STORAGE_FAILED`; what was given back before is
 */
export async function giveBackInSteps(client: Client, control: StepControl): Promise<boolean> {
  const before = unusedPages(client);
  lightenSteps(client);
  for (let left = before; left > 0 && !control.signal.aborted; left = unusedPages(client)) {
    writeAtOnce(client, () => giveBackSome(client));
    control.progress(before - unusedPages(client));
    await pause(betweenSteps);
  }
  if (before > 0) makeDurable(client);
  emptyLog(client);
  return unusedPages(client) === 0;
}

/**
 * Writes the whole file anew, as small as it can be and able to give space back from then on. It
 * needs the file for itself, and room for twice its size. A crash leaves it as it was.
 */
export function rewrite(client: Client): void {
  client.pragma('auto_vacuum = INCREMENTAL');
  client.exec('VACUUM');
  emptyLog(client);
}

/** The file is cut only when its log is written back; most of that stops nobody. */
function emptyLog(client: Client): void {
  client.pragma('wal_checkpoint(PASSIVE)');
  // The rest would wait for readers, such as a backup, with the lock for writing: a server does it later.
  client.pragma('busy_timeout = 0');
  client.pragma('wal_checkpoint(TRUNCATE)');
}
