import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Group } from '../../../board/types.ts';
import type { Orm } from '../file/connection.ts';
import { groups, messages } from '../file/schema.ts';
import { live } from '../serving/visibility.ts';

/**
 * Deletes messages in a transaction of the caller's: their rows stay as tombstones, with number and
 * time alone, because the rule of visibility counts rows (see visibility.ts). Only a removal of all the
 * oldest rows of a group, as by a purge or by retention, may remove rows.
 * @param which messages; those that are deleted already stay as they are
 * @param at when, in microseconds
 * @returns what was deleted, by group
 */
export function buryMessages(
  orm: Orm,
  which: SQL | undefined,
  at: number,
): { group: Group; numbers: number[] }[] {
  const buried = orm
    .update(messages)
    .set({ deletedAt: at, senderId: null, subject: '', content: '', postKey: null })
    .where(and(which, live))
    .returning({ group: messages.groupId, number: messages.number })
    .all();
  const groupIds = [...new Set(buried.map(({ group }) => group))];
  return groupIds.map((id) => {
    const numbers = buried.filter(({ group }) => group === id).map(({ number }) => number);
    const group = orm
      .update(groups)
      .set({ messageCount: sql`${groups.messageCount} - ${numbers.length}` })
      .where(eq(groups.id, id))
      .returning({ id: groups.id, name: groups.name })
      .get();
    return { group, numbers };
  });
}
