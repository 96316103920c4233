import { type SQL, sql } from 'drizzle-orm';

/**
 * The id of a new row: the time, or the next id after the newest row's. Members see these ids. If they counted rows, a member of
 * one group would learn from them how much happens in groups that they may not know of.
 */
export function idFrom(table: 'group_log' | 'invitations' | 'reports'): SQL<number> {
  return sql`max(${sql.placeholder('at')}, coalesce((SELECT max(id) FROM ${sql.raw(table)}), 0) + 1)`;
}
