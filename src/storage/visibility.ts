import { and, asc, desc, eq, gt, gte, lt, lte, type Placeholder, type SQL, sql } from 'drizzle-orm';
import { QueryBuilder, type SQLiteColumn, unionAll } from 'drizzle-orm/sqlite-core';
import type { Orm } from './connection.ts';
import { memberships, messages, users } from './schema.ts';

type Value = SQLiteColumn | Placeholder;

const query = new QueryBuilder();
const group = sql.placeholder('group');
const joined = sql.placeholder('joined');

/**
 * The rule of visibility: a member sees the last two messages of the group from before they
 * joined, and every one after. These are its two halves as conditions on `messages`, each one a
 * range of the index on (group_id, posted_at); everything that shows or counts messages to a
 * member is built from them.
 *
 * "The last two" is the range from the second last one's time on, not a LIMIT: so bounds and an
 * order put on the union reach into both halves, and nothing has to be sorted.
 */
function visibleHalves(groupId: Value, joinedAt: Value): [before: SQL, after: SQL] {
  const secondLast = query
    .select({ postedAt: messages.postedAt })
    .from(messages)
    .where(and(eq(messages.groupId, groupId), lt(messages.postedAt, joinedAt)))
    .orderBy(desc(messages.postedAt))
    .limit(1)
    .offset(1);
  const inGroup = eq(messages.groupId, groupId);
  const before = sql`${inGroup} and ${lt(messages.postedAt, joinedAt)} and ${messages.postedAt} >= coalesce(${secondLast}, 0)`;
  const after = sql`${inGroup} and ${gt(messages.postedAt, joinedAt)}`;
  return [before, after];
}

/** When the message with the lowest number from `number` on was posted; the end of time if none. */
function timeFrom(number: Placeholder): SQL {
  const found = query
    .select({ postedAt: messages.postedAt })
    .from(messages)
    .where(and(eq(messages.groupId, group), gte(messages.number, number)))
    .orderBy(asc(messages.number))
    .limit(1);
  return sql`coalesce(${found}, ${sql.raw(String(Number.MAX_SAFE_INTEGER))})`;
}

/** When the message with the highest number up to `number` was posted; 0 if there is none. */
function timeUpTo(groupId: Value, number: Value): SQL {
  const found = query
    .select({ postedAt: messages.postedAt })
    .from(messages)
    .where(and(eq(messages.groupId, groupId), lte(messages.number, number)))
    .orderBy(desc(messages.number))
    .limit(1);
  return sql`coalesce(${found}, 0)`;
}

/** The visible messages of the group `:group` to one who joined it at `:joined`. */
function visible() {
  const half = (condition: SQL) =>
    query
      .select({
        number: messages.number,
        senderId: messages.senderId,
        postedAt: messages.postedAt,
        subject: messages.subject,
        content: messages.content,
      })
      .from(messages)
      .where(condition);
  const [before, after] = visibleHalves(group, joined);
  return unionAll(half(before), half(after)).as('visible');
}

/**
 * How many messages the member of a `memberships` row has not seen: visible, past the last one
 * read, and posted by `until`. One term of a query over any number of memberships.
 */
export function unreadCount(until: Placeholder): SQL<number> {
  const unseen = and(
    gt(messages.postedAt, timeUpTo(memberships.groupId, memberships.lastReadNumber)),
    lte(messages.postedAt, until),
  );
  const [before, after] = visibleHalves(memberships.groupId, memberships.joinedAt).map((half) =>
    query.select({ count: sql`count(*)` }).from(messages).where(sql`${half} and ${unseen}`),
  );
  return sql<number>`${before} + ${after}`;
}

/**
 * The queries that show messages, prepared. `:before` and `:after` are numbers, turned into times
 * by an index search each, so that one index serves the bounds, the order and the rule.
 */
export function prepareVisible(orm: Orm) {
  const shown = visible();
  const header = {
    number: shown.number,
    sender: users.name,
    postedAt: shown.postedAt,
    subject: shown.subject,
  };
  const page = (order: SQL) =>
    orm
      .select(header)
      .from(shown)
      .leftJoin(users, eq(users.id, shown.senderId))
      .where(
        and(
          lt(shown.postedAt, timeFrom(sql.placeholder('before'))),
          gt(shown.postedAt, timeUpTo(group, sql.placeholder('after'))),
        ),
      )
      .orderBy(order)
      .limit(sql.placeholder('limit'))
      .prepare();
  return {
    newest: page(desc(shown.postedAt)),
    oldest: page(asc(shown.postedAt)),
    one: orm
      .select({ ...header, content: shown.content })
      .from(shown)
      .leftJoin(users, eq(users.id, shown.senderId))
      .where(eq(shown.number, sql.placeholder('number')))
      .prepare(),
  };
}
