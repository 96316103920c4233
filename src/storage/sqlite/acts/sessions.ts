import { type Admission, requireAdmitted } from '../../../board/admission.ts';
import type { Name } from '../../../board/name-key.ts';
import { requireReadableUser } from '../../../board/names.ts';
import type { Actor, NewLogin } from '../../../board/ports/repository.ts';
import type { Account, OpenedLogin, Origin, User } from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import { nameColumns } from '../file/names.ts';
import { refuseBanned, requireActiveSession } from './access.ts';
import { requireDistinctUser } from './names.ts';
import type { ServerTx } from './transaction.ts';

/** A token that was not used for this long is no longer valid: 30 days, in microseconds. */
export const tokenLifetime = 30 * 86_400 * 1e6;

// Networks that are remembered of a user: home, work, a phone, and some on the way.
const networksPerUser = 10;

interface StoredAccount extends User {
  readonly passwordHash: string | null;
  readonly bannedAt: number | null;
  readonly banReason: string | null;
}

export interface Login {
  readonly name: Name;
  readonly login: NewLogin;
  readonly origin: Origin;
}

export interface Resume {
  readonly tokenHash: string;
  readonly origin: Origin;
}

/** @throws BoardError as `AccountRepository.login` does */
export function login(tx: ServerTx, { name, login: given, origin }: Login): OpenedLogin {
  const { newPasswordHash, network, tokenHash, resumable } = given;
  const { at, statements } = tx;
  const known = findAdmitted(tx, name, given.admission);
  const account = known ?? add(tx, name, newPasswordHash);
  if (network !== null) know(tx, account.id, network);
  if (resumable) {
    statements.addToken.run({ hash: tokenHash, user: account.id, at });
    statements.endTokensPast.run({ user: account.id, keep: limits.tokens });
  }
  statements.seen.run({ user: account.id, at });
  return open(tx, account, { tokenHash, origin }, known ? {} : { isNew: true });
}

/**
 * Lets a user in to read while nothing can be written: the token is not stored.
 * @returns undefined for a user who would have to be created
 */
export function loginUnwritten(
  tx: ServerTx,
  { name, login: { admission, tokenHash }, origin }: Login,
): OpenedLogin | undefined {
  const known = findAdmitted(tx, name, admission);
  return known && open(tx, known, { tokenHash, origin }, { readOnly: true });
}

/** @throws BoardError as `AccountRepository.resume` does */
export function resume(tx: ServerTx, { tokenHash, origin }: Resume): OpenedLogin {
  const { at, statements } = tx;
  const account = findResumed(tx, tokenHash);
  statements.useToken.run({ hash: tokenHash, at });
  statements.seen.run({ user: account.id, at });
  return open(tx, account, { tokenHash, origin });
}

/** `resume` while nothing can be written. */
export function resumeUnwritten(tx: ServerTx, { tokenHash, origin }: Resume): OpenedLogin {
  return open(tx, findResumed(tx, tokenHash), { tokenHash, origin }, { readOnly: true });
}

export function endToken(tx: ServerTx, { tokenHash: hash }: { tokenHash: string }): void {
  tx.statements.endToken.run({ hash });
}

/** Ends a session that asked for it. It is sent what earlier acts of the commit announce, and nothing later. */
export function logout(
  tx: ServerTx,
  { actor, tokenHash }: { actor: Actor; tokenHash: string },
): void {
  end(tx, actor, tokenHash, tx.at);
  tx.emit({ type: 'session.ended', origin: actor.origin });
}

/** @param given `until` is the time up to which the session was sent notices */
export function disconnect(
  tx: ServerTx,
  {
    actor,
    token,
    until,
  }: { actor: Actor; token: { hash: string; ends: boolean } | null; until: number },
): void {
  const { hash = '', ends = false } = token ?? {};
  if (token && !ends) tx.statements.useToken.run({ hash, at: until });
  end(tx, actor, ends ? hash : null, until);
}

/** @throws BoardError as `AccountRepository.setPassword` does */
export function setPassword(
  tx: ServerTx,
  {
    actor,
    passwordHash,
    keep,
    network,
  }: { actor: Actor; passwordHash: string; keep: string | null; network: string },
): void {
  const { statements } = tx;
  const { user, origin } = actor;
  requireActiveSession(statements.session.get({ user: user.id }), actor);
  statements.setPassword.run({ user: user.id, hash: passwordHash });
  statements.endTokensBut.run({ user: user.id, keep: keep ?? '' });
  know(tx, user.id, network);
  statements.forgetNetworksBut.run({ user: user.id, keep: network });
  tx.emit({ type: 'password.changed', origin, user, passwordHash });
}

/** @returns the stored account; undefined for a name that is free and may be taken */
function findAdmitted(
  { statements }: ServerTx,
  name: Name,
  admission: Admission,
): StoredAccount | undefined {
  const known = statements.accountByKey.get({ key: name.key });
  requireAdmitted(admission, name, asAccount(known));
  if (known) refuseBanned(known);
  return known;
}

function findResumed({ statements, at }: ServerTx, hash: string): StoredAccount {
  const token = statements.tokenByHash.get({ hash });
  const account = token && statements.accountById.get({ user: token.userId });
  if (!account || token.usedAt < at - tokenLifetime) throw boardError('TOKEN_INVALID');
  refuseBanned(account);
  return account;
}

/** @throws BoardError `NAME_INVALID`, `NAME_TOO_SIMILAR` */
function add({ statements, at }: ServerTx, name: Name, passwordHash: string | null): StoredAccount {
  requireReadableUser(name);
  requireDistinctUser(statements, name);
  return statements.addUser.get({ ...nameColumns(name), passwordHash, at, lastSeenAt: at });
}

function know({ statements, at }: ServerTx, user: number, network: string): void {
  statements.knowNetwork.run({ user, network, at });
  statements.forgetNetworksPast.run({ user, keep: networksPerUser });
}

function end(
  { statements }: ServerTx,
  actor: Actor,
  endedToken: string | null,
  until: number,
): void {
  if (endedToken !== null) statements.endToken.run({ hash: endedToken });
  statements.catchUp.run({ user: actor.user.id, since: actor.since, until });
  statements.seen.run({ user: actor.user.id, at: until });
}

function open(
  { statements, at, emit }: ServerTx,
  { id, name, passwordHash }: StoredAccount,
  { tokenHash, origin }: Resume,
  more: { readOnly?: true; isNew?: true } = {},
): OpenedLogin {
  const user = { id, name };
  const rows = statements.membershipsOf.all({ user: id });
  const memberships = rows.map(({ id, name, ...rest }) => ({ group: { id, name }, ...rest }));
  const login = { user, since: at, memberships, passwordHash, tokenHash, ...more };
  emit({ type: 'session.opened', origin, login });
  return login;
}

/** What the rules of the board know of an account. */
export function asAccount(found: StoredAccount | undefined): Account | undefined {
  if (!found) return undefined;
  const { id, name, ...rest } = found;
  return { user: { id, name }, ...rest };
}
