import { and, asc, eq, gt, type SQL, sql } from 'drizzle-orm';
import type { Orm } from '../file/orm.ts';
import { blocks, groups, memberships, users } from '../file/schema.ts';
import { direct } from './direct.ts';

const value = sql.placeholder;

/** A user of a direct conversation, and whether either of the two blocks the other. */
const peerColumns = {
  id: users.id,
  name: users.name,
  isProtected: users.isProtected,
  blocksUser: blocked(sql`${users.id}`, sql`${value('user')}`),
  isBlocked: blocked(sql`${value('user')}`, sql`${users.id}`),
};

function blocked(by: SQL, whom: SQL): SQL<number> {
  return sql<number>`exists (select 1 from blocks where blocks.user_id = ${by} and blocks.blocked_id = ${whom})`;
}

const blockedColumns = { id: users.id, name: users.name };
const countColumns = { count: sql<number>`count(*)` };

/** The queries about direct conversations and blocks. */
export function conversationStatements(orm: Orm) {
  const { $client: client } = orm;
  const ofUser = eq(blocks.userId, value('user'));
  return {
    /** The user `:other`, as the user `:user` may write to them or not. */
    peerByKey: () =>
      direct(
        client,
        orm
          .select(peerColumns)
          .from(users)
          .where(eq(users.nameKey, value('key'))),
        peerColumns,
      ),
    /** The other member of the direct conversation `:group`. */
    peerIn: () =>
      direct(
        client,
        orm
          .select(peerColumns)
          .from(memberships)
          .crossJoin(users)
          .where(
            and(
              eq(memberships.groupId, value('group')),
              sql`${memberships.userId} <> ${value('user')}`,
              eq(users.id, memberships.userId),
            ),
          ),
        peerColumns,
      ),
    /** The conversations of which the user is the only member. */
    lonelyConversations: () =>
      orm
        .select({ id: groups.id })
        .from(memberships)
        .crossJoin(groups)
        .where(
          and(
            eq(memberships.userId, value('user')),
            eq(groups.id, memberships.groupId),
            eq(groups.kind, 'direct'),
            eq(groups.memberCount, 1),
          ),
        )
        .prepare(),
    /** The conversations without members: both users were being deleted at the same time. */
    emptyConversations: () =>
      orm
        .select({ id: groups.id })
        .from(groups)
        .where(and(eq(groups.kind, 'direct'), eq(groups.memberCount, 0)))
        .prepare(),
    addConversation: () =>
      orm
        .insert(groups)
        .values({
          name: value('name'),
          nameKey: value('name'),
          skeleton: value('name'),
          keySkeleton: value('name'),
          description: '',
          createdAt: value('at'),
          kind: 'direct',
          createdBy: value('user'),
        })
        .returning({ id: groups.id })
        .prepare(),
    /** When a direct conversation of the user without a message was begun and by whom, whose id is null if both users have. */
    emptyConversation: () => {
      const columns = { createdBy: groups.createdBy, joinedAt: memberships.joinedAt };
      const isEmpty = and(eq(groups.kind, 'direct'), eq(groups.lastNumber, 0));
      return direct(
        client,
        orm
          .select(columns)
          .from(groups)
          .innerJoin(
            memberships,
            and(eq(memberships.groupId, groups.id), eq(memberships.userId, value('user'))),
          )
          .where(and(eq(groups.id, value('group')), isEmpty)),
        columns,
      );
    },
    /** For a conversation that the other user has begun too. */
    forgetBeginner: () =>
      orm
        .update(groups)
        .set({ createdBy: null })
        .where(eq(groups.id, value('group')))
        .prepare(),
    /** How many conversations the user has begun after `:since`, counted up to `:limit`. */
    conversationsBegun: () => {
      const some = orm
        .select({ id: groups.id })
        .from(groups)
        .where(
          and(
            eq(groups.createdBy, value('user')),
            gt(groups.createdAt, value('since')),
            sql`+groups.kind = 'direct'`,
          ),
        )
        .limit(value('limit'))
        .as('some');
      return direct(client, orm.select(countColumns).from(some), countColumns);
    },

    addBlock: () =>
      orm
        .insert(blocks)
        .values({ userId: value('user'), blockedId: value('blocked'), createdAt: value('at') })
        .onConflictDoNothing()
        .prepare(),
    removeBlock: () =>
      orm
        .delete(blocks)
        .where(and(ofUser, eq(blocks.blockedId, value('blocked'))))
        .prepare(),
    blocksOf: () =>
      direct(
        client,
        orm
          .select(blockedColumns)
          .from(blocks)
          .crossJoin(users)
          .where(and(ofUser, eq(users.id, blocks.blockedId)))
          .orderBy(asc(blocks.blockedId))
          .limit(value('limit')),
        blockedColumns,
      ),
  };
}
