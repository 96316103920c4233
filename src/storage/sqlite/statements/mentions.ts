import { and, eq, sql } from 'drizzle-orm';
import type { Orm } from '../file/orm.ts';
import { memberships, mentions, messages, users } from '../file/schema.ts';
import { direct } from './direct.ts';

const value = sql.placeholder;
const memberColumns = { id: users.id, name: users.name };

/** The queries about who is mentioned. */
export function mentionStatements(orm: Orm) {
  return {
    /** The member of `:group` whose name has the key `:key`. */
    memberByKey: () =>
      direct(
        orm.$client,
        orm
          .select(memberColumns)
          .from(users)
          .crossJoin(memberships)
          .where(
            and(
              eq(users.nameKey, value('key')),
              eq(memberships.groupId, value('group')),
              eq(memberships.userId, users.id),
            ),
          ),
        memberColumns,
      ),
    setMentions: () =>
      orm
        .update(messages)
        .set({ mentions: sql`${value('mentions')}` })
        .where(eq(messages.id, value('id')))
        .prepare(),
    addMention: () =>
      direct(
        orm.$client,
        orm.insert(mentions).values({
          groupId: value('group'),
          number: value('number'),
          userId: value('user'),
          postedAt: value('at'),
        }),
      ),
  };
}
