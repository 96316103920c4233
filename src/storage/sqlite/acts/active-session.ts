import type { Actor } from '../../../board/ports/actor.ts';
import type { User } from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import type { Statements } from '../statements/statements.ts';

interface Ban {
  readonly bannedAt: number | null;
  readonly banReason: string | null;
}

/** The stored state of a session's user. If the user was deleted, `user` is null or there is no row. */
export interface SessionRow extends Ban {
  readonly user: number | null;
  readonly passwordHash: string | null;
  readonly isProtected: number | null;
}

/** @throws BoardError `BANNED` */
export function refuseBanned({ bannedAt, banReason }: Ban): void {
  if (bannedAt !== null) throw boardError('BANNED', banReason ?? '');
}

/**
 * Checks that a session may continue. The server notices changes by the operator up to half a second
 * later, and until then the session exists. So each transaction of a member checks again.
 * @param row the stored state of the user, if the caller has it
 * @throws BoardError `USER_NOT_FOUND`, `BANNED`, and `SESSION_ENDED` if the session no longer rests on anything: the password
 * was changed, the SSH key removed, or the name protected
 */
export function requireActiveSession(
  statements: Statements,
  { user, proof }: Actor,
  row: SessionRow | undefined = statements.session.get({ user: user.id }),
): void {
  if (!row || row.user === null) throw boardError('USER_NOT_FOUND', user.name);
  refuseBanned(row);
  const agrees =
    row.passwordHash === proof.passwordHash && (row.isProtected === 1) === proof.isProtected;
  if (!agrees || !hasKey(statements, user, proof.key)) throw boardError('SESSION_ENDED');
}

/** Whether an SSH key is still one of the user. @param key its id; null for a session that came by none */
export function hasKey(
  { keyOfUser }: Statements,
  { id: user }: Pick<User, 'id'>,
  key: number | null,
): boolean {
  return key === null || keyOfUser.get({ key, user }) !== undefined;
}
