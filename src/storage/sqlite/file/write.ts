import type { Client } from './connection.ts';
import { asBoardError } from './failure.ts';

/**
 * Runs `operation` in a transaction that takes the lock for writing at its start: a transaction that took it
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

/** Runs a transaction in which SQLite neither checks foreign keys nor follows them. */
export function withoutForeignKeys<T>(client: Client, transaction: () => T): T {
  client.pragma('foreign_keys = OFF');
  try {
    return transaction();
  } finally {
    client.pragma('foreign_keys = ON');
  }
}
