import { type Placeholder, type SQL, sql } from 'drizzle-orm';

// drizzle would write the columns of a query of one table without the table, so they are written here as text.

/** Of a direct conversation, `@` and the name of the member who is not the reader. Of any other group, its name. */
export function nameFor(reader: Placeholder | SQL): SQL<string> {
  return sql<string>`iif(groups.kind = 'group', groups.name, coalesce((SELECT '@' || them.name FROM memberships AS other CROSS JOIN users AS them WHERE other.group_id = groups.id AND other.user_id <> ${reader} AND them.id = other.user_id), '@[deleted]'))`;
}

/** Of a direct conversation, the names of both members, such as `@alice,@dave`. Of any other group, its name. */
export const nameForOperator = sql<string>`iif(groups.kind = 'group', groups.name, coalesce((SELECT group_concat('@' || them.name) FROM memberships AS other CROSS JOIN users AS them WHERE other.group_id = groups.id AND them.id = other.user_id), '@[deleted]'))`;

/**
 * Whether a group exists for its member `:user`. A removed group does for nobody, although its memberships are still being
 * deleted. A direct conversation without a message does only for the user who has begun it, and for both if the other user
 * has begun it too: then it has no `created_by`.
 */
export const existsForMember: SQL = sql`(groups.kind = 'group' OR groups.kind = 'direct' AND (groups.last_number > 0 OR groups.created_by IS NULL OR groups.created_by = ${sql.placeholder('user')}))`;

/** Whether a group has not been removed. The rows of a removed group are deleted in steps. */
export const isThere: SQL = sql`groups.kind <> 'removed'`;
