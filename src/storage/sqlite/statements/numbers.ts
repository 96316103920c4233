import {
  and,
  asc,
  desc,
  eq,
  gt,
  isNotNull,
  isNull,
  lte,
  type Placeholder,
  type SQL,
  sql,
} from 'drizzle-orm';
import { QueryBuilder, type SQLiteColumn } from 'drizzle-orm/sqlite-core';
import { endOfTime } from '../../../board/times.ts';
import type { Orm } from '../file/orm.ts';
import { messages } from '../file/schema.ts';
import { direct } from './direct.ts';

// No index has all numbers. Within a group, numbers and times grow together, and the indexes by time hold the
// number too. About every 64th message is a milestone, and the index `messages_milestone` maps its number to its
// time. So a search by number steps through the rows between two milestones: 127 entries of an index at most.
// Milestones are not needed for a right answer, only for a quick one.

type Value = SQLiteColumn | Placeholder;

/** A message that is there to be shown and counted, not a tombstone. */
export const live: SQL = isNull(messages.deletedAt);
export const tombstone: SQL = isNotNull(messages.deletedAt);

/** Whether a message mentions all members: the condition of the index `messages_to_all`. A tombstone never does. */
export const isToAll: SQL = sql`substr(${messages.mentions}, 1, 2) = '[0'`;

const query = new QueryBuilder();
const isMilestone = isNotNull(messages.milestone);
const columns = { id: messages.id, number: messages.number, postedAt: messages.postedAt };

/** When the last milestone up to a number was posted; 0 if there is none. */
function milestoneUpTo(group: Value, number: Value): SQL {
  const found = query
    .select({ postedAt: messages.postedAt })
    .from(messages)
    .where(and(eq(messages.groupId, group), lte(messages.number, number), isMilestone))
    .orderBy(desc(messages.number))
    .limit(1);
  return sql`coalesce(${found}, 0)`;
}

/** When the first milestone after a number was posted; `endOfTime` if there is none. */
export function milestoneAfter(group: Value, number: Value): SQL {
  const found = query
    .select({ postedAt: messages.postedAt })
    .from(messages)
    .where(and(eq(messages.groupId, group), gt(messages.number, number), isMilestone))
    .orderBy(asc(messages.number))
    .limit(1);
  return sql`coalesce(${found}, ${sql.raw(String(endOfTime))})`;
}

function numberedUpTo(group: Value, number: Value): SQL | undefined {
  const { groupId, postedAt } = messages;
  const before = sql`${postedAt} < ${milestoneAfter(group, number)}`;
  return and(eq(groupId, group), before, lte(messages.number, number), live);
}

/** When the message with the highest number up to `number` was posted; 0 if there is none. */
export function timeUpTo(group: Value, number: Value): SQL {
  const found = query
    .select({ postedAt: messages.postedAt })
    .from(messages)
    .where(numberedUpTo(group, number))
    .orderBy(desc(messages.postedAt))
    .limit(1);
  return sql`coalesce(${found}, 0)`;
}

const group = sql.placeholder('group');
const number = sql.placeholder('number');

/** The queries that find rows of `:group` by `:number`. */
export function numberStatements(orm: Orm) {
  const firstFrom = (which: SQL) => () =>
    direct(
      orm.$client,
      orm
        .select(columns)
        .from(messages)
        .where(
          and(
            eq(messages.groupId, group),
            sql`${messages.postedAt} >= ${milestoneUpTo(group, number)}`,
            sql`${messages.number} >= ${number}`,
            which,
          ),
        )
        .orderBy(asc(messages.postedAt))
        .limit(1),
      columns,
    );
  return {
    /** The message with the lowest number from `:number` on. */
    messageFrom: firstFrom(live),
    /** The same among tombstones. */
    tombstoneFrom: firstFrom(tombstone),
    /** The message with the highest number up to `:number`. */
    messageUpTo: () =>
      direct(
        orm.$client,
        orm
          .select(columns)
          .from(messages)
          .where(numberedUpTo(group, number))
          .orderBy(desc(messages.postedAt))
          .limit(1),
        columns,
      ),
  };
}
