import type { GroupDetails } from '../../../board/ports/administration.ts';
import type { Actor } from '../../../board/ports/repository.ts';
import type { Group, GroupRef } from '../../../board/types.ts';
import { directName, isDirectName, userOfDirectName } from '../../../protocol/direct.ts';
import { BoardError, boardError } from '../../../protocol/errors.ts';
import type { Statements } from '../statements/statements.ts';

interface Ban {
  readonly bannedAt: number | null;
  readonly banReason: string | null;
}

/** The stored state of a session's user. If the user was deleted, `user` is null or there is no row. */
interface SessionRow extends Ban {
  readonly user: number | null;
  readonly passwordHash: string | null;
}

/** A group as a transaction finds it; `joinedAt` is null for a user who is not a member. */
interface Access extends Group {
  readonly lastNumber: number;
  readonly joinedAt: number | null;
}

/** @throws BoardError `BANNED` */
export function refuseBanned({ bannedAt, banReason }: Ban): void {
  if (bannedAt !== null) throw boardError('BANNED', banReason ?? '');
}

/**
 * Checks that a session may continue. The server notices changes by the operator up to half a second
 * later, and until then the session exists. So each transaction of a member checks again.
 * @throws BoardError `USER_NOT_FOUND`, `BANNED`, and `SESSION_ENDED` if the password was changed
 */
export function requireActiveSession(row: SessionRow | undefined, actor: Actor): void {
  if (!row || row.user === null) throw boardError('USER_NOT_FOUND', actor.user.name);
  refuseBanned(row);
  if (row.passwordHash !== actor.passwordHash) throw boardError('SESSION_ENDED');
}

/** A group for the operator, who needs no membership. @throws BoardError `GROUP_NOT_FOUND` */
export function findGroup(statements: Statements, ref: GroupRef): GroupDetails {
  const group =
    'id' in ref
      ? statements.groupById.get({ group: ref.id })
      : statements.groupByKey.get({ key: ref.key });
  if (!group) throw noGroup(ref);
  return group;
}

/** A group for a session. @throws BoardError `GROUP_NOT_FOUND`, and what `requireActiveSession` throws */
export function findAccess(statements: Statements, actor: Actor, ref: GroupRef): Access {
  const user = actor.user.id;
  const found =
    'id' in ref
      ? statements.accessById.get({ group: ref.id, user })
      : statements.accessByKey.get({ key: storedKey(statements, user, ref.key), user });
  if (!found) throw noGroup(ref);
  requireActiveSession(found, actor);
  return found;
}

/** @throws BoardError `NOT_MEMBER`, and what `findAccess` throws */
export function requireMember(statements: Statements, actor: Actor, ref: GroupRef) {
  const { id, name, lastNumber, joinedAt } = findAccess(statements, actor, ref);
  if (joinedAt === null) throw boardError('NOT_MEMBER', name);
  return { group: { id, name }, joined: joinedAt, lastNumber };
}

/** The key in the database of a group that a user refers to, who may mean a direct conversation by `@dave`. */
export function storedKey({ accountByKey }: Statements, user: number, key: string): string {
  if (!isDirectName(key)) return key;
  return storedName(user, accountByKey.get({ key: userOfDirectName(key) })?.id ?? 0);
}

/**
 * The name that a direct conversation of two users has in the database, such as `@12,34`. The ids never change, and
 * the name is unique, so two users have one conversation, even if both begin it at the same moment.
 */
export function storedName(one: number, other: number): string {
  return directName(`${Math.min(one, other)},${Math.max(one, other)}`);
}

/** The error for a group that does not exist, or that the user may not know of. */
export function noGroup(ref: GroupRef): BoardError {
  if ('key' in ref && isDirectName(ref.key)) {
    const why = `You have no conversation with ${userOfDirectName(ref.name)}.`;
    return new BoardError('GROUP_NOT_FOUND', why);
  }
  return boardError('GROUP_NOT_FOUND', 'id' in ref ? String(ref.id) : ref.name);
}
