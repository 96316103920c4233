import { and, asc, eq, ne, type SQL, sql } from 'drizzle-orm';
import type { Orm } from '../file/orm.ts';
import { groups, memberships, messages, mutedThreads, mutedUsers, users } from '../file/schema.ts';
import { direct } from './direct.ts';
import { isThere, nameFor } from './group-names.ts';
import { isMuted } from './unread.ts';

const value = sql.placeholder;
const ofUser = eq(memberships.userId, value('user'));
const oneThread = and(
  eq(mutedThreads.userId, value('user')),
  eq(mutedThreads.groupId, value('group')),
);
const oneUser = and(
  eq(mutedUsers.userId, value('user')),
  eq(mutedUsers.mutedId, value('muted')),
) as SQL;
const threadColumns = {
  groupId: mutedThreads.groupId,
  group: nameFor(sql`muted_threads.user_id`),
  thread: mutedThreads.thread,
};
const userColumns = { id: users.id, name: users.name };
const groupColumns = {
  id: groups.id,
  name: nameFor(sql`memberships.user_id`),
  notify: memberships.notify,
};

/** The queries about the users and threads that a user has muted. */
export function muteStatements(orm: Orm) {
  return {
    setNotify: () =>
      orm
        .update(memberships)
        .set({ notify: sql`${value('notify')}` })
        .where(and(ofUser, eq(memberships.groupId, value('group'))))
        .prepare(),
    addMutedThread: () =>
      orm
        .insert(mutedThreads)
        .values({
          userId: value('user'),
          groupId: value('group'),
          thread: value('thread'),
          createdAt: value('at'),
        })
        .onConflictDoNothing()
        .prepare(),
    removeMutedThread: () =>
      orm
        .delete(mutedThreads)
        .where(and(oneThread, eq(mutedThreads.thread, value('thread'))))
        .prepare(),
    /** For a user who leaves the group. */
    removeMutedThreadsInGroup: () => orm.delete(mutedThreads).where(oneThread).prepare(),
    addMutedUser: () =>
      orm
        .insert(mutedUsers)
        .values({ userId: value('user'), mutedId: value('muted'), createdAt: value('at') })
        .onConflictDoNothing()
        .prepare(),
    removeMutedUser: () => orm.delete(mutedUsers).where(oneUser).prepare(),
    mutedUsersOf: () =>
      direct(
        orm.$client,
        orm
          .select(userColumns)
          .from(mutedUsers)
          .crossJoin(users)
          .where(and(eq(users.id, mutedUsers.mutedId), eq(mutedUsers.userId, value('user'))))
          .orderBy(asc(mutedUsers.mutedId))
          .limit(value('limit')),
        userColumns,
      ),
    mutedThreadsOf: () =>
      direct(
        orm.$client,
        orm
          .select(threadColumns)
          .from(mutedThreads)
          .crossJoin(groups)
          .where(
            and(
              eq(groups.id, mutedThreads.groupId),
              eq(mutedThreads.userId, value('user')),
              isThere,
            ),
          )
          .orderBy(asc(mutedThreads.groupId), asc(mutedThreads.thread))
          .limit(value('limit')),
        threadColumns,
      ),
    /** The groups that are not announced to the user as usual. */
    quietGroupsOf: () =>
      direct(
        orm.$client,
        orm
          .select(groupColumns)
          .from(memberships)
          .crossJoin(groups)
          .where(
            and(eq(groups.id, memberships.groupId), ofUser, ne(memberships.notify, 'all'), isThere),
          )
          .orderBy(asc(memberships.groupId)),
        groupColumns,
      ),
    /** Whether `:user` has muted the sender or the thread of the message of `:group` that was posted at `:at`. */
    isMutedMessage: () => {
      const columns = { muted: sql<number>`${isMuted}` };
      return direct(
        orm.$client,
        orm
          .select(columns)
          .from(messages)
          .where(
            sql`${messages.groupId} = ${value('group')} and ${messages.postedAt} = ${value('at')}
              and ${messages.deletedAt} is null`,
          ),
        columns,
      );
    },
  };
}
