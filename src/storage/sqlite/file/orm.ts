import { drizzle } from 'drizzle-orm/better-sqlite3';
import type { Client } from './connection.ts';

export type Orm = ReturnType<typeof orm>;

/** drizzle over a connection. It is not in `connection.ts` because the commit thread does without drizzle. */
export function orm(client: Client) {
  return drizzle(client);
}
