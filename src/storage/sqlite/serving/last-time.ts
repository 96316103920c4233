import { desc, max, sql } from 'drizzle-orm';
import type { Orm } from '../file/orm.ts';
import { groups, memberships, messages } from '../file/schema.ts';

/** The newest stored time, after which the clock continues: of a message, a membership, or a change of a message. */
export function lastTime(orm: Orm): number {
  const changed = orm
    .select({ at: max(groups.lastChange) })
    .from(groups)
    .get();
  return Math.max(lastRowTime(orm), changed?.at ?? 0);
}

/**
 * The time of the newest message or of the newest membership. Rows are written with growing times, so only these two
 * rows are read.
 */
export function lastRowTime(orm: Orm): number {
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
