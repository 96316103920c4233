import { and, asc, eq, gt, lte, type SQL, sql } from 'drizzle-orm';
import { QueryBuilder } from 'drizzle-orm/sqlite-core';
import { endOfTime } from '../../../board/times.ts';
import type { Orm } from '../file/orm.ts';
import { groups, messages, revisions, users } from '../file/schema.ts';
import { direct } from './direct.ts';
import { live, tombstone } from './numbers.ts';
import { firstVisibleTime } from './visibility.ts';

const value = sql.placeholder;
const query = new QueryBuilder();
const group = value('group');
const never = sql.raw(String(endOfTime));

/** When the next row of one index after `:postedAt` was posted, or the row after that. */
function after(which: SQL, offset: 0 | 1): SQL {
  const found = query
    .select({ postedAt: messages.postedAt })
    .from(messages)
    .where(and(eq(messages.groupId, group), gt(messages.postedAt, value('postedAt')), which))
    .orderBy(asc(messages.postedAt))
    .limit(1)
    .offset(offset);
  return sql`coalesce(${found}, ${never})`;
}

const secondAfter = sql<number>`min(max(${after(live, 0)}, ${after(tombstone, 0)}), ${after(live, 1)}, ${after(tombstone, 1)})`;

const changedInGroup = and(eq(messages.groupId, group), gt(messages.changed, value('after')));
const changeColumns = {
  number: messages.number,
  postedAt: messages.postedAt,
  change: sql<number>`${messages.changed}`,
  deletedAt: messages.deletedAt,
  deletedBy: messages.deletedBy,
  by: sql<
    string | null
  >`(select ${users.name} from ${users} where ${users.id} = ${messages.deletedBy})`,
};
const revisionColumns = {
  revision: revisions.revision,
  writtenAt: revisions.writtenAt,
  subject: revisions.subject,
  content: revisions.content,
};

/** The queries about edits and deletions. */
export function changeStatements(orm: Orm) {
  return {
    /** Raises the change counter of a group to `:at`, or by one if it is there already. */
    raiseLastChange: () =>
      orm
        .update(groups)
        .set({ lastChange: sql`max(${groups.lastChange} + 1, ${value('at')})` })
        .where(eq(groups.id, group))
        .returning({ lastChange: groups.lastChange })
        .prepare(),
    /** When the second row after `:postedAt` was posted, of messages and tombstones together. */
    secondRowAfter: () =>
      orm.select({ time: secondAfter }).from(groups).where(eq(groups.id, group)).prepare(),
    setText: () =>
      orm
        .update(messages)
        .set({
          subject: sql`${value('subject')}`,
          content: sql`${value('content')}`,
          editedAt: sql`${value('change')}`,
          edits: sql`${messages.edits} + 1`,
          changed: sql`${value('change')}`,
        })
        .where(eq(messages.id, value('id')))
        .prepare(),
    addRevision: () =>
      orm
        .insert(revisions)
        .values({
          groupId: group,
          number: value('number'),
          revision: value('revision'),
          writtenAt: value('writtenAt'),
          subject: value('subject'),
          content: value('content'),
        })
        .prepare(),
    /** The texts of a message before its edits, from the revision `:from` on and before `:below`. */
    revisionsOf: () =>
      direct(
        orm.$client,
        orm
          .select(revisionColumns)
          .from(revisions)
          .where(
            and(
              eq(revisions.groupId, group),
              eq(revisions.number, value('number')),
              sql`${revisions.revision} >= ${value('from')}`,
              sql`${revisions.revision} < ${value('below')}`,
            ),
          )
          .orderBy(asc(revisions.revision)),
        revisionColumns,
      ),

    /** The last counter of the first `:rows` messages that were changed after `:after`. */
    changeAt: () =>
      orm
        .select({ change: sql<number>`${messages.changed}` })
        .from(messages)
        .where(changedInGroup)
        .orderBy(asc(messages.changed))
        .limit(1)
        .offset(value('rows'))
        .prepare(),
    /** The messages that were changed after `:after`, up to `:upTo`, and are visible to a member who joined at `:joined`. */
    changesBetween: () =>
      direct(
        orm.$client,
        orm
          .select(changeColumns)
          .from(messages)
          .where(
            and(
              changedInGroup,
              lte(messages.changed, value('upTo')),
              sql`${messages.postedAt} >= ${firstVisibleTime(group, value('joined'))}`,
            ),
          )
          .orderBy(asc(messages.changed), asc(messages.id)),
        changeColumns,
      ),
    /** Gives a message that a command has deleted the counter under which the server announces the deletion. */
    setChanged: () =>
      orm
        .update(messages)
        .set({ changed: sql`${value('change')}` })
        .where(and(eq(messages.id, value('id')), tombstone))
        .prepare(),
  };
}
