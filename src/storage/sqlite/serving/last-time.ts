import { desc, sql } from 'drizzle-orm';
import type { Orm } from '../file/orm.ts';
import { memberships, messages } from '../file/schema.ts';

/**
 * The newest stored time, after which the clock continues. Rows are written with growing times, so it is the time of
 * the newest message or of the newest membership. Only these two rows are read.
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
