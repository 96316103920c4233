import { and, asc, desc, eq, gt, gte, lt, lte, type SQL, sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Orm } from '../file/orm.ts';
import { groups, memberships, mentions, messages, searchIndex } from '../file/schema.ts';
import { direct } from './direct.ts';
import { existsForMember, nameFor } from './group-names.ts';
import { live } from './numbers.ts';
import { prepare } from './recipe.ts';
import { mentionTimes } from './unread.ts';
import { firstVisible } from './visibility.ts';

const value = sql.placeholder;

// They are not in the schema, because drizzle-kit would make them tables.
const messageIndex = sqliteTable('message_index', {
  id: integer('rowid').primaryKey(),
  words: text(),
});
const indexWords = sqliteTable('message_index_words', { term: text().notNull() });

// Pages of the index that are merged after each step: 1 ms of work at most.
const mergedPages = 16;

/** better-sqlite3 binds numbers as floating-point ones, and FTS5 ignores a bound on rowids that is no integer. */
const id = (name: string) => sql`cast(${value(name)} as integer)`;
/** The term as a string of FTS5, whatever characters it has. */
const quoted = (name: string) => sql`'"' || replace(${value(name)}, '"', '""') || '"'`;

const inGroup = eq(messages.groupId, value('group'));
const rowColumns = { id: messages.id, postedAt: messages.postedAt };
const placeColumns = { groupId: messages.groupId, postedAt: messages.postedAt };
const indexedColumns = {
  id: messages.id,
  groupId: messages.groupId,
  senderId: messages.senderId,
  postedAt: messages.postedAt,
  subject: messages.subject,
  content: messages.content,
  deletedAt: messages.deletedAt,
};
const stateColumns = {
  newest: searchIndex.newest,
  oldest: searchIndex.oldest,
  version: searchIndex.version,
};
const groupColumns = {
  id: groups.id,
  name: nameFor(sql`memberships.user_id`),
  joined: memberships.joinedAt,
  lastRead: memberships.lastReadNumber,
  ranges: memberships.readRanges,
  notify: memberships.notify,
};
const timeColumn = { postedAt: messages.postedAt };
const mentionColumn = { postedAt: mentions.postedAt };
const idColumn = { id: messageIndex.id };
const termColumn = { term: indexWords.term };

/** The queries of searches and of the index of words. */
export function searchStatements(orm: Orm) {
  const client = orm.$client;
  /** A message that is next to be indexed. */
  const toIndex = (which: SQL, order: SQL) => () =>
    direct(
      client,
      orm.select(indexedColumns).from(messages).where(which).orderBy(order).limit(1),
      indexedColumns,
    );
  /** A row of `:group` that can be shown, posted after `:above` and before `:below`. */
  const ownRow = (order: SQL) => () =>
    direct(
      client,
      orm
        .select(rowColumns)
        .from(messages)
        .where(
          and(
            inGroup,
            gt(messages.postedAt, value('above')),
            lt(messages.postedAt, value('below')),
            live,
          ),
        )
        .orderBy(order)
        .limit(1)
        .offset(value('skip')),
      rowColumns,
    );
  const withTerm = () =>
    orm
      .select(idColumn)
      .from(messageIndex)
      .where(
        and(
          sql`message_index match ${quoted('term')}`,
          sql`${messageIndex.id} >= ${id('low')}`,
          sql`${messageIndex.id} <= ${id('high')}`,
        ),
      )
      .orderBy(desc(messageIndex.id));
  const command = (text: string) => () => {
    const recipe = {
      sql: `INSERT INTO message_index(message_index, rank) VALUES ${text}`,
      params: [],
      columns: [],
      booleans: [],
    };
    return { run: () => void prepare(client, recipe).run({}), recipe };
  };
  return {
    searchIndex: () => direct(client, orm.select(stateColumns).from(searchIndex), stateColumns),
    setSearchIndex: () =>
      orm
        .update(searchIndex)
        .set({
          newest: sql`${value('newest')}`,
          oldest: sql`${value('oldest')}`,
          version: sql`${value('version')}`,
        })
        .prepare(),
    nextToIndex: toIndex(gt(messages.id, value('after')), asc(messages.id)),
    lastToIndex: toIndex(lt(messages.id, value('before')), desc(messages.id)),
    rowToIndex: toIndex(eq(messages.id, value('id')), asc(messages.id)),
    addToIndex: () =>
      direct(
        client,
        orm.insert(messageIndex).values({ id: id('id') as never, words: value('words') }),
      ),
    removeFromIndex: () =>
      direct(client, orm.delete(messageIndex).where(eq(messageIndex.id, id('id')))),
    /** The messages that `removeMessages` removes. */
    removeOldestFromIndex: () =>
      direct(
        client,
        orm.delete(messageIndex).where(
          sql`${messageIndex.id} in ${orm
            .select({ id: messages.id })
            .from(messages)
            .where(and(inGroup, lte(messages.postedAt, value('until')), live))}`,
        ),
      ),
    mergeIndex: command(`('merge', ${mergedPages})`),
    clearIndex: command("('delete-all', 0)"),

    /** The newest message with `:term` and an id from `:low` to `:high`. */
    newestWithTerm: () => direct(client, withTerm().limit(1), idColumn),
    /** All of them, the newest first. */
    allWithTerm: () => direct(client, withTerm(), idColumn),
    /** The first term from `:from` on and before `:end`. FTS5 finds it by one search. */
    termFrom: () =>
      direct(
        client,
        orm
          .select(termColumn)
          .from(indexWords)
          .where(and(gte(indexWords.term, value('from')), lt(indexWords.term, value('end'))))
          .limit(1),
        termColumn,
      ),
    newestOwn: ownRow(desc(messages.postedAt)),
    oldestOwn: ownRow(asc(messages.postedAt)),
    /** The group and the time of a message that can be shown. */
    placeById: () =>
      direct(
        client,
        orm
          .select(placeColumns)
          .from(messages)
          .where(and(eq(messages.id, value('id')), live)),
        placeColumns,
      ),
    /** When the last row with an id up to `:id` was posted. Ids grow with time. */
    timeUpToId: () =>
      direct(
        client,
        orm
          .select(rowColumns)
          .from(messages)
          .where(lte(messages.id, value('id')))
          .orderBy(desc(messages.id))
          .limit(1),
        rowColumns,
      ),
    /** When the messages of the thread `:thread` of `:group` were posted, without the one that has begun it. */
    threadTimes: () =>
      direct(
        client,
        orm
          .select(timeColumn)
          .from(messages)
          .where(
            and(
              inGroup,
              eq(messages.thread, value('thread')),
              gt(messages.postedAt, value('above')),
              lt(messages.postedAt, value('below')),
              live,
            ),
          )
          .orderBy(desc(messages.postedAt))
          .limit(value('limit')),
        timeColumn,
      ),
    /** When the messages of `:group` were posted that mention `:user`. */
    mentionTimes: () => {
      const times = { after: sql`${value('above')}`, before: sql`${value('below')}` };
      return direct(client, mentionTimes(sql`${value('group')}`, times, desc), mentionColumn);
    },
    /** A mention of `:user` by name. */
    mentionOf: () =>
      direct(
        client,
        orm
          .select(mentionColumn)
          .from(mentions)
          .where(
            and(
              eq(mentions.groupId, value('group')),
              eq(mentions.number, value('number')),
              eq(mentions.userId, value('user')),
            ),
          ),
        mentionColumn,
      ),
    firstVisible: () => firstVisible(orm),
    /** The groups of `:user`, each with the marks and settings by which a search chooses messages. */
    searchedGroups: () =>
      direct(
        client,
        orm
          .select(groupColumns)
          .from(memberships)
          .innerJoin(groups, eq(groups.id, memberships.groupId))
          .where(and(eq(memberships.userId, value('user')), existsForMember))
          .orderBy(asc(memberships.groupId)),
        groupColumns,
      ),
  };
}
