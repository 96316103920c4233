import { and, asc, count, eq, isNotNull, ne, type SQL, sql } from 'drizzle-orm';
import type { Orm } from '../file/orm.ts';
import { groups, memberships, users } from '../file/schema.ts';
import { direct } from './direct.ts';
import { isThere } from './group-names.ts';
import { looksLike } from './looks.ts';

const value = sql.placeholder;

/** The columns that decide whether a user's session may continue. */
export const sessionColumns = {
  user: users.id,
  passwordHash: users.passwordHash,
  isProtected: users.isProtected,
  bannedAt: users.bannedAt,
  banReason: users.banReason,
};

/** The columns of a user that a login needs. */
export const accountColumns = {
  id: users.id,
  name: users.name,
  passwordHash: users.passwordHash,
  isProtected: users.isProtected,
  bannedAt: users.bannedAt,
  banReason: users.banReason,
  tokenEpoch: users.tokenEpoch,
  tokensAfter: users.tokensAfter,
};

/** The queries about users. */
export function userStatements(orm: Orm) {
  const account = (which: SQL) => () =>
    direct(orm.$client, orm.select(accountColumns).from(users).where(which), accountColumns);
  const details = (which?: SQL) =>
    orm
      .select({
        id: users.id,
        name: users.name,
        createdAt: users.createdAt,
        lastSeenAt: users.lastSeenAt,
        protected: sql`${users.isProtected}`.mapWith(Boolean),
        hasPassword: sql`${isNotNull(users.passwordHash)}`.mapWith(Boolean),
        keys: users.keyCount,
        bannedAt: users.bannedAt,
        banReason: users.banReason,
        groups: count(groups.id),
      })
      .from(users)
      .leftJoin(memberships, eq(memberships.userId, users.id))
      .leftJoin(groups, and(eq(groups.id, memberships.groupId), isThere))
      .where(which)
      .groupBy(users.id);
  const byId = eq(users.id, value('user'));
  return {
    accountByKey: account(eq(users.nameKey, value('key'))),

    /** The owner of the SSH key with the id `:key`. */
    accountOfKey: account(
      sql`${users.id} = (select user_id from user_keys where user_keys.id = ${value('key')})`,
    ),
    session: () =>
      direct(orm.$client, orm.select(sessionColumns).from(users).where(byId), sessionColumns),
    userByKey: () => details(eq(users.nameKey, value('key'))).prepare(),
    allUsers: () => details().orderBy(asc(users.nameKey)).prepare(),
    /** A user other than `:self` whose name looks like the given name. */
    userLike: () =>
      orm
        .select({ name: users.name })
        .from(users)
        .where(
          and(
            looksLike(users, { skeleton: value('skeleton'), keySkeleton: value('keySkeleton') }),
            ne(users.id, value('self')),
          ),
        )
        .limit(1)
        .prepare(),
    addUser: () =>
      orm
        .insert(users)
        .values({
          name: value('name'),
          nameKey: value('nameKey'),
          skeleton: value('skeleton'),
          keySkeleton: value('keySkeleton'),
          passwordHash: value('passwordHash'),
          createdAt: value('at'),
          lastSeenAt: value('lastSeenAt'),
        })
        .returning(accountColumns)
        .prepare(),
    seen: () =>
      direct(
        orm.$client,
        orm
          .update(users)
          .set({ lastSeenAt: sql`${value('at')}` })
          .where(byId),
      ),
    /** `seen` for a time that may be older than the stored time. */
    seenSince: () =>
      orm
        .update(users)
        .set({ lastSeenAt: sql`${value('at')}` })
        .where(and(byId, sql`coalesce(${users.lastSeenAt}, 0) < ${value('at')}`))
        .prepare(),
    setPassword: () =>
      orm
        .update(users)
        .set({ passwordHash: sql`${value('hash')}` })
        .where(byId)
        .prepare(),
    setUserName: () =>
      orm
        .update(users)
        .set({
          name: sql`${value('name')}`,
          nameKey: sql`${value('nameKey')}`,
          skeleton: sql`${value('skeleton')}`,
          keySkeleton: sql`${value('keySkeleton')}`,
        })
        .where(byId)
        .prepare(),
    setBan: () =>
      orm
        .update(users)
        .set({ bannedAt: sql`${value('at')}`, banReason: sql`${value('reason')}` })
        .where(byId)
        .prepare(),
    removeUser: () => orm.delete(users).where(byId).prepare(),
  };
}
