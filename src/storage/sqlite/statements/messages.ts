import { and, asc, count, desc, eq, gt, isNotNull, lt, lte, max, type SQL, sql } from 'drizzle-orm';
import type { Orm } from '../file/connection.ts';
import { groups, messages, users } from '../file/schema.ts';
import { direct } from './direct.ts';
import { live, visibleStatements } from './visibility.ts';

const value = sql.placeholder;

const inGroup = eq(messages.groupId, value('group'));
const byNumber = and(inGroup, eq(messages.number, value('number')));
const byId = eq(messages.id, value('id'));
const deleted: SQL = isNotNull(messages.deletedAt);

const headerColumns = {
  number: messages.number,
  senderId: messages.senderId,
  sender: users.name,
  postedAt: messages.postedAt,
  subject: messages.subject,
};

/** The queries about messages. */
export function messageStatements(orm: Orm) {
  const headers = (order: SQL) => () =>
    orm
      .select(headerColumns)
      .from(messages)
      .leftJoin(users, eq(users.id, messages.senderId))
      .where(
        and(
          inGroup,
          live,
          lt(messages.number, value('before')),
          gt(messages.number, value('after')),
        ),
      )
      .orderBy(order)
      .limit(value('limit'))
      .prepare();
  /** The number of the first or last row that was posted up to `:until`. */
  const end = (which: SQL, order: SQL) => () =>
    orm
      .select({ number: messages.number })
      .from(messages)
      .where(and(inGroup, lte(messages.postedAt, value('until')), which))
      .orderBy(order)
      .limit(1)
      .prepare();
  const counted = (which: SQL | undefined) => () =>
    orm.select({ count: count() }).from(messages).where(which).prepare();
  return {
    ...visibleStatements(orm),

    addMessage: () =>
      direct(
        orm.$client,
        orm.insert(messages).values({
          groupId: value('group'),
          number: value('number'),
          senderId: value('user'),
          postedAt: value('at'),
          subject: value('subject'),
          content: value('content'),
          postKey: value('key'),
        }),
      ),
    messageByKey: () =>
      orm
        .select({
          groupId: messages.groupId,
          group: groups.name,
          number: messages.number,
          postedAt: messages.postedAt,
          subject: messages.subject,
        })
        .from(messages)
        .innerJoin(groups, eq(groups.id, messages.groupId))
        .where(and(eq(messages.senderId, value('user')), eq(messages.postKey, value('key'))))
        .prepare(),

    /** Headers for the operator, who sees all messages: the newest first, or the oldest. */
    newestHeaders: headers(desc(messages.number)),
    oldestHeaders: headers(asc(messages.number)),
    messageByNumber: () =>
      orm
        .select({ ...headerColumns, content: messages.content })
        .from(messages)
        .leftJoin(users, eq(users.id, messages.senderId))
        .where(and(byNumber, live))
        .prepare(),
    /** The row of a number, which may be a tombstone. */
    rowByNumber: () =>
      orm
        .select({ id: messages.id, postedAt: messages.postedAt, deletedAt: messages.deletedAt })
        .from(messages)
        .where(byNumber)
        .prepare(),
    /** Makes a message a tombstone: see `buryMessages`. */
    bury: () =>
      orm
        .update(messages)
        .set({
          deletedAt: sql`${value('at')}`,
          senderId: null,
          subject: '',
          content: '',
          postKey: null,
        })
        .where(byId)
        .prepare(),
    removeSender: () => orm.update(messages).set({ senderId: null }).where(byId).prepare(),

    /** The oldest rows up to `:upTo`, tombstones among them. */
    oldestRows: () =>
      orm
        .select({
          number: messages.number,
          postedAt: messages.postedAt,
          deletedAt: messages.deletedAt,
        })
        .from(messages)
        .where(and(inGroup, lte(messages.number, value('upTo'))))
        .orderBy(asc(messages.number))
        .limit(value('limit'))
        .prepare(),
    /** Rows of tombstones too: only the oldest rows of a group may be removed. */
    removeUpTo: () =>
      orm
        .delete(messages)
        .where(and(inGroup, lte(messages.number, value('number'))))
        .prepare(),

    /** The newest message but `:keep` of them. */
    newestPast: () =>
      orm
        .select({ postedAt: messages.postedAt })
        .from(messages)
        .where(and(inGroup, live))
        .orderBy(desc(messages.postedAt))
        .limit(1)
        .offset(value('keep'))
        .prepare(),
    firstLive: end(live, asc(messages.postedAt)),
    lastLive: end(live, desc(messages.postedAt)),
    lastTombstone: end(deleted, desc(messages.postedAt)),
    countRows: counted(and(inGroup, lte(messages.number, value('upTo')))),
    countTombstones: counted(and(inGroup, lte(messages.postedAt, value('until')), deleted)),

    lastMessageId: () =>
      orm
        .select({ id: max(messages.id) })
        .from(messages)
        .prepare(),
    /** The messages of a user with ids in a range. No index leads to them, so the range is stepped through. */
    sentBy: () =>
      orm
        .select({ id: messages.id, group: messages.groupId, number: messages.number })
        .from(messages)
        .where(
          and(
            eq(messages.senderId, value('user')),
            gt(messages.id, value('after')),
            lte(messages.id, value('upTo')),
          ),
        )
        .orderBy(asc(messages.id))
        .limit(value('limit'))
        .prepare(),
    countSentBy: counted(eq(messages.senderId, value('user'))),
  };
}
