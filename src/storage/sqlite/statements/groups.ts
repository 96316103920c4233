import { and, asc, eq, gt, isNotNull, ne, or, type SQL, sql } from 'drizzle-orm';
import { endOfTime } from '../../../board/times.ts';
import type { Orm } from '../file/orm.ts';
import { groups, memberships, users } from '../file/schema.ts';
import { direct } from './direct.ts';
import { nameFor, nameForOperator } from './group-names.ts';
import { looksLike } from './looks.ts';
import { live, tombstone } from './numbers.ts';
import { sessionColumns } from './users.ts';

const value = sql.placeholder;

const accessColumns = {
  id: groups.id,
  name: nameFor(value('user')),
  lastNumber: groups.lastNumber,
  joinedAt: memberships.joinedAt,
  ...sessionColumns,
};

const isGroup = eq(groups.kind, 'group');

const summaryColumns = {
  id: groups.id,
  name: groups.name,
  description: groups.description,
  members: groups.memberCount,
  joinedAt: memberships.joinedAt,
  lastRead: memberships.lastReadNumber,
  ranges: memberships.readRanges,
  notify: memberships.notify,
  lastNumber: groups.lastNumber,
};

const detailColumns = {
  id: groups.id,
  name: nameForOperator,
  kind: groups.kind,
  description: groups.description,
  members: groups.memberCount,
  messages: groups.messageCount,
  createdAt: groups.createdAt,
  lastNumber: groups.lastNumber,
  keepMessages: groups.keepMessages,
  keepDays: groups.keepDays,
};

/** When the oldest row of `groups.id` was posted; `endOfTime` without any. drizzle would write the columns without their tables. */
function oldestTime(which: SQL): SQL {
  return sql`coalesce((SELECT posted_at FROM messages WHERE group_id = groups.id AND ${which} ORDER BY posted_at LIMIT 1), ${endOfTime})`;
}

/** The queries about groups. */
export function groupStatements(orm: Orm) {
  const access = (which: SQL) => () =>
    direct(
      orm.$client,
      orm
        .select(accessColumns)
        .from(groups)
        .leftJoin(
          memberships,
          and(eq(memberships.groupId, groups.id), eq(memberships.userId, value('user'))),
        )
        .leftJoin(users, eq(users.id, value('user')))
        // Only its members know of a direct conversation.
        .where(and(which, or(isGroup, isNotNull(memberships.joinedAt)))),
      accessColumns,
    );
  const details = (which: SQL) => () =>
    orm.select(detailColumns).from(groups).where(which).prepare();
  return {
    /** A group, with the join time of `:user` if they are a member, and what decides whether their session may go on. */
    accessById: access(eq(groups.id, value('group'))),
    accessByKey: access(eq(groups.nameKey, value('key'))),
    groupById: details(eq(groups.id, value('group'))),
    groupByKey: details(eq(groups.nameKey, value('key'))),
    /** All groups and direct conversations. */
    allGroups: () => orm.select(detailColumns).from(groups).orderBy(asc(groups.id)).prepare(),
    groupsOfKind: () =>
      orm
        .select(detailColumns)
        .from(groups)
        .where(eq(groups.kind, value('kind')))
        .orderBy(asc(groups.id))
        .prepare(),
    groupsFor: () =>
      direct(
        orm.$client,
        orm
          .select(summaryColumns)
          .from(groups)
          .leftJoin(
            memberships,
            and(eq(memberships.groupId, groups.id), eq(memberships.userId, value('user'))),
          )
          .where(and(isGroup, gt(groups.id, value('after'))))
          .orderBy(asc(groups.id))
          .limit(value('limit')),
        summaryColumns,
      ),
    /** A group other than `:self` whose name looks like the given name. */
    groupLike: () =>
      orm
        .select({ name: groups.name })
        .from(groups)
        .where(
          and(
            looksLike(groups, {
              skeleton: value('skeleton'),
              keySkeleton: value('keySkeleton'),
            }),
            ne(groups.id, value('self')),
          ),
        )
        .limit(1)
        .prepare(),
    addGroup: () =>
      orm
        .insert(groups)
        .values({
          name: value('name'),
          nameKey: value('nameKey'),
          skeleton: value('skeleton'),
          keySkeleton: value('keySkeleton'),
          description: value('description'),
          createdAt: value('at'),
        })
        .returning({ id: groups.id })
        .prepare(),
    setGroupName: () =>
      orm
        .update(groups)
        .set({
          name: sql`${value('name')}`,
          nameKey: sql`${value('nameKey')}`,
          skeleton: sql`${value('skeleton')}`,
          keySkeleton: sql`${value('keySkeleton')}`,
        })
        .where(eq(groups.id, value('group')))
        .prepare(),
    setGroupDetails: () =>
      orm
        .update(groups)
        .set({
          description: sql`${value('description')}`,
          keepMessages: sql`${value('keepMessages')}`,
          keepDays: sql`${value('keepDays')}`,
        })
        .where(eq(groups.id, value('group')))
        .prepare(),
    removeGroup: () =>
      orm
        .delete(groups)
        .where(eq(groups.id, value('group')))
        .prepare(),
    /** Called by `changeCounts` alone. It returns nothing: a RETURNING takes SQLite twice as long. */
    changeCounts: () =>
      direct(
        orm.$client,
        orm
          .update(groups)
          .set({
            lastNumber: sql`max(${groups.lastNumber}, ${value('lastNumber')})`,
            messageCount: sql`${groups.messageCount} + ${value('messages')}`,
            memberCount: sql`${groups.memberCount} + ${value('members')}`,
          })
          .where(eq(groups.id, value('group'))),
      ),
    /** The groups with a rule, each with the time of its oldest row, which may be a tombstone. */
    retained: () =>
      orm
        .select({
          id: groups.id,
          name: nameForOperator,
          messages: groups.messageCount,
          keepMessages: groups.keepMessages,
          keepDays: groups.keepDays,
          oldest: sql<
            number | null
          >`nullif(min(${oldestTime(live)}, ${oldestTime(tombstone)}), ${endOfTime})`,
        })
        .from(groups)
        .where(or(isNotNull(groups.keepMessages), isNotNull(groups.keepDays)))
        .orderBy(asc(groups.id))
        .prepare(),
    holdings: () =>
      orm
        .select({
          groups: sql<number>`count(*) FILTER (WHERE ${isGroup})`,
          conversations: sql<number>`count(*) FILTER (WHERE ${groups.kind} = 'direct')`,
          memberships: sql<number>`coalesce(sum(${groups.memberCount}), 0)`,
          messages: sql<number>`coalesce(sum(${groups.messageCount}), 0)`,
        })
        .from(groups)
        .prepare(),
  };
}
