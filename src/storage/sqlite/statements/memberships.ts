import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm';
import type { Orm } from '../file/orm.ts';
import { groups, invitations, memberships, users } from '../file/schema.ts';
import { direct } from './direct.ts';
import { existsForMember, isThere, nameFor } from './group-names.ts';
import { hasMutes, unreadAtOnce, unreadToAll } from './unread.ts';

const value = sql.placeholder;

const ofActor = and(eq(memberships.groupId, value('group')), eq(memberships.userId, value('user')));
const membershipColumns = {
  id: groups.id,
  name: nameFor(sql`memberships.user_id`),
  lastNumber: groups.lastNumber,
  lastRead: memberships.lastReadNumber,
  ranges: memberships.readRanges,
  unread: unreadAtOnce(),
  toAll: unreadToAll(),
  joinedAt: memberships.joinedAt,
  notify: memberships.notify,
  role: memberships.role,
  access: groups.access,
  posting: groups.posting,
  replying: groups.replying,
};
const memberColumns = { id: users.id, name: users.name, key: users.nameKey };
const marksColumns = {
  lastRead: memberships.lastReadNumber,
  ranges: memberships.readRanges,
  notify: memberships.notify,
};

/** The queries about memberships and read marks. */
export function membershipStatements(orm: Orm) {
  return {
    /** The memberships of the user in groups after `:after`. What is unread is counted if `:counted` is 1. */
    membershipsOf: () =>
      direct(
        orm.$client,
        orm
          .select(membershipColumns)
          .from(memberships)
          .innerJoin(groups, eq(groups.id, memberships.groupId))
          .where(
            and(
              eq(memberships.userId, value('user')),
              gt(memberships.groupId, value('after')),
              existsForMember,
            ),
          )
          .orderBy(asc(memberships.groupId))
          .limit(value('limit')),
        membershipColumns,
      ),
    /** The groups that the user is a member of, also conversations that do not exist for the user yet. */
    allGroupsOf: () => {
      const columns = { id: groups.id, name: membershipColumns.name };
      return direct(
        orm.$client,
        orm
          .select(columns)
          .from(memberships)
          .innerJoin(groups, eq(groups.id, memberships.groupId))
          .where(and(eq(memberships.userId, value('user')), isThere))
          .orderBy(asc(memberships.groupId)),
        columns,
      );
    },
    /** Whether `:user` has muted any user or thread, and whether anybody has invited `:user` to a group. */
    loginFlags: () => {
      const isInvited = orm
        .select({ one: sql`1` })
        .from(invitations)
        .where(eq(invitations.userId, value('user')));
      const columns = {
        mutes: sql<number>`${hasMutes}`.as('mutes'),
        invited: sql<number>`exists ${isInvited}`.as('invited'),
      };
      return direct(orm.$client, orm.select(columns).from(sql`(select 1)`), columns);
    },
    /** The direct conversations of the user, after the group `:after`. */
    conversationsOf: () =>
      direct(
        orm.$client,
        orm
          .select(membershipColumns)
          .from(memberships)
          .crossJoin(groups)
          .where(
            and(
              eq(memberships.userId, value('user')),
              gt(memberships.groupId, value('after')),
              eq(groups.id, memberships.groupId),
              eq(groups.kind, 'direct'),
              existsForMember,
            ),
          )
          .orderBy(asc(memberships.groupId))
          .limit(value('limit')),
        membershipColumns,
      ),
    /** The same as `membershipsOf` for the operator. */
    membershipDetailsOf: () =>
      orm
        .select({
          group: nameFor(sql`memberships.user_id`),
          groupId: memberships.groupId,
          role: memberships.role,
          joinedAt: memberships.joinedAt,
          lastRead: memberships.lastReadNumber,
          lastNumber: groups.lastNumber,
        })
        .from(memberships)
        .innerJoin(groups, eq(groups.id, memberships.groupId))
        .where(and(eq(memberships.userId, value('user')), isThere))
        .orderBy(asc(memberships.groupId))
        .prepare(),
    membersOf: () =>
      direct(
        orm.$client,
        orm
          .select(memberColumns)
          .from(memberships)
          // With statistics SQLite would go through the users instead, all of them for each page.
          .crossJoin(users)
          .where(
            and(
              eq(users.id, memberships.userId),
              eq(memberships.groupId, value('group')),
              gt(memberships.userId, value('after')),
            ),
          )
          .orderBy(asc(memberships.userId))
          .limit(value('limit')),
        memberColumns,
      ),
    memberCount: () =>
      orm
        .select({ members: groups.memberCount })
        .from(groups)
        .where(eq(groups.id, value('group')))
        .prepare(),
    /** All members of a group, for the operator. */
    memberDetailsOf: () =>
      orm
        .select({
          user: users.name,
          role: memberships.role,
          joinedAt: memberships.joinedAt,
          lastRead: memberships.lastReadNumber,
        })
        .from(memberships)
        // For the same reason as in `membersOf`.
        .crossJoin(users)
        .where(and(eq(users.id, memberships.userId), eq(memberships.groupId, value('group'))))
        .orderBy(asc(users.nameKey))
        .prepare(),
    addMembership: () =>
      orm
        .insert(memberships)
        .values({
          groupId: value('group'),
          userId: value('user'),
          joinedAt: value('at'),
          lastReadNumber: value('number'),
          lastReadAt: value('at'),
        })
        .prepare(),
    removeMembership: () => orm.delete(memberships).where(ofActor).prepare(),
    /** Removes at most `:limit` memberships of a group. */
    removeSomeMemberships: () =>
      orm
        .delete(memberships)
        .where(
          inArray(
            sql`rowid`,
            orm
              .select({ rowid: sql`rowid` })
              .from(memberships)
              .where(eq(memberships.groupId, value('group')))
              .limit(value('limit')),
          ),
        )
        .prepare(),
    /** Removes what is left of a user's memberships: those of removed groups. */
    removeMembershipsOf: () =>
      orm
        .delete(memberships)
        .where(eq(memberships.userId, value('user')))
        .prepare(),
    /** What the user has read of a group. */
    marksOf: () =>
      direct(orm.$client, orm.select(marksColumns).from(memberships).where(ofActor), marksColumns),
    setMarks: () =>
      orm
        .update(memberships)
        .set({
          lastReadNumber: sql`${value('number')}`,
          lastReadAt: sql`${value('readAt')}`,
          readRanges: sql`${value('ranges')}`,
        })
        .where(ofActor)
        .prepare(),
  };
}
