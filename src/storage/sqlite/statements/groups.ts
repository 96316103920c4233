import { and, asc, eq, gt, isNotNull, ne, or, type SQL, sql } from 'drizzle-orm';
import { endOfTime } from '../../../board/times.ts';
import type { Orm } from '../file/orm.ts';
import { groups, invitations, memberships, restrictions, users } from '../file/schema.ts';
import { direct } from './direct.ts';
import { existsForMember, isThere, nameFor, nameForOperator } from './group-names.ts';
import { looksLike } from './looks.ts';
import { live, tombstone } from './numbers.ts';
import { sessionColumns } from './users.ts';

const value = sql.placeholder;

const accessColumns = {
  id: groups.id,
  name: nameFor(value('user')),
  lastNumber: groups.lastNumber,
  joinedAt: memberships.joinedAt,
  access: groups.access,
  posting: groups.posting,
  replying: groups.replying,
  role: memberships.role,
  invitation: invitations.id,
  silencedUntil: restrictions.until,
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
  access: groups.access,
  posting: groups.posting,
  replying: groups.replying,
  role: memberships.role,
  invitation: invitations.id,
};

const detailColumns = {
  id: groups.id,
  name: nameForOperator,
  // Removed groups are left out.
  kind: sql<'group' | 'direct'>`${groups.kind}`.as('kind'),
  description: groups.description,
  members: groups.memberCount,
  messages: groups.messageCount,
  createdAt: groups.createdAt,
  lastNumber: groups.lastNumber,
  keepMessages: groups.keepMessages,
  keepDays: groups.keepDays,
  access: groups.access,
  posting: groups.posting,
  replying: groups.replying,
  about: groups.about,
  createdBy: groups.createdBy,
  owner: sql<
    string | null
  >`(SELECT them.name FROM memberships AS held CROSS JOIN users AS them WHERE held.group_id = groups.id AND held.role_since IS NOT NULL AND held.role = 'owner' AND them.id = held.user_id)`.as(
    'owner',
  ),
};

/** The membership of `:user` in the group. */
const isOwn = and(eq(memberships.groupId, groups.id), eq(memberships.userId, value('user')));
/** The invitation of `:user` to the group. */
const isInvited = and(eq(invitations.userId, value('user')), eq(invitations.groupId, groups.id));
/** Whether `:user` may know of the group. */
const isKnown = or(
  and(isNotNull(memberships.joinedAt), existsForMember),
  and(isGroup, or(ne(groups.access, 'secret'), isNotNull(invitations.id))),
);

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
        .leftJoin(memberships, isOwn)
        .leftJoin(users, eq(users.id, value('user')))
        .leftJoin(invitations, isInvited)
        .leftJoin(
          restrictions,
          and(
            eq(restrictions.groupId, groups.id),
            eq(restrictions.userId, value('user')),
            eq(restrictions.kind, 'silenced'),
          ),
        )
        // Only its members know of a direct conversation, and only they and those who were invited of a secret group.
        .where(and(which, isKnown)),
      accessColumns,
    );
  const details = (which: SQL) => () =>
    orm.select(detailColumns).from(groups).where(and(which, isThere)).prepare();
  return {
    /** A group, with the join time of `:user` if they are a member, and the columns that `requireActiveSession` checks. */
    accessById: access(eq(groups.id, value('group'))),
    accessByKey: access(eq(groups.nameKey, value('key'))),
    /**
     * Whether `:user` may know of a group. It looks for a membership and an invitation also if there is no such group, and reads the
     * group with the next lower id then. So it takes as long for a secret group as for none, unlike `accessById`.
     */
    knownGroup: () => {
      const known = sql<number>`coalesce((SELECT 1 FROM memberships WHERE group_id = ${value('group')} AND user_id = ${value('user')} AND (SELECT ${existsForMember} FROM groups WHERE id = ${value('group')})), (SELECT 1 FROM invitations WHERE user_id = ${value('user')} AND group_id = ${value('group')}), (SELECT (id = ${value('group')}) + (kind = 'group') + (access <> 'secret') = 3 FROM groups WHERE id <= ${value('group')} ORDER BY id DESC LIMIT 1), 0)`;
      const columns = { known: known.as('known') };
      return direct(orm.$client, orm.select(columns).from(sql`(SELECT 1)`), columns);
    },
    groupById: details(eq(groups.id, value('group'))),
    groupByKey: details(eq(groups.nameKey, value('key'))),
    /** The secret groups of a name, of which there may be several. */
    secretGroupsNamed: () =>
      orm
        .select(detailColumns)
        .from(groups)
        .where(
          and(
            // A range of the index of keys.
            sql`name_key > ${value('key')} || '#' AND name_key < ${value('key')} || '$'`,
            sql`name_key = ${value('key')} || '#' || groups.id`,
            eq(groups.access, 'secret'),
            isThere,
          ),
        )
        .orderBy(asc(groups.id))
        .limit(value('limit'))
        .prepare(),
    /** All groups and direct conversations. */
    allGroups: () =>
      orm.select(detailColumns).from(groups).where(isThere).orderBy(asc(groups.id)).prepare(),
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
          .leftJoin(memberships, isOwn)
          .leftJoin(invitations, isInvited)
          .where(and(isGroup, isKnown, gt(groups.id, value('after'))))
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
          access: value('access'),
          createdBy: value('createdBy'),
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
          access: sql`${value('access')}`,
          posting: sql`${value('posting')}`,
          replying: sql`${value('replying')}`,
          about: sql`${value('about')}`,
        })
        .where(eq(groups.id, value('group')))
        .prepare(),
    /** The stored key of a group: see `groups.access`. */
    keyOfGroup: () =>
      orm
        .select({ key: groups.nameKey })
        .from(groups)
        .where(eq(groups.id, value('group')))
        .prepare(),
    /** Marks a group as removed, so that nobody knows of it. Its messages and memberships are still there. */
    hideGroup: () =>
      orm
        .update(groups)
        .set({
          kind: 'removed',
          nameKey: sql`'removed#' || ${groups.id}`,
          skeleton: '',
          keySkeleton: '',
          memberCount: 0,
          keepMessages: null,
          keepDays: null,
        })
        .where(eq(groups.id, value('group')))
        .prepare(),
    /** A group whose messages and memberships are to be deleted, and then the group. */
    hiddenGroup: () =>
      orm
        .select({ id: groups.id, name: groups.name })
        .from(groups)
        .where(eq(groups.kind, 'removed'))
        .limit(1)
        .prepare(),
    /** The kind of a group, whether it was removed or not. */
    kindOfGroup: () =>
      orm
        .select({ kind: groups.kind })
        .from(groups)
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
