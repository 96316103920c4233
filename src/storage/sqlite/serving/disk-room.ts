import { open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { boardError } from '../../../protocol/errors.ts';
import { freeSpace } from '../file/space.ts';

// Bytes that a post of the maximum size may need in the log: its content, and the pages around it.
const roomForPost = 128 * 1024;

/** Free bytes on the disk of a database; undefined if the system does not say. */
export function freeSpaceIfKnown(database: string): number | undefined {
  try {
    return freeSpace(dirname(database));
  } catch {
    return undefined;
  }
}

/**
 * Checks that the disk of a database has room for a post, by a file beside it. The file is removed before the system writes
 * it to the disk, so the event loop does not wait for the disk.
 * @throws BoardError `STORAGE_FAILED`
 */
export async function requireRoom(database: string): Promise<void> {
  const path = `${database}.probe`;
  try {
    const file = await open(path, 'w', 0o600);
    try {
      await file.writeFile(Buffer.alloc(roomForPost, 1));
    } finally {
      await file.close();
    }
  } catch (error) {
    throw boardError('STORAGE_FAILED', { cause: error });
  } finally {
    await rm(path, { force: true }).catch(() => {});
  }
}
