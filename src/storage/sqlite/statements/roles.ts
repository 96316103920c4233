import { and, asc, eq, gt, isNotNull, ne, type SQL, sql } from 'drizzle-orm';
import { limits } from '../../../protocol/limits.ts';
import type { Orm } from '../file/orm.ts';
import { groups, memberships, users } from '../file/schema.ts';
import { direct } from './direct.ts';

const value = sql.placeholder;
const group = value('group');
const user = value('user');
const memberOf = and(eq(memberships.groupId, group), eq(memberships.userId, user));

/** A user whom an act in a group concerns. `joinedAt` is null for one who is not a member. */
const targetColumns = {
  id: users.id,
  name: users.name,
  isProtected: users.isProtected,
  isBanned: sql<number>`${users.bannedAt} is not null`,
  joinedAt: memberships.joinedAt,
  role: memberships.role,
};

/** The queries about roles, and about the users whom an act in a group concerns. */
export function roleStatements(orm: Orm) {
  const { $client: client } = orm;
  const target = (which: SQL) => () =>
    direct(
      client,
      orm
        .select(targetColumns)
        .from(users)
        .leftJoin(
          memberships,
          and(eq(memberships.groupId, group), eq(memberships.userId, users.id)),
        )
        .where(which),
      targetColumns,
    );
  const staffColumns = {
    id: users.id,
    joinedAt: memberships.joinedAt,
    name: users.name,
    role: memberships.role,
    isProtected: targetColumns.isProtected,
    isBanned: targetColumns.isBanned,
  };
  const heldColumns = { id: groups.id, name: groups.name, role: memberships.role };
  const countColumns = { count: sql<number>`count(*)` };
  return {
    targetByKey: target(eq(users.nameKey, value('key'))),
    targetById: target(eq(users.id, user)),
    setRole: () =>
      orm
        .update(memberships)
        .set({ role: sql`${value('role')}`, roleSince: sql`${value('since')}` })
        .where(memberOf)
        .prepare(),
    /** Removes all roles in a group. */
    removeRolesIn: () =>
      orm
        .update(memberships)
        .set({ role: 'member', roleSince: null })
        .where(and(eq(memberships.groupId, group), isNotNull(memberships.roleSince)))
        .prepare(),
    /** The owner and the moderators of a group, those first who have their role for longest. */
    staffOf: () =>
      direct(
        client,
        orm
          .select(staffColumns)
          .from(memberships)
          .crossJoin(users)
          .where(
            and(
              eq(memberships.groupId, group),
              isNotNull(memberships.roleSince),
              eq(users.id, memberships.userId),
            ),
          )
          .orderBy(asc(memberships.roleSince)),
        staffColumns,
      ),
    /** The groups in which a user has a role. */
    rolesOf: () =>
      direct(
        client,
        orm
          .select(heldColumns)
          .from(memberships)
          .crossJoin(groups)
          .where(
            and(
              eq(memberships.userId, user),
              ne(memberships.role, 'member'),
              eq(groups.id, memberships.groupId),
            ),
          )
          .orderBy(asc(memberships.groupId)),
        heldColumns,
      ),
    /** How many groups the user has made after `:since` that still exist, counted up to the limit of a day. */
    groupsMade: () => {
      const made = and(eq(groups.createdBy, user), gt(groups.createdAt, value('since')));
      const some = orm
        .select({ id: groups.id })
        .from(groups)
        .where(and(made, sql`+groups.kind = 'group'`))
        .limit(limits.groupsPerDay)
        .as('some');
      return direct(client, orm.select(countColumns).from(some), countColumns);
    },
    /** How many groups the user is in, without direct conversations, counted up to the limit. */
    joinedCount: () => {
      const some = orm
        .select({ id: groups.id })
        .from(memberships)
        .crossJoin(groups)
        .where(
          and(
            eq(memberships.userId, user),
            eq(groups.id, memberships.groupId),
            sql`+groups.kind = 'group'`,
          ),
        )
        .limit(limits.groupsJoined)
        .as('some');
      return direct(client, orm.select(countColumns).from(some), countColumns);
    },
    ownedCount: () =>
      direct(
        client,
        orm
          .select(countColumns)
          .from(memberships)
          // Not bound: SQLite would not know that the index of owners has it.
          .where(and(eq(memberships.userId, user), sql`${memberships.role} = 'owner'`)),
        countColumns,
      ),
  };
}
