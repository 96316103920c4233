import { and, eq, lte, or, sql } from 'drizzle-orm';
import type { Orm } from '../file/orm.ts';
import { blocks, mentions, mutedThreads, mutedUsers, revisions } from '../file/schema.ts';

const value = sql.placeholder;

/** The queries that remove what other tables have about a message, a group or a user. */
export function traceStatements(orm: Orm) {
  const user = value('user');
  const group = value('group');
  const number = value('number');
  const remove = orm.delete.bind(orm);
  return {
    removeMentionsOf: () =>
      remove(mentions)
        .where(and(eq(mentions.groupId, group), eq(mentions.number, number)))
        .prepare(),
    removeRevisionsOf: () =>
      remove(revisions)
        .where(and(eq(revisions.groupId, group), eq(revisions.number, number)))
        .prepare(),
    /** Those of the messages of a group up to `:number`. */
    removeMentionsUpTo: () =>
      remove(mentions)
        .where(and(eq(mentions.groupId, group), lte(mentions.number, number)))
        .prepare(),
    removeRevisionsUpTo: () =>
      remove(revisions)
        .where(and(eq(revisions.groupId, group), lte(revisions.number, number)))
        .prepare(),
    removeMutedThreadsIn: () =>
      remove(mutedThreads).where(eq(mutedThreads.groupId, group)).prepare(),

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
  };
}
