import { and, desc, eq, isNull, lt, or, sql } from 'drizzle-orm';
import { limits } from '../../../protocol/limits.ts';
import type { Orm } from '../file/orm.ts';
import { groupLog } from '../file/schema.ts';
import { direct } from './direct.ts';
import { idFrom } from './row-ids.ts';
import { firstVisibleRow } from './visibility.ts';

const value = sql.placeholder;

/** The lines that an author can have in a full log at the cost of the author with the most lines. */
const lineShare = limits.logLines / limits.moderators;
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
     * Removes a line of a group that has more than `limits.logLines`, after `:by` has added one. An author who has more lines
     * than `lineShare` loses their own oldest line. Otherwise the author with the most lines loses the oldest. So, while at
     * most `limits.moderators` authors have lines, an author pushes out at most `lineShare` lines of others, and keeps as many
     * when others fill the log.
     */
    trimLog: () => {
      const ofAuthor = sql`FROM group_log WHERE group_id = ${group} AND "by" IS ${value('by')}`;
      return orm
        .delete(groupLog)
        .where(
          and(
            eq(groupLog.groupId, group),
            sql`(SELECT count(*) FROM group_log WHERE group_id = ${group}) > ${sql.raw(String(limits.logLines))}`,
            sql`${groupLog.id} = iif((SELECT count(*) ${ofAuthor}) > ${sql.raw(String(lineShare))},
              (SELECT min(id) ${ofAuthor}),
              (SELECT min(id) FROM group_log WHERE group_id = ${group} GROUP BY "by" ORDER BY count(*) DESC, min(id) LIMIT 1))`,
          ),
        )
        .prepare();
    },
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
