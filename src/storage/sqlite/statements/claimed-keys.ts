import { and, asc, eq, sql } from 'drizzle-orm';
import type { Orm } from '../file/orm.ts';
import { claimedKeys, users } from '../file/schema.ts';

const value = sql.placeholder;

const claimColumns = {
  fingerprint: claimedKeys.fingerprint,
  type: claimedKeys.type,
  comment: claimedKeys.comment,
  addedAt: claimedKeys.addedAt,
};

/** The queries about the SSH keys that users have added and nobody has proven to hold. */
export function claimedKeyStatements(orm: Orm) {
  const ofUser = eq(claimedKeys.userId, value('user'));
  const ofKey = eq(claimedKeys.fingerprint, value('fingerprint'));
  return {
    /** The claims of a user, those first that were added first. */
    claimsOf: () =>
      orm.select(claimColumns).from(claimedKeys).where(ofUser).orderBy(asc(sql`rowid`)).prepare(),
    /** Who has added a key, at most `:limit` users, the older users first. */
    claimantsOf: () =>
      orm
        .select({ id: users.id, name: users.name })
        .from(claimedKeys)
        .innerJoin(users, eq(users.id, claimedKeys.userId))
        .where(ofKey)
        .orderBy(asc(claimedKeys.userId))
        .limit(value('limit'))
        .prepare(),
    /** Finds a row if the user has added the key. */
    claimOf: () => orm.select(claimColumns).from(claimedKeys).where(and(ofKey, ofUser)).prepare(),
    addClaim: () =>
      orm
        .insert(claimedKeys)
        .values({
          fingerprint: value('fingerprint'),
          userId: value('user'),
          type: value('type'),
          comment: value('comment'),
          addedAt: value('at'),
        })
        .returning(claimColumns)
        .prepare(),
    removeClaim: () => orm.delete(claimedKeys).where(and(ofKey, ofUser)).prepare(),
    removeClaimsOnKey: () => orm.delete(claimedKeys).where(ofKey).prepare(),
    removeClaimsOfUser: () => orm.delete(claimedKeys).where(ofUser).prepare(),
  };
}
