import {
  and,
  asc,
  desc,
  eq,
  gt,
  gte,
  isNotNull,
  isNull,
  lt,
  ne,
  or,
  type SQL,
  sql,
} from 'drizzle-orm';
import { limits } from '../../../protocol/limits.ts';
import type { Orm } from '../file/orm.ts';
import {
  closedThreads,
  groupLog,
  groups,
  invitations,
  memberships,
  messages,
  pins,
  reports,
  restrictions,
  users,
} from '../file/schema.ts';
import { direct } from './direct.ts';
import { nameForOperator } from './group-names.ts';
import { live } from './numbers.ts';

const value = sql.placeholder;
const group = value('group');
const user = value('user');
const memberOf = and(eq(memberships.groupId, group), eq(memberships.userId, user));

/** A user whom an act in a group concerns. `joinedAt` is null for one who is not a member. */
const targetColumns = {
  id: users.id,
  name: users.name,
  isProtected: sql<number>`${users.passwordHash} is not null`,
  isBanned: sql<number>`${users.bannedAt} is not null`,
  joinedAt: memberships.joinedAt,
  role: memberships.role,
};
const invitationColumns = {
  id: invitations.id,
  groupId: invitations.groupId,
  uses: invitations.uses,
  until: invitations.until,
  invitedBy: invitations.invitedBy,
};
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

/**
 * The id of a new row: the time, or the next id after the newest row's. Members see these ids. If they counted rows, a member of
 * one group would learn from them how much happens in groups that they may not know of.
 */
function idFrom(table: 'group_log' | 'invitations' | 'reports'): SQL<number> {
  return sql`max(${value('at')}, coalesce((SELECT max(id) FROM ${sql.raw(table)}), 0) + 1)`;
}

/** Whether `groups` is a secret group that is named `:key`: see `groups.access`. */
const isNamed = sql`groups.access = 'secret' AND groups.name_key = ${value('key')} || '#' || groups.id`;

/** The queries about access, roles, invitations and moderation. */
export function rightStatements(orm: Orm) {
  const { $client: client } = orm;
  return {
    ...roleStatements(orm),
    ...invitationStatements(orm),
    ...reportStatements(orm),

    /**
     * The secret groups named `:key` that `:user` is in: the first and the last one, which are null if there is none. It looks
     * through the memberships of the user: so it takes as long for a group that exists as for one that does not.
     */
    secretsOfMember: () => {
      const columns = {
        first: sql<number | null>`min(groups.id)`.as('first'),
        last: sql<number | null>`max(groups.id)`.as('last'),
      };
      const own = sql`${memberships} CROSS JOIN ${groups} ON groups.id = group_id`;
      const query = orm
        .select(columns)
        .from(own)
        .where(and(eq(memberships.userId, user), isNamed));
      return direct(client, query, columns);
    },
    /** The first secret group named `:key` to which `:user` is invited, found in the same way. */
    secretOfInvited: () => {
      const columns = { id: sql<number | null>`min(groups.id)`.as('id') };
      const own = sql`${invitations} CROSS JOIN ${groups} ON groups.id = group_id`;
      const query = orm
        .select(columns)
        .from(own)
        .where(and(eq(invitations.userId, user), isNamed));
      return direct(client, query, columns);
    },

    restrictionOf: () => {
      const columns = { until: restrictions.until, reason: restrictions.reason };
      return direct(
        client,
        orm
          .select(columns)
          .from(restrictions)
          .where(
            and(
              eq(restrictions.groupId, group),
              eq(restrictions.userId, user),
              eq(restrictions.kind, value('kind')),
            ),
          ),
        columns,
      );
    },
    restrict: () =>
      orm
        .insert(restrictions)
        .values({
          groupId: group,
          userId: user,
          kind: value('kind'),
          until: value('until'),
          reason: value('reason'),
          createdAt: value('at'),
        })
        .onConflictDoUpdate({
          target: [restrictions.groupId, restrictions.userId, restrictions.kind],
          set: {
            until: sql`excluded.until`,
            reason: sql`excluded.reason`,
            createdAt: sql`excluded.created_at`,
          },
        })
        .prepare(),
    unrestrict: () =>
      orm
        .delete(restrictions)
        .where(
          and(
            eq(restrictions.groupId, group),
            eq(restrictions.userId, user),
            eq(restrictions.kind, value('kind')),
          ),
        )
        .prepare(),
    /** Who is barred from a group or silenced in it, by name. */
    restrictionsIn: () =>
      orm
        .select({
          user: users.name,
          kind: restrictions.kind,
          until: restrictions.until,
          reason: restrictions.reason,
        })
        .from(restrictions)
        .crossJoin(users)
        .where(and(eq(restrictions.groupId, group), eq(users.id, restrictions.userId)))
        .orderBy(asc(users.nameKey))
        .limit(value('limit'))
        .prepare(),
    restrictionsOf: () =>
      orm
        .select({
          group: groups.name,
          groupId: groups.id,
          kind: restrictions.kind,
          until: restrictions.until,
          reason: restrictions.reason,
        })
        .from(restrictions)
        .crossJoin(groups)
        .where(and(eq(restrictions.userId, user), eq(groups.id, restrictions.groupId)))
        .orderBy(asc(groups.id))
        .prepare(),

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
    /** Removes the lines of a group that are older than its newest `limits.logLines`. */
    trimLog: () =>
      orm
        .delete(groupLog)
        .where(
          and(
            eq(groupLog.groupId, group),
            sql`${groupLog.id} <= (SELECT id FROM group_log WHERE group_id = ${group} ORDER BY id DESC LIMIT 1 OFFSET ${limits.logLines})`,
          ),
        )
        .prepare(),
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

    closedThread: () => {
      const columns = { closedAt: closedThreads.closedAt };
      const isIt = and(eq(closedThreads.groupId, group), eq(closedThreads.thread, value('thread')));
      return direct(client, orm.select(columns).from(closedThreads).where(isIt), columns);
    },
    closedThreadsOf: () =>
      orm
        .select({ thread: closedThreads.thread })
        .from(closedThreads)
        .where(eq(closedThreads.groupId, group))
        .orderBy(asc(closedThreads.thread))
        .prepare(),
    /** When the newest message of a thread was posted: a reply; undefined without any. */
    newestOfThread: () => {
      const columns = { postedAt: messages.postedAt };
      const isReply = and(eq(messages.groupId, group), eq(messages.thread, value('thread')), live);
      const newest = orm.select(columns).from(messages).where(isReply);
      return direct(client, newest.orderBy(desc(messages.postedAt)).limit(1), columns);
    },
    closeThread: () =>
      orm
        .insert(closedThreads)
        .values({ groupId: group, thread: value('thread'), closedAt: value('at') })
        .onConflictDoNothing()
        .prepare(),
    reopenThread: () =>
      orm
        .delete(closedThreads)
        .where(and(eq(closedThreads.groupId, group), eq(closedThreads.thread, value('thread'))))
        .prepare(),

    pinsOf: () => {
      const columns = { number: pins.number };
      const inGroup = eq(pins.groupId, group);
      return direct(
        client,
        orm.select(columns).from(pins).where(inGroup).orderBy(asc(pins.number)),
        columns,
      );
    },
    pin: () =>
      orm
        .insert(pins)
        .values({ groupId: group, number: value('number'), pinnedAt: value('at') })
        .onConflictDoNothing()
        .prepare(),
    unpin: () =>
      orm
        .delete(pins)
        .where(and(eq(pins.groupId, group), eq(pins.number, value('number'))))
        .prepare(),
  };
}

function roleStatements(orm: Orm) {
  const { $client: client } = orm;
  const target = (which: SQL) => () =>
    direct(
      client,
      orm
        .select(targetColumns)
        .from(users)
        .leftJoin(
          memberships,
          and(eq(memberships.groupId, group), eq(memberships.userId, users.id)),
        )
        .where(which),
      targetColumns,
    );
  const staffColumns = {
    id: users.id,
    joinedAt: memberships.joinedAt,
    name: users.name,
    role: memberships.role,
    isProtected: targetColumns.isProtected,
    isBanned: targetColumns.isBanned,
  };
  const heldColumns = { id: groups.id, name: groups.name, role: memberships.role };
  const countColumns = { count: sql<number>`count(*)` };
  return {
    targetByKey: target(eq(users.nameKey, value('key'))),
    targetById: target(eq(users.id, user)),
    setRole: () =>
      orm
        .update(memberships)
        .set({ role: sql`${value('role')}`, roleSince: sql`${value('since')}` })
        .where(memberOf)
        .prepare(),
    /** The owner and the moderators of a group, those first who have their role for longest. */
    staffOf: () =>
      direct(
        client,
        orm
          .select(staffColumns)
          .from(memberships)
          .crossJoin(users)
          .where(
            and(
              eq(memberships.groupId, group),
              isNotNull(memberships.roleSince),
              eq(users.id, memberships.userId),
            ),
          )
          .orderBy(asc(memberships.roleSince)),
        staffColumns,
      ),
    /** The groups in which a user has a role. */
    rolesOf: () =>
      direct(
        client,
        orm
          .select(heldColumns)
          .from(memberships)
          .crossJoin(groups)
          .where(
            and(
              eq(memberships.userId, user),
              ne(memberships.role, 'member'),
              eq(groups.id, memberships.groupId),
            ),
          )
          .orderBy(asc(memberships.groupId)),
        heldColumns,
      ),
    /** How many groups the user has made after `:since` that still exist, counted up to the limit of a day. */
    groupsMade: () => {
      const made = and(eq(groups.createdBy, user), gt(groups.createdAt, value('since')));
      const some = orm
        .select({ id: groups.id })
        .from(groups)
        .where(and(made, sql`+groups.kind = 'group'`))
        .limit(limits.groupsPerDay)
        .as('some');
      return direct(client, orm.select(countColumns).from(some), countColumns);
    },
    ownedCount: () =>
      direct(
        client,
        orm
          .select(countColumns)
          .from(memberships)
          .where(and(eq(memberships.userId, user), eq(memberships.role, 'owner'))),
        countColumns,
      ),
  };
}

function invitationStatements(orm: Orm) {
  const { $client: client } = orm;
  const countColumns = { count: sql<number>`count(*)` };
  const listed = {
    id: invitations.id,
    user: sql<string | null>`(SELECT name FROM users WHERE users.id = invitations.user_id)`.as('u'),
    by: sql<string | null>`(SELECT name FROM users WHERE users.id = invited_by)`.as('b'),
    uses: invitations.uses,
    until: invitations.until,
    createdAt: invitations.createdAt,
  };
  const received = {
    id: groups.id,
    name: groups.name,
    description: groups.description,
    access: groups.access,
    by: sql<string | null>`(SELECT name FROM users WHERE users.id = invited_by)`.as('b'),
  };
  return {
    invitationOf: () =>
      direct(
        client,
        orm
          .select(invitationColumns)
          .from(invitations)
          .where(and(eq(invitations.userId, user), eq(invitations.groupId, group))),
        invitationColumns,
      ),
    invitationByCode: () =>
      direct(
        client,
        orm
          .select(invitationColumns)
          .from(invitations)
          .where(eq(invitations.codeHash, value('hash'))),
        invitationColumns,
      ),
    invite: () =>
      orm
        .insert(invitations)
        .values({
          id: idFrom('invitations'),
          groupId: group,
          userId: user,
          codeHash: value('hash'),
          uses: value('uses'),
          until: value('until'),
          invitedBy: value('by'),
          createdAt: value('at'),
        })
        .onConflictDoNothing()
        .prepare(),
    useInvitation: () =>
      orm
        .update(invitations)
        .set({ uses: sql`${invitations.uses} - 1` })
        .where(eq(invitations.id, value('id')))
        .prepare(),
    removeInvitation: () =>
      orm
        .delete(invitations)
        .where(eq(invitations.id, value('id')))
        .prepare(),
    removeInvitationOf: () =>
      orm
        .delete(invitations)
        .where(and(eq(invitations.userId, user), eq(invitations.groupId, group)))
        .prepare(),
    /** Removes the codes of a group that have ended at `:at`. */
    removeEndedCodes: () =>
      orm
        .delete(invitations)
        .where(and(eq(invitations.groupId, group), sql`${invitations.until} <= ${value('at')}`))
        .prepare(),
    /** How many invitations of a group have not ended at `:at`. */
    openInvitationCount: () => {
      const isOpen = sql`coalesce(${invitations.until}, ${value('at')} + 1) > ${value('at')}`;
      const open = and(eq(invitations.groupId, group), isOpen);
      return direct(client, orm.select(countColumns).from(invitations).where(open), countColumns);
    },
    receivedCount: () =>
      direct(
        client,
        orm.select(countColumns).from(invitations).where(eq(invitations.userId, user)),
        countColumns,
      ),
    invitationsIn: () =>
      direct(
        client,
        orm
          .select(listed)
          .from(invitations)
          .where(eq(invitations.groupId, group))
          .orderBy(asc(invitations.id)),
        listed,
      ),
    invitationsFor: () =>
      direct(
        client,
        orm
          .select(received)
          .from(invitations)
          .crossJoin(groups)
          .where(and(eq(invitations.userId, user), eq(groups.id, invitations.groupId)))
          .orderBy(asc(invitations.groupId)),
        received,
      ),
  };
}

function reportStatements(orm: Orm) {
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
    /** How many messages a user has reported since `:since`. */
    reportsSince: () =>
      direct(
        client,
        orm
          .select(countColumns)
          .from(reports)
          .where(and(eq(reports.userId, user), gt(reports.createdAt, value('since')))),
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
        .where(and(isOpen, eq(groups.id, reports.groupId)))
        .orderBy(asc(reports.id))
        .limit(value('limit'))
        .prepare(),
    openReportCount: () =>
      direct(client, orm.select(countColumns).from(reports).where(isOpen), countColumns),
    closeReports: () =>
      orm
        .update(reports)
        .set({ closedAt: sql`${value('at')}` })
        .where(and(eq(reports.groupId, group), eq(reports.number, value('number')), isOpen))
        .returning({ id: reports.id })
        .prepare(),
  };
}
