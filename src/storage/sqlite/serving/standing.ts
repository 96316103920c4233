import type { Actor } from '../../../board/ports/repository.ts';
import { boardError } from '../../../protocol/errors.ts';

interface Ban {
  readonly bannedAt: number | null;
  readonly banReason: string | null;
}

/** A user as a transaction finds them; null in every field, or undefined, if there is none. */
interface Standing extends Ban {
  readonly user: number | null;
  readonly passwordHash: string | null;
}

/** @throws BoardError `BANNED` */
export function refuseBanned({ bannedAt, banReason }: Ban): void {
  if (bannedAt !== null) throw boardError('BANNED', banReason ?? '');
}

/**
 * Checks that a session may go on. The server hears of what the operator does up to half a second
 * later, and until then the session is there; so each transaction of a member asks again.
 * @throws BoardError `USER_NOT_FOUND`, `BANNED`, and `SESSION_ENDED` if the password was changed
 */
export function requireStanding(found: Standing | undefined, actor: Actor): void {
  if (!found || found.user === null) throw boardError('USER_NOT_FOUND', actor.user.name);
  refuseBanned(found);
  if (found.passwordHash !== actor.passwordHash) throw boardError('SESSION_ENDED');
}
