import type { Client } from '../file/connection.ts';

/**
 * Makes a function that calls another one within a transaction for reading. Without it, each statement locks the log of the database
 * for itself, with two system calls. The function that is called never throws.
 */
export function sharedRead(client: Client): (reads: () => void) => void {
  const begin = client.prepare('BEGIN');
  const end = client.prepare('COMMIT');
  return (reads) => {
    // Then each read fails by itself.
    if (!client.open) return reads();
    begin.run();
    try {
      reads();
    } finally {
      // SQLite ends the transaction by itself if the disk fails.
      if (client.inTransaction) end.run();
    }
  };
}
