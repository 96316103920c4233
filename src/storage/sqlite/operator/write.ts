import type { OutsideEvent } from '../../../board/types.ts';
import type { Client, Orm } from '../file/connection.ts';
import { asBoardError } from '../file/failure.ts';
import { outsideChanges } from '../file/schema.ts';

/**
 * Runs `operation` in a transaction that has the lock for writing from its start: one that took it
 * only at its first write would not wait for another process there, but fail.
 * @throws BoardError `STORAGE_FAILED`, and what `operation` throws; nothing has changed then
 */
export function writeAtOnce<T>(client: Client, operation: () => T): T {
  try {
    return client.transaction(operation).immediate();
  } catch (error) {
    throw asBoardError(error);
  }
}

/** Leaves an event for a running server, in the transaction of what it tells of. */
export function leaveEvent(orm: Orm, event: OutsideEvent): void {
  orm
    .insert(outsideChanges)
    .values({ event: JSON.stringify(event) })
    .run();
}
