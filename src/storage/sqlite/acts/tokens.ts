import { day } from '../../../board/times.ts';
import type { SessionToken } from '../../../board/types.ts';
import { limits } from '../../../protocol/limits.ts';
import type { Statements } from '../statements/statements.ts';
import type { OperatorTx } from './transaction.ts';

/** A token that was not used for this long is no longer valid: 30 days, in microseconds. */
export const tokenLifetime = 30 * 86_400 * 1e6;

/** A use of a token. */
export interface TokenUse {
  readonly user: number;
  readonly token: SessionToken;
  /** In microseconds. */
  readonly at: number;
}

/**
 * When a token is issued: not far from now, or it would be valid until long after its login, or not at all. It is later than
 * the tokens that `tokensAfter` has ended. Call `endTokensAhead` before, where the act can write.
 */
export function issueTime(
  { at, now }: Pick<OperatorTx, 'at' | 'now'>,
  { tokensAfter }: { readonly tokensAfter: number },
): number {
  return Math.max(Math.abs(at - now) > day ? now : at, tokensAfter + 1);
}

/**
 * Whether a time is more than a day ahead of the clock, so that only a wrong clock can have given it. The clock itself may be
 * slow, so the time must also be a day after the last moment at which the clock was trusted.
 */
export function isAhead({ statements, now }: OperatorTx, time: number): boolean {
  if (time <= now + day) return false;
  const known = statements.wallClock.get();
  return known !== undefined && time > known.trustedAt + day;
}

/**
 * Ends the tokens of a user by the epoch if `tokensAfter` is ahead: otherwise the next token, which is later, would be valid for as
 * much longer.
 * @returns the account as it is now
 */
export function endTokensAhead<A extends TokenLimits>(tx: OperatorTx, account: A): A {
  if (!isAhead(tx, account.tokensAfter)) return account;
  const { id: user } = account;
  tx.statements.raiseTokenEpoch.run({ user });
  tx.statements.forgetEndedTokens.run({ user });
  return { ...account, tokenEpoch: account.tokenEpoch + 1, tokensAfter: 0 };
}

/** Which tokens without a row are valid: those of the epoch that were issued after a time, in microseconds. */
interface TokenLimits {
  readonly id: number;
  readonly tokenEpoch: number;
  readonly tokensAfter: number;
}

/** Stores when a token was used. A token that has ended since does not become valid again. */
export function keepToken({ statements }: OperatorTx, { user, token, at }: TokenUse): void {
  const { id: hash, epoch, issuedAt } = token;
  if (statements.useToken.run({ hash, at }).changes > 0) return;
  statements.addToken.run({ hash, user, at, epoch, issuedAt });
  statements.endTokensPast.run({ user, keep: limits.tokens });
}

/**
 * Ends the tokens of a user that were issued up to a time, and have no row. It holds without a note of each token, and whatever
 * the clock says later: a clock that is set back makes none of them valid again.
 */
export function endTokensUpTo(
  statements: Statements,
  { user, issuedAt }: { readonly user: number; readonly issuedAt: number },
): void {
  statements.endTokensUpTo.run({ user, issuedAt });
  statements.forgetEndedTokensUpTo.run({ user, issuedAt });
}

/** Ends one token. With many, the oldest of them take all tokens with them that were issued before. */
export function removeToken(
  { statements }: OperatorTx,
  user: number,
  { id: hash, epoch, issuedAt }: SessionToken,
): void {
  statements.endToken.run({ hash });
  statements.noteEndedToken.run({ hash, user, epoch, issuedAt });
  const past = statements.endedTokenPast.get({ user, keep: limits.endedTokens });
  if (past) endTokensUpTo(statements, { user, issuedAt: past.issuedAt });
}

/** Ends all tokens of a user but the one with the id `keep`, which has a row. */
export function endTokens(statements: Statements, user: number, keep = ''): void {
  statements.raiseTokenEpoch.run({ user });
  statements.endTokensBut.run({ user, keep });
  statements.forgetEndedTokens.run({ user });
}
