import { and, asc, desc, eq, gt, lt, lte, sql } from 'drizzle-orm';
import type { Orm } from '../file/orm.ts';
import { groups, memberships, messages, users } from '../file/schema.ts';
import { direct } from './direct.ts';
import { live, timeUpTo } from './numbers.ts';
import { lastReadTime, unreadAfterJoining, unreadByNumber, unreadCount } from './visibility.ts';

const value = sql.placeholder;

const ofActor = and(eq(memberships.groupId, value('group')), eq(memberships.userId, value('user')));
const membershipColumns = {
  id: groups.id,
  name: groups.name,
  lastNumber: groups.lastNumber,
  lastRead: memberships.lastReadNumber,
  unread: unreadByNumber(),
};
const memberColumns = { id: users.id, name: users.name, key: users.nameKey };
const unreadColumns = { unread: unreadCount(value('until')) };

/** The queries about memberships and read marks. */
export function membershipStatements(orm: Orm) {
  const newest = () =>
    orm
      .select({ number: messages.number })
      .from(messages)
      .where(
        and(
          eq(messages.groupId, memberships.groupId),
          lte(messages.postedAt, value('until')),
          live,
        ),
      )
      .orderBy(desc(messages.postedAt))
      .limit(1);
  const lastPosted = () => sql`coalesce(${newest()}, 0)`;
  return {
    membershipsOf: () =>
      direct(
        orm.$client,
        orm
          .select(membershipColumns)
          .from(memberships)
          .innerJoin(groups, eq(groups.id, memberships.groupId))
          .where(eq(memberships.userId, value('user')))
          .orderBy(asc(memberships.groupId)),
        membershipColumns,
      ),
    /** The same for the operator. */
    membershipDetailsOf: () =>
      orm
        .select({
          group: groups.name,
          joinedAt: memberships.joinedAt,
          lastRead: memberships.lastReadNumber,
          lastNumber: groups.lastNumber,
        })
        .from(memberships)
        .innerJoin(groups, eq(groups.id, memberships.groupId))
        .where(eq(memberships.userId, value('user')))
        .orderBy(asc(memberships.groupId))
        .prepare(),
    unreadAfterJoining: () => unreadAfterJoining(orm),
    /** How many messages of one group the user has not seen. */
    unreadOf: () =>
      direct(
        orm.$client,
        orm.select(unreadColumns).from(memberships).where(ofActor),
        unreadColumns,
      ),
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
    removeMembershipsIn: () =>
      orm
        .delete(memberships)
        .where(eq(memberships.groupId, value('group')))
        .prepare(),
    markRead: () =>
      orm
        .update(memberships)
        .set({
          lastReadNumber: sql`${value('number')}`,
          lastReadAt: timeUpTo(value('group'), value('number')),
        })
        .where(and(ofActor, lt(memberships.lastReadNumber, value('number'))))
        .prepare(),
    /** Marks the messages up to `:until` as read in each group without an unread message from before `:since`. */
    catchUp: () =>
      orm
        .update(memberships)
        .set({
          lastReadNumber: sql`max(${memberships.lastReadNumber}, ${lastPosted()})`,
          lastReadAt: sql`max(${lastReadTime()}, ${value('until')})`,
        })
        .where(
          and(eq(memberships.userId, value('user')), sql`${unreadCount(value('since'), 1)} = 0`),
        )
        .prepare(),
  };
}
