import { and, asc, desc, eq, gt, gte, lt, type SQL, sql } from 'drizzle-orm';
import { QueryBuilder } from 'drizzle-orm/sqlite-core';
import { limits } from '../../../protocol/limits.ts';
import type { Orm } from '../file/orm.ts';
import { messages, users } from '../file/schema.ts';
import { direct } from './direct.ts';
import { headerColumns } from './messages.ts';
import { live } from './numbers.ts';
import { threadColumns } from './visibility.ts';

const query = new QueryBuilder();
const value = sql.placeholder;
const inGroup = eq(messages.groupId, value('group'));
// From `:from` on, everything is visible: see `firstVisible`. The partial index needs the condition `live`.
const isVisible = and(inGroup, live, gte(messages.postedAt, value('from')));
const inThread = and(inGroup, live, eq(messages.thread, value('thread')));

/** Newest messages first, each with whether it is the newest of its thread. */
function walkThreads(orm: Orm) {
  const walked = query
    .select({
      number: messages.number,
      postedAt: messages.postedAt,
      thread: threadColumns.thread,
    })
    .from(messages)
    .where(and(isVisible, lt(messages.postedAt, value('below'))))
    .orderBy(desc(messages.postedAt))
    .limit(value('limit'))
    .as('walked');
  // drizzle would write the columns of `walked` without its name.
  const later = sql`select 1 from ${messages} as later where later.group_id = ${value('group')}
    and later.thread = walked.thread and later.posted_at > walked.posted_at and later.deleted_at is null`;
  const columns = {
    number: walked.number,
    postedAt: walked.postedAt,
    thread: walked.thread,
    isNewest: sql<number>`not exists (${later})`,
  };
  return direct(orm.$client, orm.select(columns).from(walked), columns);
}

/** The queries about threads of `:group`. Each is a range of an index. */
export function threadStatements(orm: Orm) {
  const header = (where: SQL | undefined) => () =>
    orm
      .select(headerColumns)
      .from(messages)
      .leftJoin(users, eq(users.id, messages.senderId))
      .where(where)
      .orderBy(asc(messages.postedAt))
      .limit(value('limit'))
      .prepare();
  const afterInThread = and(inThread, gt(messages.postedAt, value('above')));
  const first = query.select({ number: messages.number }).from(messages).where(afterInThread);
  const counted = { replies: sql<number>`count(*)` };
  return {
    walkThreads: () => walkThreads(orm),
    headerById: header(eq(messages.id, value('id'))),
    /** The replies posted after `:above`. With a second bound, for visibility, SQLite would use only one of the two bounds to search. */
    repliesAfter: header(afterInThread),
    countReplies: () =>
      direct(orm.$client, orm.select(counted).from(first.limit(limits.unread).as('some')), counted),
  };
}
