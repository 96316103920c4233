import { and, desc, eq, isNull, lt, or, sql } from 'drizzle-orm';
import { limits } from '../../../protocol/limits.ts';
import type { Orm } from '../file/orm.ts';
import { groupLog } from '../file/schema.ts';
import { direct } from './direct.ts';
import { idFrom } from './row-ids.ts';
import { firstVisibleRow } from './visibility.ts';

const value = sql.placeholder;
const group = value('group');

const lineColumns = {
  id: groupLog.id,
  at: groupLog.at,
  act: groupLog.act,
  by: groupLog.by,
  user: groupLog.user,
  number: groupLog.number,
  until: groupLog.until,
  detail: groupLog.detail,
};

/** The queries about the logs of groups. */
export function groupLogStatements(orm: Orm) {
  const { $client: client } = orm;
  return {
    addLine: () =>
      orm
        .insert(groupLog)
        .values({
          id: idFrom('group_log'),
          groupId: group,
          at: value('at'),
          act: value('act'),
          by: value('by'),
          user: value('user'),
          number: value('number'),
          postedAt: value('postedAt'),
          until: value('until'),
          detail: value('detail'),
        })
        .returning({ id: groupLog.id })
        .prepare(),
    lineById: () => {
      const columns = { postedAt: groupLog.postedAt };
      const byId = eq(groupLog.id, value('id'));
      return direct(client, orm.select(columns).from(groupLog).where(byId), columns);
    },
    /**
     * Removes a line of a group that has more than `limits.logLines`: the oldest line of the author with the most lines. So a
     * moderator who does many acts loses lines about own acts, and none of others.
     */
    trimLog: () =>
      orm
        .delete(groupLog)
        .where(
          and(
            eq(groupLog.groupId, group),
            sql`(SELECT count(*) FROM group_log WHERE group_id = ${group}) > ${sql.raw(String(limits.logLines))}`,
            sql`${groupLog.id} = (SELECT min(id) FROM group_log WHERE group_id = ${group} GROUP BY "by" ORDER BY count(*) DESC, min(id) LIMIT 1)`,
          ),
        )
        .prepare(),
    /** See `firstVisibleRow`. */
    firstVisibleRow: () => firstVisibleRow(orm),
    /** The newest lines of a group with ids below `:before`: those since `:since`, and of the messages posted from `:from` on. */
    logOf: () =>
      direct(
        client,
        orm
          .select(lineColumns)
          .from(groupLog)
          .where(
            and(
              eq(groupLog.groupId, group),
              lt(groupLog.id, value('before')),
              sql`${groupLog.at} >= ${value('since')}`,
              or(isNull(groupLog.postedAt), sql`${groupLog.postedAt} >= ${value('from')}`),
            ),
          )
          .orderBy(desc(groupLog.id))
          .limit(value('limit')),
        lineColumns,
      ),
  };
}
