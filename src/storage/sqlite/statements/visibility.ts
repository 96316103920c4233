import { and, asc, desc, eq, lte, type Placeholder, type SQL, sql } from 'drizzle-orm';
import { QueryBuilder, type SQLiteColumn, unionAll } from 'drizzle-orm/sqlite-core';
import { everyone } from '../../../protocol/mentions.ts';
import type { Orm } from '../file/orm.ts';
import { messages, users } from '../file/schema.ts';
import { direct } from './direct.ts';
import { live, tombstone } from './numbers.ts';

type Value = SQLiteColumn | Placeholder | SQL;

const query = new QueryBuilder();
const value = sql.placeholder;
const group = value('group');
const joined = value('joined');

/** Bounds on times, both left out. */
interface Range {
  readonly above: SQL;
  readonly below: SQL;
}

/**
 * When the second last row of the group from before `joinedAt` was posted, 0 if there are fewer. A
 * message posted at exactly that time counts as before; only an import can have one.
 *
 * Tombstones count as rows, or a deletion would let an older message become one of the last two. They
 * have an index of their own, so the answer is the second of the two newest rows of each index.
 */
export function firstVisibleTime(groupId: Value, joinedAt: Value): SQL<number> {
  const newest = newestBefore(groupId, joinedAt);
  const older = sql`min(${newest(live, 0)}, ${newest(tombstone, 0)})`;
  return sql<number>`max(${older}, ${newest(live, 1)}, ${newest(tombstone, 1)})`;
}

/** When the newest row of a kind from before `joinedAt` was posted, or the one before it; 0 if there is none. */
function newestBefore(groupId: Value, joinedAt: Value) {
  return (which: SQL, offset: 0 | 1) => {
    const found = query
      .select({ postedAt: messages.postedAt })
      .from(messages)
      .where(and(eq(messages.groupId, groupId), lte(messages.postedAt, joinedAt), which))
      .orderBy(desc(messages.postedAt))
      .limit(1)
      .offset(offset);
    return sql`coalesce(${found}, 0)`;
  };
}

/**
 * The rule of visibility: a member sees the last two messages from before they joined, unless
 * they were deleted, and every message after. These are its two halves, cut to a range, as conditions
 * on `messages`; everything that shows or counts messages to a member is built from them.
 *
 * Each half is one range of the index on (group_id, posted_at). "The last two" is the range from
 * the second last one's time on, not a LIMIT, so that an order put on the union reaches into both
 * halves. Bounds that meet are merged by `max` and `min`: given two, SQLite would search the index by
 * one of them and step through all rows between them.
 */
function visibleHalves(groupId: Value, joinedAt: Value, range: Range): [before: SQL, after: SQL] {
  const { above, below } = range;
  const within = (from: SQL, to: SQL) =>
    sql`${eq(messages.groupId, groupId)} and ${messages.postedAt} > ${from} and ${messages.postedAt} < ${to} and ${live}`;
  const first = firstVisibleTime(groupId, joinedAt);
  return [
    within(sql`max(${first} - 1, ${above})`, sql`min(${joinedAt} + 1, ${below})`),
    within(sql`max(${joinedAt}, ${above})`, below),
  ];
}

/**
 * The time from which messages of the group `:group` are visible to a member who joined it at `:joined`. All that were
 * posted earlier are invisible: a search does not even look at them.
 */
export function firstVisible(orm: Orm) {
  const columns = { from: sql<number>`${firstVisibleTime(group, joined)}`.as('from') };
  return direct(orm.$client, orm.select(columns).from(sql`(select 1)`), columns);
}

/**
 * The time from which a member who joined the group `:group` at `:joined` sees lines of the log about messages, also if these were
 * purged. With fewer than two rows from before the join, `firstVisible` is 0, which is right only for rows that are there.
 */
export function firstVisibleRow(orm: Orm) {
  const newest = newestBefore(group, joined);
  const last = sql`max(${newest(live, 0)}, ${newest(tombstone, 0)})`;
  const from = sql<number>`coalesce(nullif(${firstVisibleTime(group, joined)}, 0), nullif(${last}, 0), ${joined})`;
  const columns = { from: from.as('from') };
  return direct(orm.$client, orm.select(columns).from(sql`(select 1)`), columns);
}

/**
 * The time after which the messages are visible to a member who joined at `joinedAt`, and later than `above`. The
 * rule is looked up only if it matters, because that takes longer than to find the first message.
 */
export function visibleAfter(groupId: Value, joinedAt: Value, above: SQL): SQL {
  return sql`case when ${above} >= ${joinedAt} then ${above}
    else max(${above}, ${firstVisibleTime(groupId, joinedAt)} - 1) end`;
}

/** The messages of the group `:group` that are visible to a member who joined it at `:joined`. */
function visible(range: Range) {
  const half = (condition: SQL) =>
    query
      .select({
        number: messages.number,
        senderId: messages.senderId,
        postedAt: messages.postedAt,
        subject: messages.subject,
        content: messages.content,
        edits: messages.edits,
        ...threadColumns,
      })
      .from(messages)
      .where(condition);
  const [before, after] = visibleHalves(group, joined, range);
  return unionAll(half(before), half(after)).as('visible');
}

/** The columns of a header that few messages use. */
export const threadColumns = {
  thread: sql<number>`coalesce(${messages.thread}, ${messages.number})`.as('thread'),
  // The index has the thread. A row without one is not read for the message that it replies to.
  replyTo: sql<number | null>`iif(${messages.thread} is null, null, ${messages.replyTo})`.as(
    'reply_to',
  ),
  editedAt: messages.editedAt,
  mentions: messages.mentions,
};

/** The names of the users whom a message mentions, in its order, as a JSON array, with `@all` for all members; null without any. */
export function mentionedNames(ids: SQL | SQLiteColumn | SQL.Aliased): SQL<string | null> {
  const found = sql`select nullif(json_group_array(coalesce(${users.name}, ${sql.raw(`'${everyone}'`)})), '[]') from json_each(${ids}) as mentioned
    left join ${users} on ${users.id} = mentioned.value where mentioned.value = 0 or ${users.id} is not null`;
  return sql<string | null>`iif(${ids} is null, null, (${found}))`;
}

/** The columns of a header of `shown`. The sender is looked up by a search that no statistics change. */
function headerOf(shown: ReturnType<typeof visible>) {
  return {
    number: shown.number,
    senderId: shown.senderId,
    sender: sql<
      string | null
    >`(select ${users.name} from ${users} where ${users.id} = ${shown.senderId})`,
    postedAt: shown.postedAt,
    subject: shown.subject,
    thread: shown.thread,
    replyTo: shown.replyTo,
    editedAt: shown.editedAt,
    mentions: mentionedNames(shown.mentions),
  };
}

/**
 * The queries that show messages posted between the times `:above` and `:below`, both left out: see
 * `timesBetween`. One index serves the bounds, the order and the rule.
 */
export function visibleStatements(orm: Orm) {
  const shown = visible({ above: sql`${value('above')}`, below: sql`${value('below')}` });
  const header = headerOf(shown);
  const whole = { ...header, content: shown.content, edits: shown.edits };
  const page = (columns: typeof header, order: SQL) => () =>
    direct(
      orm.$client,
      orm.select(columns).from(shown).orderBy(order).limit(value('limit')),
      columns,
    );
  const wholePage = (order: SQL) => () =>
    direct(orm.$client, orm.select(whole).from(shown).orderBy(order).limit(value('limit')), whole);
  return {
    newest: page(header, desc(shown.postedAt)),
    oldest: page(header, asc(shown.postedAt)),
    newestWhole: wholePage(desc(shown.postedAt)),
    oldestWhole: wholePage(asc(shown.postedAt)),
  };
}
