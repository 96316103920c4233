import type { Admission } from '../../../board/admission.ts';
import type { Name } from '../../../board/name-key.ts';
import { requireReadableUser } from '../../../board/names.ts';
import type { EndingToken, NewLogin } from '../../../board/ports/accounts.ts';
import type { Actor } from '../../../board/ports/actor.ts';
import { day } from '../../../board/times.ts';
import type { PresentedToken } from '../../../board/tokens.ts';
import type {
  NewKey,
  NotRemembered,
  OpenedLogin,
  Origin,
  Proof,
  SessionToken,
  StoredKey,
  User,
} from '../../../board/types.ts';
import { BoardError } from '../../../protocol/errors.ts';
import { nameColumns } from '../file/names.ts';
import type { Statements } from '../statements/statements.ts';
import { openTo } from './access.ts';
import { requireActiveSession } from './active-session.ts';
import { conversationsOf, requireAddable, storeKey } from './keys.ts';
import { requireDistinctUser } from './names.ts';
import { besidesMemberships, membershipOf, membershipRows } from './own-memberships.ts';
import { findAdmitted, findKnown, findResumed, type StoredAccount } from './stored-account.ts';
import { endTokens, endTokensAhead, isAhead, issueTime, keepToken, removeToken } from './tokens.ts';
import type { ServerTx } from './transaction.ts';
import { expel } from './users.ts';

// Networks that are remembered of a user: home, work, a phone, and some on the way.
const networksPerUser = 10;

export interface Login {
  readonly name: Name;
  readonly login: NewLogin;
  readonly origin: Origin;
  /** Whether the login succeeds although it cannot write, because the disk fails. */
  readonly isUnwritten?: true;
}

export interface Resume {
  readonly token: PresentedToken;
  readonly origin: Origin;
}

/** @throws BoardError as `AccountRepository.login` does */
export function login(tx: ServerTx, { name, login: given, origin }: Login): OpenedLogin {
  const { admission, newPasswordHash, newKey, network, tokenId } = given;
  const { at, statements } = tx;
  const known = findAdmitted(tx, name, admission);
  // The name alone proves nothing, so it adds no key to a user who exists.
  const addsKey = newKey !== undefined && (!known || admission.by !== 'name');
  const { present, refusal } = addsKey ? storable(statements, known, given, newKey) : nothing;
  const takesOver = known && admission.by === 'claim' && known.isProtected !== 1;
  const found = takesOver ? takeOver(tx, name, known) : (known ?? add(tx, name, newPasswordHash));
  const account = endTokensAhead(tx, found);
  const added = addsKey && !refusal ? (present ?? storeKey(tx, account, newKey, at)) : undefined;
  if (network !== null) know(tx, account.id, network);
  statements.seen.run({ user: account.id, at });
  const key = keyOf(admission);
  if (key !== null) statements.keyUsed.run({ key, at });
  const token = { id: tokenId, epoch: account.tokenEpoch, issuedAt: issueTime(tx, account) };
  const proof = {
    passwordHash: account.passwordHash,
    key: added?.id ?? key,
    isProtected: account.isProtected === 1 || added !== undefined,
  };
  return open(
    tx,
    account,
    { proof, token, origin },
    { ...(!known && { isNew: true }), ...(refusal && { notRemembered: refusal }) },
  );
}

const nothing: ReturnType<typeof storable> = {};

/**
 * Ends the sessions and tokens of others who held an unprotected name, for a login that protects it. They can have added keys of
 * their own as lines.
 * @returns the account as it is now
 */
function takeOver(tx: ServerTx, { key }: Name, user: StoredAccount): StoredAccount {
  expel(tx, user, 'Your name was protected by an SSH key. Log in again.');
  tx.statements.removeClaimsOfUser.run({ user: user.id });
  return tx.statements.accountByKey.get({ key }) ?? user;
}

/**
 * Whether a login can store an SSH key. One by a right password succeeds if it cannot.
 * @returns `present` if the user has the key already
 * @throws BoardError `SSH_KEY_TAKEN`, `SSH_KEY_LIMIT`
 */
function storable(
  statements: Statements,
  user: User | undefined,
  { admission }: NewLogin,
  key: NewKey,
): { present?: StoredKey | undefined; refusal?: NotRemembered } {
  try {
    return { present: requireAddable(statements, user, key, 'You have') };
  } catch (error) {
    if (admission.by !== 'password' || !(error instanceof BoardError)) throw error;
    return { refusal: { code: error.code, message: error.message } };
  }
}

/**
 * Only reads, and runs between two commits. So it sees all earlier commits, and the session is announced after the
 * events of earlier commits and before those of later ones.
 * @returns undefined if `login` has something to write
 * @throws BoardError as `AccountRepository.loginKnown` does
 */
export function loginKnown(
  tx: ServerTx,
  { name, login: { admission, network, tokenId }, origin, isUnwritten }: Login,
): OpenedLogin | undefined {
  const known = findKnown(tx, name, admission);
  if (!known) return undefined;
  const hasNews =
    (network !== null && !isKnown(tx, known.id, network)) || isAhead(tx, known.tokensAfter);
  if (hasNews && !isUnwritten) return undefined;
  const token = { id: tokenId, epoch: known.tokenEpoch, issuedAt: issueTime(tx, known) };
  return open(tx, known, { proof: proofOf(known, keyOf(admission)), token, origin });
}

/** Only reads, like `loginKnown`. @throws BoardError as `AccountRepository.resume` does */
export function resume(tx: ServerTx, { token, origin }: Resume): OpenedLogin {
  const { id, epoch, issuedAt, key } = token;
  const account = findResumed(tx, token);
  return open(tx, account, {
    proof: proofOf(account, key),
    token: { id, epoch, issuedAt },
    origin,
  });
}

/** Ends a session that asked for it. It is sent the events of earlier acts of the commit, and none of later acts. */
export function logout(
  tx: ServerTx,
  { actor, token }: { actor: Actor; token: SessionToken | null },
): void {
  end(tx, actor, token, tx.at);
  tx.emit({ type: 'session.ended', origin: actor.origin });
}

/** @param given `until` is the time up to which the session was sent notices */
export function disconnect(
  tx: ServerTx,
  { actor, ending, until }: { actor: Actor; ending: EndingToken | null; until: number },
): void {
  if (ending && !ending.ends && ending.token.issuedAt < tx.now - day) {
    keepToken(tx, { user: actor.user.id, token: ending.token, at: tx.now });
  }
  end(tx, actor, ending?.ends ? ending.token : null, until);
}

/** @throws BoardError as `AccountRepository.setPassword` does */
export function setPassword(
  tx: ServerTx,
  {
    actor,
    passwordHash,
    keep,
    network,
  }: { actor: Actor; passwordHash: string; keep: SessionToken | null; network: string | null },
): void {
  const { statements } = tx;
  const { user, origin } = actor;
  requireActiveSession(statements, actor);
  statements.setPassword.run({ user: user.id, hash: passwordHash });
  // Others who held the unprotected name can have added keys of their own as lines.
  if (!actor.proof.isProtected) statements.removeClaimsOfUser.run({ user: user.id });
  if (keep) keepToken(tx, { user: user.id, token: keep, at: tx.now });
  endTokens(statements, user.id, keep?.id);
  if (network !== null) know(tx, user.id, network);
  statements.forgetNetworksBut.run({ user: user.id, keep: network ?? '' });
  const opened = actor.proof.isProtected ? [] : conversationsOf(statements, user);
  tx.emit({ type: 'password.changed', origin, user, passwordHash, opened });
}

/** @throws BoardError `NAME_INVALID`, `NAME_TOO_SIMILAR` */
function add({ statements, at }: ServerTx, name: Name, passwordHash: string | null): StoredAccount {
  requireReadableUser(name);
  requireDistinctUser(statements, name);
  return statements.addUser.get({ ...nameColumns(name), passwordHash, at, lastSeenAt: at });
}

/** Whether the network is known, and needs no new date. */
function isKnown({ statements, at }: ServerTx, user: number, network: string): boolean {
  const usedAt = statements.networkOf.get({ user, network })?.usedAt;
  return usedAt !== undefined && usedAt > at - day;
}

function know({ statements, at }: ServerTx, user: number, network: string): void {
  statements.knowNetwork.run({ user, network, at });
  statements.forgetNetworksPast.run({ user, keep: networksPerUser });
}

function end(tx: ServerTx, actor: Actor, ended: SessionToken | null, until: number): void {
  const { statements } = tx;
  if (ended) removeToken(tx, actor.user.id, ended);
  // The user may have been seen later, in another session.
  statements.seenSince.run({ user: actor.user.id, at: until });
}

function open(
  { statements, at, emit }: ServerTx,
  { id, name }: User,
  { proof, token, origin }: { proof: Proof; token: SessionToken; origin: Origin },
  more: Pick<OpenedLogin, 'isNew' | 'notRemembered'> = {},
): OpenedLogin {
  const user = { id, name };
  const rows = openTo({ proof }, membershipRows(statements, id));
  const memberships = rows.map(membershipOf(proof));
  const besides = besidesMemberships(statements, id);
  const login = { user, since: at, memberships, proof, token, ...more, ...besides };
  emit({ type: 'session.opened', origin, login });
  return login;
}

/** The id of the SSH key by which a login comes. */
function keyOf(admission: Admission): number | null {
  return admission.by === 'key' ? admission.key : null;
}

function proofOf({ passwordHash, isProtected }: StoredAccount, key: number | null): Proof {
  return { passwordHash, key, isProtected: isProtected === 1 };
}
