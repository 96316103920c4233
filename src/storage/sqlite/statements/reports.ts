import { and, asc, eq, gt, gte, isNull, sql } from 'drizzle-orm';
import type { Orm } from '../file/orm.ts';
import { groups, reports } from '../file/schema.ts';
import { direct } from './direct.ts';
import { isThere, nameForOperator } from './group-names.ts';
import { idFrom } from './row-ids.ts';

const value = sql.placeholder;
const group = value('group');
const user = value('user');

/** The queries about reports of messages. */
export function reportStatements(orm: Orm) {
  const { $client: client } = orm;
  const countColumns = { count: sql<number>`count(*)` };
  const columns = {
    id: reports.id,
    groupId: reports.groupId,
    number: reports.number,
    user: sql<string | null>`(SELECT name FROM users WHERE users.id = reports.user_id)`.as('u'),
    reason: reports.reason,
    createdAt: reports.createdAt,
  };
  const idColumn = { id: reports.id };
  const isOpen = isNull(reports.closedAt);
  return {
    addReport: () =>
      orm
        .insert(reports)
        .values({
          id: idFrom('reports'),
          groupId: group,
          number: value('number'),
          userId: user,
          reason: value('reason'),
          createdAt: value('at'),
        })
        .onConflictDoUpdate({
          target: [reports.userId, reports.groupId, reports.number],
          set: {
            reason: sql`excluded.reason`,
            createdAt: sql`excluded.created_at`,
            closedAt: null,
          },
        })
        .prepare(),
    /** The report of a message by a user, if it is open. */
    openReportOf: () =>
      direct(
        client,
        orm
          .select(idColumn)
          .from(reports)
          .where(
            and(
              eq(reports.userId, user),
              eq(reports.groupId, group),
              eq(reports.number, value('number')),
              isOpen,
            ),
          ),
        idColumn,
      ),
    /** How many messages of groups that are there a user has reported since `:since`. */
    reportsSince: () =>
      direct(
        client,
        orm
          .select(countColumns)
          .from(reports)
          .innerJoin(groups, eq(groups.id, reports.groupId))
          .where(and(eq(reports.userId, user), gt(reports.createdAt, value('since')), isThere)),
        countColumns,
      ),
    /** The open reports of a group's messages from the number `:from` on, oldest message first. */
    reportsIn: () =>
      direct(
        client,
        orm
          .select(columns)
          .from(reports)
          .where(and(eq(reports.groupId, group), gte(reports.number, value('from')), isOpen))
          .orderBy(asc(reports.number), asc(reports.id))
          .limit(value('limit')),
        columns,
      ),
    /** The open reports of all groups. */
    openReports: () =>
      orm
        .select({ ...columns, group: nameForOperator })
        .from(reports)
        .crossJoin(groups)
        .where(and(isOpen, eq(groups.id, reports.groupId), isThere))
        .orderBy(asc(reports.id))
        .limit(value('limit'))
        .prepare(),
    closeReports: () =>
      orm
        .update(reports)
        .set({ closedAt: sql`${value('at')}` })
        .where(and(eq(reports.groupId, group), eq(reports.number, value('number')), isOpen))
        .returning({ id: reports.id })
        .prepare(),
  };
}
