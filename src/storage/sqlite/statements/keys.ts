import { and, asc, eq, sql } from 'drizzle-orm';
import type { Orm } from '../file/orm.ts';
import { userKeys, users } from '../file/schema.ts';
import { direct } from './direct.ts';

const value = sql.placeholder;

const keyColumns = {
  id: userKeys.id,
  fingerprint: userKeys.fingerprint,
  type: userKeys.type,
  comment: userKeys.comment,
  addedAt: userKeys.addedAt,
  lastUsedAt: userKeys.lastUsedAt,
};

/** The queries about the SSH keys of users. */
export function keyStatements(orm: Orm) {
  const { $client: client } = orm;
  const ofUser = eq(userKeys.userId, value('user'));
  const ownerColumns = { id: userKeys.id, user: userKeys.userId, name: users.name };
  const idColumns = { id: userKeys.id };
  return {
    /** The owner of a key. */
    ownerOfKey: () =>
      direct(
        client,
        orm
          .select(ownerColumns)
          .from(userKeys)
          .innerJoin(users, eq(users.id, userKeys.userId))
          .where(eq(userKeys.fingerprint, value('fingerprint'))),
        ownerColumns,
      ),
    /** Finds a row if the key `:key` is still one of the user. */
    keyOfUser: () =>
      direct(
        client,
        orm
          .select(idColumns)
          .from(userKeys)
          .where(and(eq(userKeys.id, value('key')), ofUser)),
        idColumns,
      ),
    /** The keys of a user, those first that were added first. */
    keysOf: () =>
      orm.select(keyColumns).from(userKeys).where(ofUser).orderBy(asc(userKeys.id)).prepare(),
    addKey: () =>
      orm
        .insert(userKeys)
        .values({
          fingerprint: value('fingerprint'),
          userId: value('user'),
          type: value('type'),
          comment: value('comment'),
          addedAt: value('at'),
          lastUsedAt: value('lastUsedAt'),
        })
        .returning(keyColumns)
        .prepare(),
    removeKey: () =>
      orm
        .delete(userKeys)
        .where(eq(userKeys.id, value('key')))
        .prepare(),
    removeKeysOfUser: () => orm.delete(userKeys).where(ofUser).prepare(),
    /** Adds `:change` to the number of keys of a user. */
    countKeys: () =>
      orm
        .update(users)
        .set({ keyCount: sql`${users.keyCount} + ${value('change')}` })
        .where(eq(users.id, value('user')))
        .prepare(),
    /** The key may have been removed, and its last use may be stored already. */
    keyUsed: () =>
      orm
        .update(userKeys)
        .set({ lastUsedAt: sql`${value('at')}` })
        .where(
          and(
            eq(userKeys.id, value('key')),
            sql`coalesce(${userKeys.lastUsedAt}, 0) < ${value('at')}`,
          ),
        )
        .prepare(),
  };
}
