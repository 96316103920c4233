import { and, asc, count, desc, eq, gt, gte, lt, lte, max, type SQL, sql } from 'drizzle-orm';
import { integer, QueryBuilder, sqliteTable, text, unionAll } from 'drizzle-orm/sqlite-core';
import type { Orm } from '../file/orm.ts';
import { groups, messages, users } from '../file/schema.ts';
import { changeStatements } from './changes.ts';
import { direct, directRows } from './direct.ts';
import { nameFor } from './group-names.ts';
import { live, milestoneAfter, numberStatements, tombstone } from './numbers.ts';
import { mentionedNames, threadColumns, visibleStatements } from './visibility.ts';

const value = sql.placeholder;

/** How many rows an insert of `addMessages` and of `addFewMessages` has. */
const rowsPerInsert = { many: 16, few: 4 };

/**
 * The columns of a message that is not a reply, mentions nobody and has no key. In an insert, drizzle names each column of a
 * table, and SQLite takes a tenth longer for an insert that names all columns of `messages`.
 */
const plainMessages = sqliteTable('messages', {
  groupId: integer('group_id').notNull(),
  number: integer().notNull(),
  senderId: integer('sender_id'),
  postedAt: integer('posted_at').notNull(),
  subject: text().notNull(),
  content: text().notNull(),
  milestone: integer(),
});

const inGroup = eq(messages.groupId, value('group'));
const byId = eq(messages.id, value('id'));
const query = new QueryBuilder();

/** The columns of a header, for a query with a join of the sender. */
export const headerColumns = {
  number: messages.number,
  senderId: messages.senderId,
  sender: users.name,
  postedAt: messages.postedAt,
  subject: messages.subject,
  ...threadColumns,
  mentions: mentionedNames(messages.mentions),
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
          gt(messages.postedAt, value('above')),
          lt(messages.postedAt, value('below')),
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
  const remove = (which: SQL) => () =>
    orm
      .delete(messages)
      .where(and(inGroup, lte(messages.postedAt, value('until')), which))
      .prepare();
  const plainMessage = {
    groupId: value('group'),
    number: value('number'),
    senderId: value('user'),
    postedAt: value('at'),
    subject: value('subject'),
    content: value('content'),
    milestone: value('milestone'),
  };
  const plainInsert = (rows: number) => () =>
    directRows(orm.$client, orm.insert(plainMessages).values(plainMessage), rows);
  const newMessage = {
    ...plainMessage,
    postKey: value('key'),
  };
  const fullMessage = {
    ...newMessage,
    replyTo: value('replyTo'),
    thread: value('thread'),
    mentions: value('mentions'),
  };
  return {
    ...visibleStatements(orm),
    ...numberStatements(orm),
    ...changeStatements(orm),

    addMessage: () => direct(orm.$client, orm.insert(messages).values(newMessage)),
    /** Plain messages without keys, each with the values of `plainMessage` in its order. */
    addMessages: plainInsert(rowsPerInsert.many),
    addFewMessages: plainInsert(rowsPerInsert.few),
    addPlainMessage: plainInsert(1),
    /** Also a reply, or a message that mentions members. */
    addFullMessage: () => direct(orm.$client, orm.insert(messages).values(fullMessage)),
    messageByKey: () =>
      orm
        .select({
          id: messages.id,
          groupId: messages.groupId,
          group: nameFor(value('user')),
          number: messages.number,
          postedAt: messages.postedAt,
          subject: messages.subject,
          ...threadColumns,
          mentions: mentionedNames(messages.mentions),
        })
        .from(messages)
        .innerJoin(groups, eq(groups.id, messages.groupId))
        .where(and(eq(messages.senderId, value('user')), eq(messages.postKey, value('key'))))
        .prepare(),

    releaseKey: () =>
      orm
        .update(messages)
        .set({ postKey: null })
        .where(eq(messages.id, value('id')))
        .prepare(),

    /** Headers for the operator, who sees all messages: the newest first, or the oldest. */
    newestHeaders: headers(desc(messages.postedAt)),
    oldestHeaders: headers(asc(messages.postedAt)),
    messageById: () =>
      orm
        .select({ ...headerColumns, content: messages.content, edits: messages.edits })
        .from(messages)
        .leftJoin(users, eq(users.id, messages.senderId))
        .where(byId)
        .prepare(),
    rowById: () =>
      orm
        .select({
          senderId: messages.senderId,
          postedAt: messages.postedAt,
          deletedAt: messages.deletedAt,
        })
        .from(messages)
        .where(byId)
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
          replyTo: null,
          mentions: null,
          editedAt: null,
          edits: 0,
          deletedBy: sql`${value('by')}`,
          changed: sql`${value('change')}`,
        })
        .where(byId)
        .prepare(),
    removeSender: () => orm.update(messages).set({ senderId: null }).where(byId).prepare(),

    /** The oldest rows up to the number `:upTo`, tombstones among them. */
    oldestRows: () => {
      const rows = (which: SQL) =>
        query
          .select({
            number: messages.number,
            postedAt: messages.postedAt,
            deletedAt: messages.deletedAt,
          })
          .from(messages)
          .where(
            and(
              inGroup,
              sql`${messages.postedAt} < ${milestoneAfter(value('group'), value('upTo'))}`,
              lte(messages.number, value('upTo')),
              which,
            ),
          );
      const all = unionAll(rows(live), rows(tombstone)).as('oldest');
      return orm
        .select({ number: all.number, postedAt: all.postedAt, deletedAt: all.deletedAt })
        .from(all)
        .orderBy(asc(all.postedAt))
        .limit(value('limit'))
        .prepare();
    },
    /** Removes messages posted up to `:until`. Only the oldest rows of a group may be removed, with the tombstones. */
    removeMessages: remove(live),
    removeTombstones: remove(tombstone),

    /** The newest message that is older than the `:keep` newest ones. */
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
    lastTombstone: end(tombstone, desc(messages.postedAt)),
    countMessages: counted(and(inGroup, lte(messages.postedAt, value('until')), live)),

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
    /** The first row with an id from `:id` on. Ids grow with time. */
    rowFromId: () =>
      orm
        .select({ id: messages.id, at: messages.postedAt })
        .from(messages)
        .where(gte(messages.id, value('id')))
        .orderBy(asc(messages.id))
        .limit(1)
        .prepare(),
    countSentBy: counted(eq(messages.senderId, value('user'))),
  };
}
