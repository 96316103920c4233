import { and, asc, count, desc, eq, gt, isNotNull, lt, type SQL, sql } from 'drizzle-orm';
import type {
  GroupDetails,
  GroupMember,
  UserDetails,
  UserMembership,
} from '../../../board/ports/administration.ts';
import type { Page } from '../../../board/ports/repository.ts';
import type { GroupRef, Header } from '../../../board/types.ts';
import type { Orm } from '../file/connection.ts';
import { groups, memberships, messages, users } from '../file/schema.ts';
import { live } from '../serving/visibility.ts';

/** The columns of a group's details, for a query or a RETURNING. */
export const groupColumns = {
  id: groups.id,
  name: groups.name,
  description: groups.description,
  members: groups.memberCount,
  messages: groups.messageCount,
  createdAt: groups.createdAt,
  lastNumber: groups.lastNumber,
  keepMessages: groups.keepMessages,
  keepDays: groups.keepDays,
};

const headerColumns = {
  number: messages.number,
  senderId: messages.senderId,
  sender: users.name,
  postedAt: messages.postedAt,
  subject: messages.subject,
};

export function listGroups(orm: Orm): GroupDetails[] {
  return orm.select(groupColumns).from(groups).orderBy(asc(groups.id)).all();
}

export function findGroup(orm: Orm, ref: GroupRef): GroupDetails | undefined {
  const which = 'id' in ref ? eq(groups.id, ref.id) : eq(groups.nameKey, ref.key);
  return orm.select(groupColumns).from(groups).where(which).get();
}

export function membersOf(orm: Orm, group: number): GroupMember[] {
  return orm
    .select({
      user: users.name,
      joinedAt: memberships.joinedAt,
      lastRead: memberships.lastReadNumber,
    })
    .from(memberships)
    .innerJoin(users, eq(users.id, memberships.userId))
    .where(eq(memberships.groupId, group))
    .orderBy(asc(users.nameKey))
    .all();
}

/** The users in the order of their names; all of them, or those that `which` holds for. */
export function listUsers(orm: Orm, which?: SQL): UserDetails[] {
  return orm
    .select({
      id: users.id,
      name: users.name,
      createdAt: users.createdAt,
      lastSeenAt: users.lastSeenAt,
      protected: sql`${isNotNull(users.passwordHash)}`.mapWith(Boolean),
      bannedAt: users.bannedAt,
      banReason: users.banReason,
      groups: count(memberships.groupId),
    })
    .from(users)
    .leftJoin(memberships, eq(memberships.userId, users.id))
    .where(which)
    .groupBy(users.id)
    .orderBy(asc(users.nameKey))
    .all();
}

export function membershipsOf(orm: Orm, user: number): UserMembership[] {
  return orm
    .select({
      group: groups.name,
      joinedAt: memberships.joinedAt,
      lastRead: memberships.lastReadNumber,
      lastNumber: groups.lastNumber,
    })
    .from(memberships)
    .innerJoin(groups, eq(groups.id, memberships.groupId))
    .where(eq(memberships.userId, user))
    .orderBy(asc(groups.id))
    .all();
}

/** A page of headers, in the direction in which the page grows: from `after` up, else down. */
export function listMessages(orm: Orm, group: number, { before, after, limit }: Page): Header[] {
  const bounds: (SQL | undefined)[] = [
    before === undefined ? undefined : lt(messages.number, before),
    after === undefined ? undefined : gt(messages.number, after),
  ];
  return orm
    .select(headerColumns)
    .from(messages)
    .leftJoin(users, eq(users.id, messages.senderId))
    .where(and(eq(messages.groupId, group), live, ...bounds))
    .orderBy(after === undefined ? desc(messages.number) : asc(messages.number))
    .limit(limit)
    .all();
}

export function findMessage(orm: Orm, group: number, number: number) {
  return orm
    .select({ ...headerColumns, content: messages.content })
    .from(messages)
    .leftJoin(users, eq(users.id, messages.senderId))
    .where(and(eq(messages.groupId, group), eq(messages.number, number), live))
    .get();
}

/** When a message was deleted; undefined if it was not, or its row is gone too. */
export function findDeletion(orm: Orm, group: number, number: number): number | undefined {
  const found = orm
    .select({ deletedAt: messages.deletedAt })
    .from(messages)
    .where(and(eq(messages.groupId, group), eq(messages.number, number)))
    .get();
  return found?.deletedAt ?? undefined;
}
