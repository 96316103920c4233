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
 * the tokens that `tokensAfter` has ended, also if a clock that was ahead had issued them.
 */
export function issueTime(
  { at, now }: Pick<OperatorTx, 'at' | 'now'>,
  { tokensAfter }: { readonly tokensAfter: number },
): number {
  return Math.max(Math.abs(at - now) > day ? now : at, tokensAfter + 1);
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
