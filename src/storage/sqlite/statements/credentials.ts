import { and, asc, desc, eq, inArray, lt, lte, ne, notExists, notInArray, sql } from 'drizzle-orm';
import type { Orm } from '../file/orm.ts';
import { endedTokens, knownNetworks, tokenKey, tokens, users } from '../file/schema.ts';
import { direct } from './direct.ts';
import { accountColumns } from './users.ts';

const value = sql.placeholder;

/** The queries about tokens, and about the networks that users are known from. */
export function credentialStatements(orm: Orm) {
  const ofUser = eq(tokens.userId, value('user'));
  const byHash = eq(tokens.hash, value('hash'));
  const byId = eq(endedTokens.id, value('hash'));
  const endedOfUser = eq(endedTokens.userId, value('user'));
  const usedAt = orm
    .select({ usedAt: tokens.usedAt })
    .from(tokens)
    .where(and(byHash, eq(tokens.userId, users.id)));
  const ended = orm.select({ id: endedTokens.id }).from(endedTokens).where(byId);
  const resumedColumns = {
    ...accountColumns,
    usedAt: sql<number | null>`${usedAt}`.as('used_at'),
    ended: sql<number>`exists ${ended}`.as('ended'),
  };
  const networksOfUser = eq(knownNetworks.userId, value('user'));
  const isStale = lt(knownNetworks.usedAt, value('before'));
  return {
    tokenByHash: () =>
      orm
        .select({ userId: tokens.userId, usedAt: tokens.usedAt })
        .from(tokens)
        .where(byHash)
        .prepare(),
    tokenKey: () => orm.select({ key: tokenKey.key }).from(tokenKey).prepare(),
    /** The user of a token, with all that decides whether the token is valid. */
    resumed: () =>
      direct(
        orm.$client,
        orm
          .select(resumedColumns)
          .from(users)
          .where(eq(users.id, value('user'))),
        resumedColumns,
      ),
    /** Gives a token a row, unless it has ended. */
    addToken: () =>
      orm
        .insert(tokens)
        .select(
          orm
            .select({
              hash: sql`${value('hash')}`.as('hash'),
              userId: users.id,
              usedAt: sql`${value('at')}`.as('used_at'),
            })
            .from(users)
            .where(
              and(
                eq(users.id, value('user')),
                eq(users.tokenEpoch, value('epoch')),
                lt(users.tokensAfter, value('issuedAt')),
                notExists(ended),
              ),
            ),
        )
        .prepare(),
    useToken: () =>
      direct(
        orm.$client,
        orm
          .update(tokens)
          .set({ usedAt: sql`${value('at')}` })
          .where(byHash),
      ),
    endToken: () => orm.delete(tokens).where(byHash).prepare(),
    /** All tokens of a user but the `:keep` that were used last. */
    endTokensPast: () =>
      direct(
        orm.$client,
        orm
          .delete(tokens)
          .where(
            and(
              ofUser,
              notInArray(
                tokens.hash,
                orm
                  .select({ hash: tokens.hash })
                  .from(tokens)
                  .where(ofUser)
                  .orderBy(desc(tokens.usedAt))
                  .limit(value('keep')),
              ),
            ),
          ),
      ),
    /** All tokens of a user but the one with the hash `:keep`. */
    endTokensBut: () =>
      orm
        .delete(tokens)
        .where(and(ofUser, ne(tokens.hash, value('keep'))))
        .prepare(),
    /** Notes that a token has ended, unless the epoch says so. */
    noteEndedToken: () =>
      orm
        .insert(endedTokens)
        .select(
          orm
            .select({
              id: sql`${value('hash')}`.as('id'),
              userId: users.id,
              issuedAt: sql`${value('issuedAt')}`.as('issued_at'),
            })
            .from(users)
            .where(and(eq(users.id, value('user')), eq(users.tokenEpoch, value('epoch')))),
        )
        .onConflictDoNothing()
        .prepare(),
    /** When the oldest but `:keep` of a user's ended tokens was issued. */
    endedTokenPast: () =>
      orm
        .select({ issuedAt: endedTokens.issuedAt })
        .from(endedTokens)
        .where(endedOfUser)
        .orderBy(desc(endedTokens.issuedAt))
        .limit(1)
        .offset(value('keep'))
        .prepare(),
    endTokensUpTo: () =>
      orm
        .update(users)
        .set({ tokensAfter: sql`max(${users.tokensAfter}, ${value('issuedAt')})` })
        .where(eq(users.id, value('user')))
        .prepare(),
    forgetEndedTokensUpTo: () =>
      orm
        .delete(endedTokens)
        .where(and(endedOfUser, lte(endedTokens.issuedAt, value('issuedAt'))))
        .prepare(),
    /** Ends all tokens without a row. So no time is needed that ends some of them. */
    raiseTokenEpoch: () =>
      orm
        .update(users)
        .set({ tokenEpoch: sql`${users.tokenEpoch} + 1`, tokensAfter: 0 })
        .where(eq(users.id, value('user')))
        .prepare(),
    forgetEndedTokens: () => orm.delete(endedTokens).where(endedOfUser).prepare(),
    /** Ended tokens that were issued before `:before`, the oldest first. */
    agedEndedTokens: () =>
      orm
        .select({ user: endedTokens.userId, issuedAt: endedTokens.issuedAt })
        .from(endedTokens)
        .where(lt(endedTokens.issuedAt, value('before')))
        .orderBy(asc(endedTokens.issuedAt))
        .limit(value('limit'))
        .prepare(),
    staleTokens: () =>
      orm
        .select({ hash: tokens.hash, user: tokens.userId, usedAt: tokens.usedAt })
        .from(tokens)
        .where(lt(tokens.usedAt, value('before')))
        .orderBy(asc(tokens.usedAt))
        .limit(value('limit'))
        .prepare(),

    networkOf: () =>
      orm
        .select({ usedAt: knownNetworks.usedAt })
        .from(knownNetworks)
        .where(and(networksOfUser, eq(knownNetworks.network, value('network'))))
        .prepare(),
    knowNetwork: () =>
      direct(
        orm.$client,
        orm
          .insert(knownNetworks)
          .values({ userId: value('user'), network: value('network'), usedAt: value('at') })
          .onConflictDoUpdate({
            target: [knownNetworks.userId, knownNetworks.network],
            set: { usedAt: sql`excluded.used_at` },
          }),
      ),
    /** All networks of a user but the newest `:keep`. */
    forgetNetworksPast: () =>
      orm
        .delete(knownNetworks)
        .where(
          and(
            networksOfUser,
            notInArray(
              knownNetworks.network,
              orm
                .select({ network: knownNetworks.network })
                .from(knownNetworks)
                .where(networksOfUser)
                .orderBy(desc(knownNetworks.usedAt))
                .limit(value('keep')),
            ),
          ),
        )
        .prepare(),
    /** All networks of a user but `:keep`. */
    forgetNetworksBut: () =>
      orm
        .delete(knownNetworks)
        .where(and(networksOfUser, ne(knownNetworks.network, value('keep'))))
        .prepare(),
    staleNetwork: () =>
      orm
        .select({ usedAt: knownNetworks.usedAt })
        .from(knownNetworks)
        .where(isStale)
        .limit(1)
        .prepare(),
    forgetStaleNetworks: () =>
      orm
        .delete(knownNetworks)
        .where(
          inArray(
            sql`rowid`,
            orm
              .select({ rowid: sql`rowid` })
              .from(knownNetworks)
              .where(isStale)
              .orderBy(asc(knownNetworks.usedAt))
              .limit(value('limit')),
          ),
        )
        .prepare(),
  };
}
