import type { Actor } from '../../../board/ports/actor.ts';
import type { ClaimedKey, NewKey, SessionToken, StoredKey, User } from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import type { Statements } from '../statements/statements.ts';
import { requireActiveSession } from './active-session.ts';
import { membershipOf } from './own-memberships.ts';
import { endTokens, removeToken } from './tokens.ts';
import type { OperatorTx, ServerTx } from './transaction.ts';
import { expel, findUser, forgetOwner } from './users.ts';

/**
 * Adds the SSH key that its session came by. The session depends on the key from now on, and its token, which does not name the
 * key, ends. A key that the user has already stays as it is.
 * @param given `token` is that of the session; null without one
 * @throws BoardError as `KeyRepository.addKey` does
 */
export function addKey(
  tx: ServerTx,
  { actor, key, token }: { actor: Actor; key: NewKey; token: SessionToken | null },
): StoredKey {
  const { statements } = tx;
  const { user, origin, proof } = actor;
  requireActiveSession(statements, actor);
  const known = requireAddable(statements, user, key, 'You have');
  if (known) return known;
  const added = storeKey(tx, user, key);
  const first = !proof.isProtected;
  // Others who held the unprotected name have tokens for it, and can have added keys as lines.
  if (first) {
    statements.removeClaimsOfUser.run({ user: user.id });
    endTokens(statements, user.id);
  } else if (token) {
    removeToken(tx, user.id, token);
  }
  const opened = first ? conversationsOf(statements, user) : [];
  tx.emit({ type: 'key.added', origin, user, key: added.id, first, opened });
  return added;
}

/**
 * Notes an SSH key that its user has added as a line. Anybody can know such a line, so the key protects nothing and opens
 * nothing until somebody has proven to hold it.
 * @throws BoardError as `KeyRepository.claimKey` does
 */
export function claimKey(
  { statements, at }: ServerTx,
  { actor, key }: { actor: Actor; key: NewKey },
): StoredKey | ClaimedKey {
  const { user } = actor;
  requireActiveSession(statements, actor);
  const known = requireAddable(statements, user, key, 'You have');
  if (known) return known;
  const { fingerprint, type, comment } = key;
  const claim =
    statements.claimOf.get({ fingerprint, user: user.id }) ??
    statements.addClaim.get({ fingerprint, user: user.id, type, comment, at });
  return asClaim(claim);
}

/** Forgets who has added a key as a line. */
export function dropClaims(
  { statements }: ServerTx,
  { fingerprint }: Pick<NewKey, 'fingerprint'>,
): void {
  statements.removeClaimsOnKey.run({ fingerprint });
}

/** Whether a user has added a key as a line, and nobody has proven to hold it. */
export function hasClaimed(
  { claimOf }: Statements,
  { id: user }: Pick<User, 'id'>,
  fingerprint: string,
): boolean {
  return claimOf.get({ fingerprint, user }) !== undefined;
}

/** The keys of a user, and after them those that nobody has proven to hold. */
export function keysOfUser(
  { keysOf, claimsOf }: Statements,
  { id: user }: Pick<User, 'id'>,
): (StoredKey | ClaimedKey)[] {
  return [...keysOf.all({ user }), ...claimsOf.all({ user }).map(asClaim)];
}

/** @throws BoardError as `KeyRepository.removeKey` does */
export function removeKey(
  tx: ServerTx,
  { actor, fingerprint }: { actor: Actor; fingerprint: string },
): StoredKey | ClaimedKey {
  const { statements } = tx;
  const { user, origin, proof } = actor;
  requireActiveSession(statements, actor);
  const claim = takeClaim(statements, user, fingerprint);
  if (claim) return claim;
  const { key, isLast } = findKey(statements, user, fingerprint, 'You have');
  if (isLast && proof.passwordHash === null) throw boardError('SSH_KEY_LAST');
  dropKey(statements, user, key);
  tx.emit({ type: 'key.removed', origin, user, key: key.id });
  return key;
}

/**
 * Adds an SSH key for the operator. Sessions under an unprotected name began without it, so they end.
 * @throws BoardError `USER_NOT_FOUND`, `SSH_KEY_TAKEN`, `SSH_KEY_LIMIT`
 */
export function addUserKey(
  tx: OperatorTx,
  { name, key }: { name: string; key: NewKey },
): { user: User; key: StoredKey } {
  const user = findUser(tx.statements, name);
  const known = requireAddable(tx.statements, user, key, `${user.name} has`);
  if (known) return { user, key: known };
  if (!user.protected) {
    expel(tx, user, 'The operator has protected your name with an SSH key. Log in again.');
    tx.statements.removeClaimsOfUser.run({ user: user.id });
  }
  return { user, key: storeKey(tx, user, key) };
}

/**
 * Removes an SSH key for the operator. If nothing else protects the name, all of its sessions end and the user loses all
 * roles, drafts, keys of the screen and claims: anyone can take the name then.
 * @throws BoardError `USER_NOT_FOUND`, `SSH_KEY_NOT_FOUND`
 */
export function removeUserKey(
  tx: OperatorTx,
  { name, fingerprint }: { name: string; fingerprint: string },
): { user: User; key: StoredKey | ClaimedKey; isProtected: boolean } {
  const { statements } = tx;
  const user = findUser(statements, name);
  const claim = takeClaim(statements, user, fingerprint);
  if (claim) return { user, key: claim, isProtected: user.protected };
  const { key, isLast } = findKey(statements, user, fingerprint, `${user.name} has`);
  const isProtected = user.hasPassword || !isLast;
  dropKey(statements, user, key);
  if (isProtected) tx.emit({ type: 'key.removed', origin: null, user: plain(user), key: key.id });
  else {
    expel(tx, user, 'The operator has removed your SSH key. Log in again.');
    forgetOwner(tx, user);
  }
  return { user, key, isProtected };
}

/**
 * Checks that a key can be one of a user.
 * @param user undefined for a user who is not made yet
 * @returns the key if the user has it already
 * @throws BoardError `SSH_KEY_TAKEN`, `SSH_KEY_LIMIT`
 */
export function requireAddable(
  statements: Statements,
  user: Pick<User, 'id'> | undefined,
  { fingerprint }: NewKey,
  whose: string,
): StoredKey | undefined {
  const owner = statements.ownerOfKey.get({ fingerprint });
  if (owner && owner.user !== user?.id) throw boardError('SSH_KEY_TAKEN');
  if (!user) return undefined;
  const keys = keysOfUser(statements, user);
  if (owner) return keys.filter(isProven).find(({ id }) => id === owner.id);
  const others = keys.filter((key) => key.fingerprint !== fingerprint);
  if (others.length >= limits.sshKeys) throw boardError('SSH_KEY_LIMIT', whose, limits.sshKeys);
  return undefined;
}

/**
 * Stores a key that `requireAddable` accepts, and that its user has proven to hold or the operator adds. The name is protected
 * from now on, and nobody else's claim on the key is left.
 * @param lastUsedAt null for never
 */
export function storeKey(
  { statements, at }: OperatorTx,
  { id: user }: Pick<User, 'id'>,
  { fingerprint, type, comment }: NewKey,
  lastUsedAt: number | null = null,
): StoredKey {
  statements.removeClaimsOnKey.run({ fingerprint });
  statements.countKeys.run({ user, change: 1 });
  return statements.addKey.get({ fingerprint, user, type, comment, at, lastUsedAt });
}

/** The direct conversations of a user whose name was unprotected until now: the user's session was in none of them. */
export function conversationsOf(statements: Statements, { id: user }: Pick<User, 'id'>) {
  const all = { user, after: 0, limit: Number.MAX_SAFE_INTEGER, counted: 0 };
  return statements.conversationsOf.all(all).map(membershipOf({ isProtected: true }));
}

function findKey(
  statements: Statements,
  { id: user }: User,
  fingerprint: string,
  whose: string,
): { key: StoredKey; isLast: boolean } {
  const keys = statements.keysOf.all({ user });
  const key = keys.find((one) => one.fingerprint === fingerprint);
  if (!key) throw boardError('SSH_KEY_NOT_FOUND', whose, fingerprint);
  return { key, isLast: keys.length === 1 };
}

/** Removes a key that the user has added as a line. @returns undefined if there is none */
function takeClaim(
  statements: Statements,
  { id: user }: User,
  fingerprint: string,
): ClaimedKey | undefined {
  const claim = statements.claimOf.get({ fingerprint, user });
  statements.removeClaim.run({ fingerprint, user });
  return claim && asClaim(claim);
}

function asClaim(claim: Omit<ClaimedKey, 'id' | 'lastUsedAt'>): ClaimedKey {
  return { ...claim, id: null, lastUsedAt: null };
}

function isProven(key: StoredKey | ClaimedKey): key is StoredKey {
  return key.id !== null;
}

/** The tokens and sessions that rest on the key's id are refused from now on: see `hasKey`. */
function dropKey(statements: Statements, { id: user }: User, { id: key }: StoredKey): void {
  statements.removeKey.run({ key });
  statements.countKeys.run({ user, change: -1 });
}

function plain({ id, name }: User): User {
  return { id, name };
}
