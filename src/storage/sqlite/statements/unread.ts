import { and, asc, desc, eq, gt, type SQL, sql } from 'drizzle-orm';
import { QueryBuilder, type SQLiteColumn, union } from 'drizzle-orm/sqlite-core';
import type { Orm } from '../file/orm.ts';
import {
  groups,
  memberships,
  mentions,
  messages,
  mutedThreads,
  mutedUsers,
} from '../file/schema.ts';
import { direct } from './direct.ts';
import { isThere } from './group-names.ts';
import { isToAll, live, timeUpTo } from './numbers.ts';
import { visibleAfter } from './visibility.ts';

const query = new QueryBuilder();
const value = sql.placeholder;

/** Whether `:user` has muted anybody or any thread. SQLite looks once for a whole query. */
export const hasMutes: SQL = sql`(exists ${query
  .select({ one: sql`1` })
  .from(mutedUsers)
  .where(eq(mutedUsers.userId, value('user')))}
  or exists ${query
    .select({ one: sql`1` })
    .from(mutedThreads)
    .where(eq(mutedThreads.userId, value('user')))})`;

/** Whether `:user` has muted the sender or the thread of a message. */
export const isMuted: SQL = sql`(${hasMutes} and (
  exists ${query
    .select({ one: sql`1` })
    .from(mutedUsers)
    .where(and(eq(mutedUsers.userId, value('user')), eq(mutedUsers.mutedId, messages.senderId)))}
  or exists ${query
    .select({ one: sql`1` })
    .from(mutedThreads)
    .where(
      and(
        eq(mutedThreads.userId, value('user')),
        eq(mutedThreads.groupId, messages.groupId),
        sql`${mutedThreads.thread} = coalesce(${messages.thread}, ${messages.number})`,
      ),
    )}))`;

/**
 * Which messages can be unread for the user `:user`, wherever their marks are: those of others that are not muted. The indexes
 * `messages_posted` and `messages_thread` have all columns of the condition.
 */
const canBeUnread: SQL = sql`(${messages.senderId} is not ${value('user')} and not ${isMuted})`;
/** The same for a user who has muted nothing. */
const isOfOther: SQL = sql`${messages.senderId} is not ${value('user')}`;

/** Bounds on times, both left out. */
export interface Times {
  readonly after: SQL;
  readonly before?: SQL;
}

/** The messages of a group, without those that were deleted. */
function within(group: SQL | SQLiteColumn, { after, before }: Times): SQL {
  const isBefore = before ? sql`and ${messages.postedAt} < ${before}` : sql``;
  return sql`${messages.groupId} = ${group} and ${messages.postedAt} > ${after} ${isBefore} and ${live}`;
}

/** The messages of a group that mention all members. */
function toAllWithin(group: SQL | SQLiteColumn, { after, before }: Times): SQL {
  const isBefore = before ? sql`and ${messages.postedAt} < ${before}` : sql``;
  return sql`${messages.groupId} = ${group} and ${messages.postedAt} > ${after} ${isBefore} and ${isToAll}`;
}

/** The mentions of `:user` by name in a group. */
function mentionsWithin(group: SQL | SQLiteColumn, { after, before }: Times): SQL {
  const isBefore = before ? sql`and ${mentions.postedAt} < ${before}` : sql``;
  return sql`${mentions.userId} = ${value('user')} and ${mentions.groupId} = ${group}
    and ${mentions.postedAt} > ${after} ${isBefore}`;
}

// A login counts at once if a group has at most so many numbers after the read mark: 20 µs.
const countedAtLogin = 256;

/** A time up to which the member of a `memberships` row has read. The search by number is for rows from before the time was stored. */
function lastReadTime(): SQL<number> {
  const { groupId, lastReadNumber, lastReadAt } = memberships;
  return sql<number>`coalesce(${lastReadAt}, ${timeUpTo(groupId, lastReadNumber)})`;
}

const afterMark = { after: sql`${memberships.lastReadAt}` };
const isShort = sql`${groups.lastNumber} - ${memberships.lastReadNumber} <= ${sql.raw(String(countedAtLogin))}`;

/**
 * How many messages are unread for the member of a `memberships` row joined with its group, if none of them mentions the
 * member by name. Null if one may, if it takes longer to count, or if `:counted` is 0: see `countUnread`.
 */
export function unreadAtOnce(): SQL<number | null> {
  const { groupId, joinedAt, lastReadNumber, lastReadAt, readRanges, notify } = memberships;
  // All messages after the join are visible, so the rule of visibility needs no search.
  const isPlain = sql`${lastReadAt} >= ${joinedAt} and ${readRanges} = '' and ${notify} = 'all' and not ${hasMutes}`;
  const isMentioned = sql`exists (select 1 from ${mentions} where ${mentionsWithin(groupId, afterMark)})`;
  const counted = sql`(select count(*) from ${messages} where ${within(groupId, afterMark)} and ${isOfOther})`;
  return sql<number | null>`case
    when ${groups.lastNumber} <= ${lastReadNumber} or ${notify} = 'none' then 0
    when ${value('counted')} and ${isShort} and ${isPlain} and not ${isMentioned} then ${counted} end`;
}

/** How many of the messages that `unreadAtOnce` counts mention all members. */
export function unreadToAll(): SQL<number> {
  const { groupId, notify } = memberships;
  const counted = sql`(select count(*) from ${messages} where ${toAllWithin(groupId, afterMark)} and ${isOfOther})`;
  return sql<number>`case when ${isShort} and ${notify} = 'all' then ${counted} else 0 end`;
}

/** The marks of `:user` in `:group`, with all else that a count of the unread messages needs. */
function ownGroup(orm: Orm) {
  const { groupId, userId, joinedAt, lastReadNumber } = memberships;
  const columns = {
    joined: joinedAt,
    lastRead: lastReadNumber,
    readAt: lastReadTime(),
    ranges: memberships.readRanges,
    notify: memberships.notify,
    lastNumber: groups.lastNumber,
    mutes: sql<number>`${hasMutes}`,
  };
  const own = and(eq(groupId, value('group')), eq(userId, value('user')));
  const selected = orm.select(columns).from(memberships).crossJoin(groups);
  return direct(orm.$client, selected.where(and(eq(groups.id, groupId), own, isThere)), columns);
}

const group = sql`${value('group')}`;
/** Visible to a member who joined the group `:group` at `:joined`, between the times `:above` and `:below`. */
const between: Times = {
  after: visibleAfter(group, sql`${value('joined')}`, sql`${value('above')}`),
  before: sql`${value('below')}`,
};

/** Whether a message mentions `:user`. */
const mentionsUser: SQL = sql`((${isToAll}) is true or exists ${query
  .select({ one: sql`1` })
  .from(mentions)
  .where(
    sql`${mentions.groupId} = ${messages.groupId} and ${mentions.number} = ${messages.number} and ${mentions.userId} = ${value('user')}`,
  )})`;

const canBe = sql<number>`${canBeUnread}`.as('can_be_unread');
const isOther = sql<number>`${isOfOther}`.as('is_other');

/**
 * The columns of a query that looks at `:limit` messages at most. So its work is limited, however many of the messages are the
 * user's own or muted.
 */
function windowColumns(seen: {
  number: SQLiteColumn;
  postedAt: SQLiteColumn;
  canBe: SQL.Aliased<number>;
}) {
  const { number, postedAt } = seen;
  return {
    rows: sql<number>`count(*)`,
    /** When the last of them was posted, and its number; null without any. */
    last: sql<number | null>`max(${postedAt})`,
    lastNumber: sql<number | null>`max(${number})`,
    /** How many of them can be unread. */
    unread: sql<number>`count(*) filter (where ${seen.canBe})`,
    /** Their numbers as a JSON array if `:listed` is 1. */
    numbers: sql<string>`json_group_array(${number}) filter (where ${seen.canBe} and ${value('listed')})`,
  };
}

function windowOf(
  orm: Orm,
  where: SQL | undefined,
  { order = asc, can = canBe }: { order?: typeof asc; can?: SQL.Aliased<number> } = {},
) {
  const { number, postedAt } = messages;
  const seen = query
    .select({ number, postedAt, canBe: can, isOther })
    .from(messages)
    .where(where)
    .orderBy(order(postedAt))
    .limit(value('limit'))
    .as('seen');
  const columns = {
    ...windowColumns(seen),
    firstNumber: sql<number | null>`min(${seen.number})`,
    /** The first and the last number of another user's message, muted or not. */
    firstOther: sql<number | null>`min(${seen.number}) filter (where ${seen.isOther})`,
    lastOther: sql<number | null>`max(${seen.number}) filter (where ${seen.isOther})`,
  };
  return direct(orm.$client, orm.select(columns).from(seen), columns);
}

/** Like `windowOf`, for a user who has muted nothing, and only how many there are: that takes less than half the time. */
function countWindow(orm: Orm, where: SQL | undefined) {
  const { postedAt } = messages;
  const seen = query
    .select({ postedAt, isOther })
    .from(messages)
    .where(where)
    .orderBy(asc(postedAt))
    .limit(value('limit'))
    .as('seen');
  const columns = {
    rows: sql<number>`count(*)`,
    last: sql<number | null>`max(${seen.postedAt})`,
    unread: sql<number>`count(*) filter (where ${seen.isOther})`,
  };
  return direct(orm.$client, orm.select(columns).from(seen), columns);
}

/** When the messages of a group were posted that mention `:user`, by name or as one of all members: each once. */
export function mentionTimes(group: SQL | SQLiteColumn, times: Times, order: typeof asc) {
  const named = query
    .select({ postedAt: mentions.postedAt })
    .from(mentions)
    .where(mentionsWithin(group, times));
  const toAll = query
    .select({ postedAt: messages.postedAt })
    .from(messages)
    .where(toAllWithin(group, times));
  return union(named, toAll).orderBy(order(sql`posted_at`)).limit(value('limit'));
}

/** Of the messages that mention `:user`. */
function mentionWindow(orm: Orm) {
  const { number, postedAt } = messages;
  const mentioned = mentionTimes(group, between, asc).as('mentioned');
  const seen = query
    .select({ number, postedAt, canBe })
    .from(mentioned)
    .crossJoin(messages)
    .where(sql`${messages.groupId} = ${group} and ${postedAt} = ${mentioned.postedAt} and ${live}`)
    .as('seen');
  const columns = windowColumns(seen);
  return direct(orm.$client, orm.select(columns).from(seen), columns);
}

/** The queries about what can be unread for `:user`. */
export function unreadStatements(orm: Orm) {
  const visible = within(group, between);
  const inThread = and(
    eq(messages.groupId, value('group')),
    eq(messages.thread, value('thread')),
    live,
    gt(messages.postedAt, value('above')),
  );
  const canBeMention = sql<number>`(${canBeUnread} and ${mentionsUser})`.as('can_be_unread');
  return {
    ownGroup: () => ownGroup(orm),
    /** The next messages in the order of their times. */
    unreadWindow: () => windowOf(orm, visible),
    countWindow: () => countWindow(orm, visible),
    /** The same in the other direction. */
    unreadWindowBefore: () => windowOf(orm, visible, { order: desc }),
    mentionWindow: () => mentionWindow(orm),
    /** The next messages of the thread `:thread` after `:above`, without the message that has begun it. */
    threadWindow: () => windowOf(orm, inThread),
    /** The same with only those that mention `:user` as unread. */
    threadMentionWindow: () => windowOf(orm, inThread, { can: canBeMention }),
  };
}
