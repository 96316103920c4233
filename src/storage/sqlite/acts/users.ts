import { type Name, nameKey } from '../../../board/name-key.ts';
import type { UserDetails } from '../../../board/ports/administration.ts';
import type { Group, User } from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import { nameColumns } from '../file/names.ts';
import type { Statements } from '../statements/statements.ts';
import { requireFreeUserName } from './names.ts';
import { dropRoles } from './roles.ts';
import { endTokens } from './tokens.ts';
import type { OperatorTx } from './transaction.ts';

/** @throws BoardError `USER_NOT_FOUND` */
export function findUser({ userByKey }: Statements, name: string): UserDetails {
  const user = userByKey.get({ key: nameKey(name) });
  if (!user) throw boardError('USER_NOT_FOUND', name);
  return user;
}

/** @throws BoardError as `Administration.createUser` does */
export function createUser(
  { statements, at }: OperatorTx,
  { name, passwordHash }: { name: Name; passwordHash: string | null },
): UserDetails {
  requireFreeUserName(statements, name);
  statements.addUser.get({ ...nameColumns(name), passwordHash, at, lastSeenAt: null });
  return findUser(statements, name.name);
}

/**
 * Sets or removes a password. Sessions under the name began without the new password, so they end. Without a password and
 * without an SSH key, the user loses all roles, drafts, keys of the screen and claims: anyone can take the name then, and protect
 * it again.
 */
export function changePassword(
  tx: OperatorTx,
  { name, passwordHash }: { name: string; passwordHash: string | null },
): UserDetails {
  const user = findUser(tx.statements, name);
  expel(tx, user, 'Your password was changed by the operator. Log in again.');
  tx.statements.setPassword.run({ user: user.id, hash: passwordHash });
  // Others who held the unprotected name can have added keys of their own as lines.
  if (!user.protected) tx.statements.removeClaimsOfUser.run({ user: user.id });
  if (passwordHash === null && user.keys === 0) forgetOwner(tx, user);
  return findUser(tx.statements, name);
}

/**
 * Removes the roles, claims, drafts and keys of the screen of a user whose name is unprotected now. The next holder of the name
 * must not have them.
 */
export function forgetOwner(tx: OperatorTx, user: User): void {
  dropRoles(tx, user);
  tx.statements.removeClaimsOfUser.run({ user: user.id });
  tx.statements.removeDraftsOfUser.run({ user: user.id });
  tx.statements.removeScreenKeysOfUser.run({ user: user.id });
}

/** @throws BoardError as `Administration.renameUser` does */
export function renameUser(
  { statements, emit }: OperatorTx,
  { name, to }: { name: string; to: Name },
): UserDetails {
  const user = findUser(statements, name);
  if (user.name === to.name) return user;
  requireFreeUserName(statements, to, user.id);
  statements.setUserName.run({ user: user.id, ...nameColumns(to) });
  emit({
    type: 'user.renamed',
    user: { id: user.id, name: to.name },
    was: user.name,
    groups: groupsOf(statements, user),
  });
  return findUser(statements, to.name);
}

/** @param given `reason` is '' for none */
export function banUser(
  tx: OperatorTx,
  { name, reason }: { name: string; reason: string },
): UserDetails {
  const user = findUser(tx.statements, name);
  expel(tx, user, `You were banned from this board${reason && `: ${reason}`}.`);
  tx.statements.setBan.run({ user: user.id, at: tx.at, reason: reason || null });
  dropRoles(tx, user);
  return findUser(tx.statements, name);
}

export function unbanUser({ statements }: OperatorTx, { name }: { name: string }): UserDetails {
  const user = findUser(statements, name);
  statements.setBan.run({ user: user.id, at: null, reason: null });
  return findUser(statements, name);
}

/**
 * Ends the user's tokens, and their sessions with the reason that they are shown. The networks that
 * they used are no longer known: another person may have used them.
 */
export function expel({ statements, emit }: OperatorTx, { id, name }: User, reason: string): void {
  endTokens(statements, id);
  statements.forgetNetworksBut.run({ user: id, keep: '' });
  emit({ type: 'user.expelled', user: { id, name }, reason });
}

/** The groups that the user is a member of, also conversations that do not exist for the user yet. */
export function groupsOf({ allGroupsOf }: Statements, { id: user }: User): Group[] {
  return allGroupsOf.all({ user });
}
