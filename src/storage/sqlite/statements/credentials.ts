import { and, asc, desc, eq, inArray, lt, ne, notInArray, sql } from 'drizzle-orm';
import type { Orm } from '../file/connection.ts';
import { knownNetworks, tokens } from '../file/schema.ts';
import { direct } from './direct.ts';

const value = sql.placeholder;

/** The queries about tokens, and about the networks that users are known from. */
export function credentialStatements(orm: Orm) {
  const ofUser = eq(tokens.userId, value('user'));
  const byHash = eq(tokens.hash, value('hash'));
  const networksOfUser = eq(knownNetworks.userId, value('user'));
  const isStale = lt(knownNetworks.usedAt, value('before'));
  return {
    tokenByHash: () =>
      orm
        .select({ userId: tokens.userId, usedAt: tokens.usedAt })
        .from(tokens)
        .where(byHash)
        .prepare(),
    addToken: () =>
      direct(
        orm.$client,
        orm
          .insert(tokens)
          .values({ hash: value('hash'), userId: value('user'), usedAt: value('at') }),
      ),
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
    staleTokens: () =>
      orm
        .select({ hash: tokens.hash, usedAt: tokens.usedAt })
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
