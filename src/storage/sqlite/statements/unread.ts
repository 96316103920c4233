import { and, asc, desc, eq, gt, lt, type SQL, sql } from 'drizzle-orm';
import { QueryBuilder, type SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { limits } from '../../../protocol/limits.ts';
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
import { live, timeUpTo } from './numbers.ts';
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

const ofOthers: SQL = sql`${live} and ${messages.senderId} is not ${value('user')}`;

/**
 * Which messages can be unread for the user `:user`, wherever their marks are: those of others that are not muted. The index
 * `messages_posted` has all that is asked for here.
 */
export const canBeUnread: SQL = sql`${ofOthers} and not ${isMuted}`;

/** Whether the message of a row of `mentions` can be unread. */
const isUnreadMention: SQL = sql`exists ${query
  .select({ one: sql`1` })
  .from(messages)
  .where(
    sql`${messages.groupId} = ${mentions.groupId} and ${messages.postedAt} = ${mentions.postedAt} and ${canBeUnread}`,
  )}`;

/** Bounds on times, both left out. */
interface Times {
  readonly after: SQL;
  readonly before?: SQL;
}

function within(group: SQL | SQLiteColumn, { after, before }: Times, which = canBeUnread): SQL {
  const isBefore = before ? sql`and ${messages.postedAt} < ${before}` : sql``;
  return sql`${messages.groupId} = ${group} and ${messages.postedAt} > ${after} ${isBefore} and ${which}`;
}

function mentionsWithin(group: SQL | SQLiteColumn, { after, before }: Times): SQL {
  const isBefore = before ? sql`and ${mentions.postedAt} < ${before}` : sql``;
  return sql`${mentions.userId} = ${value('user')} and ${mentions.groupId} = ${group}
    and ${mentions.postedAt} > ${after} ${isBefore} and ${isUnreadMention}`;
}

/** The messages of a group that can be unread for `:user`. */
function unreadIn(group: SQL | SQLiteColumn, times: Times) {
  return query.select({ postedAt: messages.postedAt }).from(messages).where(within(group, times));
}

/** Those of them that mention the user. */
function unreadMentionsIn(group: SQL | SQLiteColumn, times: Times) {
  return query
    .select({ postedAt: mentions.postedAt })
    .from(mentions)
    .where(mentionsWithin(group, times));
}

// A login counts at once if a group has at most so many numbers after the read mark: 20 µs.
const countedAtLogin = 256;

/** A time up to which the member of a `memberships` row has read. The search by number is for rows from before the time was stored. */
function lastReadTime(): SQL<number> {
  const { groupId, lastReadNumber, lastReadAt } = memberships;
  return sql<number>`coalesce(${lastReadAt}, ${timeUpTo(groupId, lastReadNumber)})`;
}

/**
 * How many messages are unread for the member of a `memberships` row joined with its group, or of these mention the
 * member. Null if that takes longer to count: see `unreadPage`.
 */
export function unreadAtOnce(which: 'messages' | 'mentions'): SQL<number | null> {
  const { groupId, joinedAt, lastReadNumber, readRanges, notify } = memberships;
  const { lastNumber } = groups;
  const times = { after: visibleAfter(groupId, joinedAt, lastReadTime()) };
  const counted =
    which === 'messages' ? unreadIn(groupId, times) : unreadMentionsIn(groupId, times);
  const isShort = sql`${lastNumber} - ${lastReadNumber} <= ${sql.raw(String(countedAtLogin))}`;
  const isPlain = sql`${readRanges} = '' and ${notify} = 'all' and not ${hasMutes}`;
  return sql<
    number | null
  >`case when ${lastNumber} <= ${lastReadNumber} or ${notify} = 'none' then 0
    when ${isShort} and ${isPlain} then (select count(*) from ${counted}) end`;
}

/** How many messages are unread in each of some groups of `:user`, without those that `read_ranges` holds. */
function unreadPage(orm: Orm) {
  const { groupId, userId, joinedAt, lastReadNumber } = memberships;
  const own = orm
    .select({
      groupId,
      joinedAt,
      lastRead: lastReadNumber,
      readAt: lastReadTime().as('read_at'),
      ranges: memberships.readRanges,
      notify: memberships.notify,
      lastNumber: groups.lastNumber,
    })
    .from(memberships)
    // With statistics SQLite might go through the groups instead.
    .crossJoin(groups)
    .where(
      and(
        eq(groups.id, groupId),
        eq(userId, value('user')),
        gt(groupId, value('after')),
        lt(lastReadNumber, groups.lastNumber),
      ),
    )
    .orderBy(asc(groupId))
    .limit(value('limit'))
    .as('own');
  const times = {
    after: visibleAfter(own.groupId, own.joinedAt, sql`${own.readAt}`),
    before: sql`${value('until')} + 1`,
  };
  const counted = unreadIn(own.groupId, times).limit(limits.unread);
  const mentioned = unreadMentionsIn(own.groupId, times).limit(limits.unread);
  const columns = {
    group: own.groupId,
    joined: own.joinedAt,
    lastRead: own.lastRead,
    ranges: own.ranges,
    notify: own.notify,
    lastNumber: own.lastNumber,
    /** Null if there are ranges, or only mentions count: see `unreadBetween` and `mentionsBetween`. */
    unread: sql<number | null>`case when ${own.notify} = 'none' then 0
      when ${own.ranges} = '' and ${own.notify} = 'all' then (select count(*) from ${counted}) end`,
    mentions: sql<number | null>`case when ${own.notify} = 'none' then 0
      when ${own.ranges} = '' then (select count(*) from ${mentioned}) end`,
  };
  return direct(orm.$client, orm.select(columns).from(own).orderBy(asc(own.groupId)), columns);
}

const found = { number: messages.number, postedAt: messages.postedAt };
const foundMention = { number: mentions.number, postedAt: mentions.postedAt };
const group = sql`${value('group')}`;
/** Visible to a member who joined the group `:group` at `:joined`, between the times `:above` and `:below`. */
const between = {
  after: visibleAfter(group, sql`${value('joined')}`, sql`${value('above')}`),
  before: sql`${value('below')}`,
};

/** The queries about what can be unread for `:user`. */
export function unreadStatements(orm: Orm) {
  const list = (where: SQL | undefined, order: SQL) => () =>
    direct(
      orm.$client,
      orm.select(found).from(messages).where(where).orderBy(order).limit(value('limit')),
      found,
    );
  const inThread = eq(messages.thread, value('thread'));
  const unread = within(group, between);
  const byOthers = within(group, between, ofOthers);
  return {
    unreadPage: () => unreadPage(orm),
    unreadBetween: list(unread, asc(messages.postedAt)),
    /** Those of the thread `:thread`, without the message that has begun it. */
    unreadRepliesBetween: list(and(unread, inThread), asc(messages.postedAt)),
    /** Those that mention `:user`. */
    mentionsBetween: () =>
      direct(
        orm.$client,
        orm
          .select(foundMention)
          .from(mentions)
          .where(mentionsWithin(group, between))
          .orderBy(asc(mentions.postedAt))
          .limit(value('limit')),
        foundMention,
      ),
    /** The first and the last messages of others, muted or not. */
    firstOfOthers: list(byOthers, asc(messages.postedAt)),
    lastOfOthers: list(byOthers, desc(messages.postedAt)),
  };
}
