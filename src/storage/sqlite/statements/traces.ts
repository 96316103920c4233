import { and, eq, inArray, isNull, lte, or, sql } from 'drizzle-orm';
import type { Orm } from '../file/orm.ts';
import {
  blocks,
  closedThreads,
  groupLog,
  invitations,
  mentions,
  messages,
  mutedThreads,
  mutedUsers,
  pins,
  reports,
  restrictions,
  revisions,
} from '../file/schema.ts';
import { live } from './numbers.ts';

const value = sql.placeholder;

/** A table whose rows are about a group. */
type TableOfGroup =
  | typeof reports
  | typeof pins
  | typeof closedThreads
  | typeof groupLog
  | typeof mutedThreads
  | typeof restrictions;

/** The queries that remove what other tables have about a message, a group or a user. */
export function traceStatements(orm: Orm) {
  const user = value('user');
  const group = value('group');
  const number = value('number');
  const remove = orm.delete.bind(orm);
  const removeSome = (table: TableOfGroup) => {
    const some = inArray(
      sql`rowid`,
      orm
        .select({ rowid: sql`rowid` })
        .from(table)
        .where(eq(table.groupId, group))
        .limit(value('limit')),
    );
    return remove(table).where(some).prepare();
  };
  return {
    removeMentionsOf: () =>
      remove(mentions)
        .where(and(eq(mentions.groupId, group), eq(mentions.number, number)))
        .prepare(),
    removeRevisionsOf: () =>
      remove(revisions)
        .where(and(eq(revisions.groupId, group), eq(revisions.number, number)))
        .prepare(),
    /** Removes the mentions in the messages of a group up to `:number`. */
    removeMentionsUpTo: () =>
      remove(mentions)
        .where(and(eq(mentions.groupId, group), lte(mentions.number, number)))
        .prepare(),
    removeRevisionsUpTo: () =>
      remove(revisions)
        .where(and(eq(revisions.groupId, group), lte(revisions.number, number)))
        .prepare(),
    /** Removes at most `:limit` reports of a group. So do the next ones with rows of other tables. */
    removeSomeReports: () => removeSome(reports),
    removeSomePins: () => removeSome(pins),
    removeSomeClosedThreads: () => removeSome(closedThreads),
    removeSomeLogLines: () => removeSome(groupLog),
    removeSomeMutedThreads: () => removeSome(mutedThreads),
    removeSomeRestrictions: () => removeSome(restrictions),

    removeMentionsOfUser: () => remove(mentions).where(eq(mentions.userId, user)).prepare(),
    removeBlocksOfUser: () =>
      remove(blocks)
        .where(or(eq(blocks.userId, user), eq(blocks.blockedId, user)))
        .prepare(),
    removeMutedUsersOfUser: () =>
      remove(mutedUsers)
        .where(or(eq(mutedUsers.userId, user), eq(mutedUsers.mutedId, user)))
        .prepare(),
    removeMutedThreadsOfUser: () =>
      remove(mutedThreads).where(eq(mutedThreads.userId, user)).prepare(),

    removeReportsOf: () =>
      remove(reports)
        .where(and(eq(reports.groupId, group), eq(reports.number, number)))
        .prepare(),
    removeReportsUpTo: () =>
      remove(reports)
        .where(and(eq(reports.groupId, group), lte(reports.number, number)))
        .prepare(),
    removePinsUpTo: () =>
      remove(pins)
        .where(and(eq(pins.groupId, group), lte(pins.number, number)))
        .prepare(),
    /** The closed threads that have no message left. A thread goes on after its first message was purged. */
    removeClosedThreadsUpTo: () => {
      const replies = sql`SELECT 1 FROM ${messages} WHERE ${messages.groupId} = closed_threads.group_id
        AND messages.thread = closed_threads.thread AND ${live}`;
      return remove(closedThreads)
        .where(
          and(
            eq(closedThreads.groupId, group),
            lte(closedThreads.thread, number),
            sql`NOT EXISTS (${replies})`,
          ),
        )
        .prepare();
    },
    removeInvitationsIn: () => remove(invitations).where(eq(invitations.groupId, group)).prepare(),
    removeInvitationsOfUser: () =>
      remove(invitations).where(eq(invitations.userId, user)).prepare(),
    /** The invitations and codes that a user has made. Without their author, they would look as if the operator had made them. */
    removeInvitationsBy: () => remove(invitations).where(eq(invitations.invitedBy, user)).prepare(),
    /** The codes that a user has made for one group. */
    removeCodesBy: () =>
      remove(invitations)
        .where(
          and(
            eq(invitations.groupId, group),
            eq(invitations.invitedBy, user),
            isNull(invitations.userId),
          ),
        )
        .prepare(),
    removeRestrictionsOfUser: () =>
      remove(restrictions).where(eq(restrictions.userId, user)).prepare(),
    forgetReporter: () =>
      orm.update(reports).set({ userId: null }).where(eq(reports.userId, user)).prepare(),
  };
}
