import { desc, sql } from 'drizzle-orm';
import type { Orm } from '../file/connection.ts';
import { memberships, messages } from '../file/schema.ts';

/**
 * The newest time that is stored, for the clock to go on from. Rows come with growing times, so
 * it is that of the newest message or of the newest membership: two rows, however many there are.
 */
export function lastTime(orm: Orm): number {
  const posted = orm
    .select({ at: messages.postedAt })
    .from(messages)
    .orderBy(desc(messages.id))
    .limit(1)
    .get();
  const joined = orm
    .select({ at: memberships.joinedAt })
    .from(memberships)
    .orderBy(sql`rowid desc`)
    .limit(1)
    .get();
  return Math.max(posted?.at ?? 0, joined?.at ?? 0);
}
