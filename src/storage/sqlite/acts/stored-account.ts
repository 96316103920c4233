import { type Admission, requireAdmitted } from '../../../board/admission.ts';
import type { Name } from '../../../board/name-key.ts';
import type { PresentedToken } from '../../../board/tokens.ts';
import type { Account, User } from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import type { Statements } from '../statements/statements.ts';
import { hasKey, refuseBanned } from './active-session.ts';
import { hasClaimed } from './keys.ts';
import { isAhead, tokenLifetime } from './tokens.ts';
import type { ServerTx } from './transaction.ts';

/** A user as a login finds it. */
export interface StoredAccount extends User {
  readonly passwordHash: string | null;
  readonly isProtected: number | null;
  readonly bannedAt: number | null;
  readonly banReason: string | null;
  readonly tokenEpoch: number;
  readonly tokensAfter: number;
}

/** The state of an account that the rules of the board check. */
export function asAccount(found: StoredAccount | undefined): Account | undefined {
  if (!found) return undefined;
  const { id, name, passwordHash, isProtected, bannedAt, banReason } = found;
  return { user: { id, name }, passwordHash, isProtected: isProtected === 1, bannedAt, banReason };
}

/** @returns the stored account; undefined for a name that is free and may be taken */
export function findAdmitted(
  tx: ServerTx,
  name: Name,
  admission: Admission,
): StoredAccount | undefined {
  const known = findKnown(tx, name, admission);
  if (!known) requireAdmitted(admission, name, undefined);
  return known;
}

/** @returns the stored account; undefined for a name that is free */
export function findKnown(
  { statements }: ServerTx,
  name: Name,
  admission: Admission,
): StoredAccount | undefined {
  const known =
    admission.by === 'key'
      ? statements.accountOfKey.get({ key: admission.key })
      : statements.accountByKey.get({ key: name.key });
  if (!known) return undefined;
  requireAdmitted(admission, name, asAccount(known));
  if (admission.by === 'claim') requireClaim(statements, known, admission.fingerprint);
  refuseBanned(known);
  return known;
}

/**
 * Checks that the holder of a key is the user who has added its line, or whose key it is meanwhile.
 * @throws BoardError `SSH_KEY_NOT_FOUND`
 */
function requireClaim(statements: Statements, user: User, fingerprint: string): void {
  if (hasClaimed(statements, user, fingerprint)) return;
  if (statements.ownerOfKey.get({ fingerprint })?.user === user.id) return;
  throw boardError('SSH_KEY_NOT_FOUND', `${user.name} has`, fingerprint);
}

/** @throws BoardError `TOKEN_INVALID`, `BANNED` */
export function findResumed(
  tx: ServerTx,
  { id: hash, user, epoch, issuedAt, key }: PresentedToken,
): StoredAccount {
  const { statements, now } = tx;
  const owner = user || statements.tokenByHash.get({ hash })?.userId;
  const account = owner === undefined ? undefined : statements.resumed.get({ user: owner, hash });
  if (!account) throw boardError('TOKEN_INVALID');
  const { usedAt, tokenEpoch, tokensAfter, ended } = account;
  const isCurrent = epoch === tokenEpoch && issuedAt > tokensAfter && !ended;
  const lastUse = usedAt ?? (isCurrent ? issuedAt : 0);
  // If a wrong clock has dated the last use ahead, its age is not known, and the 30 days may be over.
  if (lastUse < now - tokenLifetime || isAhead(tx, lastUse) || !hasKey(statements, account, key)) {
    throw boardError('TOKEN_INVALID');
  }
  refuseBanned(account);
  return account;
}
