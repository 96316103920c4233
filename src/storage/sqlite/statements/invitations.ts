import { and, asc, eq, sql } from 'drizzle-orm';
import type { Orm } from '../file/orm.ts';
import { groups, invitations } from '../file/schema.ts';
import { direct } from './direct.ts';
import { idFrom } from './row-ids.ts';

const value = sql.placeholder;
const group = value('group');
const user = value('user');

const invitationColumns = {
  id: invitations.id,
  groupId: invitations.groupId,
  uses: invitations.uses,
  until: invitations.until,
  invitedBy: invitations.invitedBy,
};

/** The queries about invitations to groups. */
export function invitationStatements(orm: Orm) {
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
    /** Removes the codes of a group that have ended at `:now`. */
    removeEndedCodes: () =>
      orm
        .delete(invitations)
        .where(and(eq(invitations.groupId, group), sql`${invitations.until} <= ${value('now')}`))
        .prepare(),
    /** How many invitations of a group have not ended at `:now`. */
    openInvitationCount: () => {
      const isOpen = sql`coalesce(${invitations.until}, ${value('now')} + 1) > ${value('now')}`;
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
