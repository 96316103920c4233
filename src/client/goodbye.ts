import { setTimeout as delay } from 'node:timers/promises';
import type { Connection } from './connection.ts';

// How long the server may take to answer the logout, in milliseconds.
const logoutTimeout = 1000;

/** Logs out, so that the name is free at once, and closes the connection. Takes at most a second. */
export async function sayGoodbye(connection: Connection): Promise<void> {
  connection.removeAllListeners();
  const answer = connection.call('session.logout', {}).catch(() => undefined);
  await Promise.race([answer, delay(logoutTimeout, undefined, { ref: false })]);
  connection.close();
}
