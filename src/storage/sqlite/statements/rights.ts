import { and, asc, desc, eq, sql } from 'drizzle-orm';
import type { Orm } from '../file/orm.ts';
import {
  closedThreads,
  groups,
  invitations,
  memberships,
  messages,
  pins,
  restrictions,
  users,
} from '../file/schema.ts';
import { direct } from './direct.ts';
import { live } from './numbers.ts';

const value = sql.placeholder;
const group = value('group');
const user = value('user');

/** Whether `groups` is a secret group that is named `:key`: see `groups.access`. */
const isNamed = sql`groups.access = 'secret' AND groups.name_key = ${value('key')} || '#' || groups.id`;

/** The queries about who may know of a group, and about restrictions, closed threads and pins. */
export function rightStatements(orm: Orm) {
  const { $client: client } = orm;
  /** The restriction of `:user` in `:group` of the kind `:kind`. */
  const isRestriction = and(
    eq(restrictions.groupId, group),
    eq(restrictions.userId, user),
    eq(restrictions.kind, value('kind')),
  );
  return {
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
      return direct(client, orm.select(columns).from(restrictions).where(isRestriction), columns);
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
    unrestrict: () => orm.delete(restrictions).where(isRestriction).prepare(),
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
