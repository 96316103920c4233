import { statfsSync } from 'node:fs';
import type { Client } from './connection.ts';

const incremental = 2;

/** Whether the file can return space to the disk in steps, or only when it is rewritten as a whole. */
export function givesBack(client: Client): boolean {
  return client.pragma('auto_vacuum', { simple: true }) === incremental;
}

/** How many pages of the file hold nothing. */
export function unusedPages(client: Client): number {
  return Number(client.pragma('freelist_count', { simple: true }));
}

/**
 * Rewrites the whole file, as small as it can be and able to return space in steps from then on. It
 * needs the file for itself, and free space of twice its size. A crash leaves the file as it was. Words of deleted
 * messages, which FTS5 keeps until it merges their part of the index, are not in it any more.
 */
export function rewrite(client: Client): void {
  client.pragma('auto_vacuum = INCREMENTAL');
  client.exec("INSERT INTO message_index(message_index) VALUES('optimize')");
  client.exec('VACUUM');
  emptyLog(client);
}

/** Copies the log into the file, which gets smaller only then. Most of the copying does not block other processes. */
export function emptyLog(client: Client): void {
  client.pragma('wal_checkpoint(PASSIVE)');
  // The rest would wait for readers, such as a backup, while it holds the lock for writing. A server does it later.
  client.pragma('busy_timeout = 0');
  client.pragma('wal_checkpoint(TRUNCATE)');
}

/** The free bytes of the disk that has a folder. @throws the error of the system */
export function freeSpace(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
