import { eq } from 'drizzle-orm';
import { type Name, nameKey } from '../../../board/name-key.ts';
import { requireReadableUser } from '../../../board/names.ts';
import type { UserDetails } from '../../../board/ports/administration.ts';
import type { User } from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import type { Orm } from '../file/connection.ts';
import { nameColumns, requireDistinct } from '../file/names.ts';
import { groups, knownNetworks, memberships, tokens, users } from '../file/schema.ts';
import { listUsers } from './queries.ts';
import { leaveEvent } from './write.ts';

// What an operator does to one user. Each runs in a transaction of its caller's.

/** @throws BoardError `USER_NOT_FOUND` */
export function findUser(orm: Orm, name: string): UserDetails {
  const [user] = listUsers(orm, eq(users.nameKey, nameKey(name)));
  if (!user) throw boardError('USER_NOT_FOUND', name);
  return user;
}

/** @throws BoardError `USER_EXISTS`, `NAME_INVALID`, `NAME_TOO_SIMILAR` */
export function addUser(orm: Orm, name: Name, passwordHash: string | null): UserDetails {
  requireFree(orm, name);
  const createdAt = Date.now() * 1000;
  orm
    .insert(users)
    .values({ ...nameColumns(name), passwordHash, createdAt })
    .run();
  return findUser(orm, name.name);
}

/** Who is connected under the name got in without the new password, and has to log in again. */
export function changePassword(
  orm: Orm,
  user: UserDetails,
  passwordHash: string | null,
): UserDetails {
  expel(orm, user, 'Your password was changed by the operator. Log in again.');
  return change(orm, user, { passwordHash });
}

/** @throws BoardError `USER_EXISTS`, `NAME_INVALID`, `NAME_TOO_SIMILAR` */
export function renameUser(orm: Orm, user: UserDetails, to: Name): UserDetails {
  const { name } = to;
  if (user.name === name) return user;
  requireFree(orm, to, user);
  leaveEvent(orm, {
    type: 'user.renamed',
    user: { id: user.id, name },
    was: user.name,
    groups: groupsOf(orm, user),
  });
  return change(orm, user, nameColumns(to));
}

export function banUser(orm: Orm, user: UserDetails, reason: string): UserDetails {
  expel(orm, user, `You were banned from this board${reason && `: ${reason}`}.`);
  return change(orm, user, { bannedAt: Date.now() * 1000, banReason: reason || null });
}

export function unbanUser(orm: Orm, user: UserDetails): UserDetails {
  return change(orm, user, { bannedAt: null, banReason: null });
}

/**
 * Ends the user's tokens, and their sessions with the reason that they are told. The networks that
 * they used are no longer known: somebody else may have used them.
 */
export function expel(orm: Orm, { id, name }: User, reason: string): void {
  orm.delete(tokens).where(eq(tokens.userId, id)).run();
  orm.delete(knownNetworks).where(eq(knownNetworks.userId, id)).run();
  leaveEvent(orm, { type: 'user.expelled', user: { id, name }, reason });
}

/** The groups that the user is a member of. */
export function groupsOf(orm: Orm, { id }: User) {
  return orm
    .select({ id: groups.id, name: groups.name })
    .from(memberships)
    .innerJoin(groups, eq(groups.id, memberships.groupId))
    .where(eq(memberships.userId, id))
    .all();
}

function requireFree(orm: Orm, name: Name, self?: UserDetails): void {
  const [other] = listUsers(orm, eq(users.nameKey, name.key));
  if (other && other.id !== self?.id) throw boardError('USER_EXISTS', other.name);
  requireReadableUser(name);
  requireDistinct(orm, users, name, self?.id);
}

function change(
  orm: Orm,
  user: UserDetails,
  values: Partial<typeof users.$inferInsert>,
): UserDetails {
  orm.update(users).set(values).where(eq(users.id, user.id)).run();
  return findUser(orm, values.name ?? user.name);
}
