import { and, asc, desc, eq, gt, lt, type SQL, sql } from 'drizzle-orm';
import { QueryBuilder } from 'drizzle-orm/sqlite-core';
import { limits } from '../../../protocol/limits.ts';
import type { Orm } from '../file/orm.ts';
import { groups, memberships, messages } from '../file/schema.ts';
import { direct } from './direct.ts';
import { live, timeUpTo } from './numbers.ts';
import { visibleAfter } from './visibility.ts';

const query = new QueryBuilder();
const value = sql.placeholder;

/**
 * Which messages can be unread for the user `:user`, wherever their marks are: those of others. The index
 * `messages_posted` has all that is asked for here.
 */
const canBeUnread: SQL = sql`${live} and ${messages.senderId} is not ${value('user')}`;

// A login counts at once if a group has at most so many numbers after the read mark: 20 µs.
const countedAtLogin = 256;

/** A time up to which the member of a `memberships` row has read. The search by number is for rows from before the time was stored. */
function lastReadTime(): SQL<number> {
  const { groupId, lastReadNumber, lastReadAt } = memberships;
  return sql<number>`coalesce(${lastReadAt}, ${timeUpTo(groupId, lastReadNumber)})`;
}

/**
 * How many messages are unread for the member of a `memberships` row joined with its group. Null if that takes longer to
 * count: see `unreadPage`.
 */
export function unreadAtOnce(): SQL<number | null> {
  const { groupId, joinedAt, lastReadNumber, readRanges } = memberships;
  const { lastNumber } = groups;
  const counted = query
    .select({ postedAt: messages.postedAt })
    .from(messages)
    .where(
      sql`${messages.groupId} = ${groupId}
        and ${messages.postedAt} > ${visibleAfter(groupId, joinedAt, lastReadTime())} and ${canBeUnread}`,
    );
  const isShort = sql`${lastNumber} - ${lastReadNumber} <= ${sql.raw(String(countedAtLogin))}`;
  return sql<number | null>`case when ${lastNumber} <= ${lastReadNumber} then 0
    when ${isShort} and ${readRanges} = '' then (select count(*) from ${counted}) end`;
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
  const counted = query
    .select({ postedAt: messages.postedAt })
    .from(messages)
    .where(
      sql`${messages.groupId} = ${own.groupId}
        and ${messages.postedAt} > ${visibleAfter(own.groupId, own.joinedAt, sql`${own.readAt}`)}
        and ${messages.postedAt} <= ${value('until')} and ${canBeUnread}`,
    )
    .limit(limits.unread);
  const columns = {
    group: own.groupId,
    joined: own.joinedAt,
    lastRead: own.lastRead,
    ranges: own.ranges,
    lastNumber: own.lastNumber,
    /** Null if there are ranges: see `unreadBetween`. */
    unread: sql<
      number | null
    >`case when ${own.ranges} = '' then (select count(*) from ${counted}) end`,
  };
  return direct(orm.$client, orm.select(columns).from(own).orderBy(asc(own.groupId)), columns);
}

const found = { number: messages.number, postedAt: messages.postedAt };
const after = visibleAfter(sql`${value('group')}`, sql`${value('joined')}`, sql`${value('above')}`);
/** Of the group `:group`, visible to a member who joined at `:joined`, between the times `:above` and `:below`. */
const between = sql`${messages.groupId} = ${value('group')} and ${messages.postedAt} > ${after}
  and ${messages.postedAt} < ${value('below')} and ${canBeUnread}`;

/** The queries about what can be unread for `:user`. */
export function unreadStatements(orm: Orm) {
  const first = (where: SQL | undefined, order: SQL) => () =>
    direct(
      orm.$client,
      orm.select(found).from(messages).where(where).orderBy(order).limit(1),
      found,
    );
  const inThread = eq(messages.thread, value('thread'));
  return {
    unreadPage: () => unreadPage(orm),
    unreadBetween: () => {
      const some = query.select({ postedAt: messages.postedAt }).from(messages).where(between);
      const columns = { unread: sql<number>`count(*)` };
      return direct(
        orm.$client,
        orm.select(columns).from(some.limit(value('limit')).as('some')),
        columns,
      );
    },
    firstUnread: first(between, asc(messages.postedAt)),
    lastUnread: first(between, desc(messages.postedAt)),
    firstUnreadReply: first(and(between, inThread), asc(messages.postedAt)),
  };
}
