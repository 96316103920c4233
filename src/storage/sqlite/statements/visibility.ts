import {
  and,
  asc,
  desc,
  eq,
  gte,
  isNotNull,
  isNull,
  lte,
  type Placeholder,
  type SQL,
  sql,
} from 'drizzle-orm';
import { QueryBuilder, type SQLiteColumn, unionAll } from 'drizzle-orm/sqlite-core';
import { limits } from '../../../protocol/limits.ts';
import type { Orm } from '../file/connection.ts';
import { memberships, messages, users } from '../file/schema.ts';
import { direct } from './direct.ts';

type Value = SQLiteColumn | Placeholder;

const query = new QueryBuilder();
const group = sql.placeholder('group');
const joined = sql.placeholder('joined');

/** Bounds on times, both left out. */
interface Range {
  readonly above: SQL;
  readonly below: SQL;
}

const always: Range = { above: sql`0`, below: sql.raw(String(Number.MAX_SAFE_INTEGER)) };

/** A message that is there to be shown and counted, not a tombstone. */
export const live: SQL = isNull(messages.deletedAt);

/**
 * When the second last row of the group from before `joinedAt` was posted, 0 if there are fewer. A
 * message posted at exactly that time counts as before; only an import can have one.
 *
 * Tombstones count as rows, or a deletion would let an older message become one of the last two. They
 * have an index of their own, so the answer is the second of the two newest rows of each index.
 */
function secondLast(groupId: Value, joinedAt: Value): SQL {
  const newest = (which: SQL, offset: 0 | 1) => {
    const found = query
      .select({ postedAt: messages.postedAt })
      .from(messages)
      .where(and(eq(messages.groupId, groupId), lte(messages.postedAt, joinedAt), which))
      .orderBy(desc(messages.postedAt))
      .limit(1)
      .offset(offset);
    return sql`coalesce(${found}, 0)`;
  };
  const deleted = isNotNull(messages.deletedAt);
  const older = sql`min(${newest(live, 0)}, ${newest(deleted, 0)})`;
  return sql`max(${older}, ${newest(live, 1)}, ${newest(deleted, 1)})`;
}

/**
 * The rule of visibility: a member sees what is left of the last two messages of the group from
 * before they joined, and every one after. These are its two halves, cut to a range, as conditions
 * on `messages`; everything that shows or counts messages to a member is built from them.
 *
 * Each half is one range of the index on (group_id, posted_at). "The last two" is the range from
 * the second last one's time on, not a LIMIT, so that an order put on the union reaches into both
 * halves; and bounds that meet are made one by `max` and `min`, because of two SQLite would search
 * the index by either and step through all that lies between them.
 */
function visibleHalves(groupId: Value, joinedAt: Value, range: Range): [before: SQL, after: SQL] {
  const { above, below } = range;
  const within = (from: SQL, to: SQL) =>
    sql`${eq(messages.groupId, groupId)} and ${messages.postedAt} > ${from} and ${messages.postedAt} < ${to} and ${live}`;
  const first = secondLast(groupId, joinedAt);
  return [
    within(sql`max(${first} - 1, ${above})`, sql`min(${joinedAt} + 1, ${below})`),
    within(sql`max(${joinedAt}, ${above})`, below),
  ];
}

/** When the row with the lowest number from `number` on was posted; the end of time if none. */
function timeFrom(number: Placeholder): SQL {
  const found = query
    .select({ postedAt: messages.postedAt })
    .from(messages)
    .where(and(eq(messages.groupId, group), gte(messages.number, number)))
    .orderBy(asc(messages.number))
    .limit(1);
  return sql`coalesce(${found}, ${sql.raw(String(Number.MAX_SAFE_INTEGER))})`;
}

/** When the row with the highest number up to `number` was posted; 0 if there is none. */
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
function visible(range: Range, also?: SQL) {
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
      .where(and(condition, also));
  const [before, after] = visibleHalves(group, joined, range);
  return unionAll(half(before), half(after)).as('visible');
}

/**
 * How many messages the member of a `memberships` row has not seen: visible, past the last one
 * read, and posted by `until`; counted up to `most`, so that it costs no more than that: 0.3 ms for
 * `limits.unread`. One term of a query over any number of memberships.
 */
export function unreadCount(until: Placeholder, most: number = limits.unread): SQL<number> {
  const { groupId, joinedAt, lastReadNumber } = memberships;
  const unseen = { above: timeUpTo(groupId, lastReadNumber), below: sql`${until} + 1` };
  const [before, after] = visibleHalves(groupId, joinedAt, unseen).map((half) => {
    const some = query.select({ number: messages.number }).from(messages).where(half);
    return sql`(select count(*) from ${some.limit(most)})`;
  });
  return sql<number>`min(${before} + ${after}, ${sql.raw(String(most))})`;
}

/** What is shown of `shown`; its sender is looked up by a search that no statistics change. */
function headerOf(shown: ReturnType<typeof visible>) {
  return {
    number: shown.number,
    senderId: shown.senderId,
    sender: sql<
      string | null
    >`(select ${users.name} from ${users} where ${users.id} = ${shown.senderId})`,
    postedAt: shown.postedAt,
    subject: shown.subject,
  };
}

/**
 * The queries that show messages. `:before` and `:after` are numbers, turned into times
 * by an index search each, so that one index serves the bounds, the order and the rule.
 */
export function visibleStatements(orm: Orm) {
  const paged = visible({
    above: sql`max(${timeUpTo(group, sql.placeholder('after'))}, ${sql.placeholder('since')} - 1)`,
    below: timeFrom(sql.placeholder('before')),
  });
  const header = headerOf(paged);
  const limit = sql.placeholder('limit');
  const page = (order: SQL) => () =>
    orm.select(header).from(paged).orderBy(order).limit(limit).prepare();
  const whole = { ...header, content: paged.content };
  const wholePage = (order: SQL) => () =>
    direct(orm.$client, orm.select(whole).from(paged).orderBy(order).limit(limit), whole);
  const one = visible(always, eq(messages.number, sql.placeholder('number')));
  return {
    newest: page(desc(paged.postedAt)),
    oldest: page(asc(paged.postedAt)),
    newestWhole: wholePage(desc(paged.postedAt)),
    oldestWhole: wholePage(asc(paged.postedAt)),
    one: () =>
      orm
        .select({ ...headerOf(one), content: one.content })
        .from(one)
        .prepare(),
  };
}
