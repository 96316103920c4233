import { nameKey } from '../../../board/name-key.ts';
import type { Client } from './connection.ts';
import { type HealthCheck, rule } from './health-check.ts';

function wrongKeys(client: Client): string[] {
  interface Row {
    readonly id: number;
    readonly name: string;
    readonly key: string;
    readonly looks: string;
    readonly access: string;
  }
  const rows = client
    .prepare<[], Row>(
      `SELECT id, name, name_key AS key, skeleton || key_skeleton AS looks, access FROM groups
       WHERE kind = 'group'`,
    )
    .all();
  return rows
    .filter(({ id, name, key, looks, access }) =>
      access === 'secret' ? key !== `${nameKey(name)}#${id}` || looks !== '' : key.includes('#'),
    )
    .map(({ name, id, access }) => `the key of the ${access} group ${name} (${id}) is not right`);
}

/** Messages of the groups that pins and reports are about, from an index alone. */
const reportedAndPinned = `
  WITH wanted AS (
    SELECT group_id, number, 'pin' AS what FROM pins
    UNION ALL SELECT group_id, number, 'report' FROM reports),
  found AS MATERIALIZED (
    SELECT group_id, number FROM messages INDEXED BY messages_posted
    WHERE deleted_at IS NULL AND group_id IN (SELECT group_id FROM wanted)
      AND (group_id, number) IN (SELECT group_id, number FROM wanted))`;

/** The checks of access, roles, and what moderators have set. */
export const moderationChecks: readonly HealthCheck[] = [
  { name: 'keys of groups', find: wrongKeys },
  rule<{ name: string; owners: number }>(
    'owners',
    `SELECT name, count(*) AS owners FROM memberships JOIN groups ON groups.id = group_id
     WHERE role = 'owner' GROUP BY group_id HAVING owners > 1`,
    ({ name, owners }) => `${name} has ${owners} owners`,
  ),
  rule<{ group: string; user: string }>(
    'roles',
    `SELECT groups.name AS "group", users.name AS user
     FROM memberships JOIN groups ON groups.id = group_id JOIN users ON users.id = user_id
     WHERE (role = 'member') <> (role_since IS NULL)
       OR (role <> 'member' AND (NOT is_protected OR banned_at IS NOT NULL OR kind <> 'group'))`,
    ({ group, user }) =>
      `${user} has a role in ${group} without its time, a protected name or the right to log in, or a time without a role`,
  ),
  rule<{ name: string }>(
    'direct conversations without rules',
    `SELECT name FROM groups
     WHERE kind = 'direct' AND (access <> 'open' OR posting <> 'members' OR replying <> 'members' OR about <> '')
     UNION SELECT name FROM groups JOIN (
       SELECT group_id FROM restrictions UNION SELECT group_id FROM invitations
       UNION SELECT group_id FROM closed_threads UNION SELECT group_id FROM pins) ON group_id = id
     WHERE kind = 'direct'`,
    ({ name }) => `the direct conversation ${name} has rules, which only a group can have`,
  ),
  rule<{ name: string }>(
    'removed groups',
    `SELECT name FROM groups WHERE kind = 'removed'
       AND (member_count <> 0 OR name_key <> 'removed#' || id OR id IN (
         SELECT group_id FROM memberships WHERE role <> 'member' UNION SELECT group_id FROM invitations))`,
    ({ name }) =>
      `the group ${name} was removed, and still has a member count, its key, roles or invitations`,
  ),
  rule<{ group: string; user: string }>(
    'restrictions',
    `SELECT groups.name AS "group", users.name AS user
     FROM restrictions JOIN groups ON groups.id = group_id JOIN users ON users.id = user_id
     WHERE (restrictions.kind = 'silenced') <> (until IS NOT NULL) OR (restrictions.kind = 'barred' AND EXISTS (
       SELECT 1 FROM memberships WHERE memberships.group_id = groups.id AND memberships.user_id = users.id))`,
    ({ group, user }) =>
      `${user} is silenced in ${group} without an end, or barred from it with an end or as a member`,
  ),
  rule<{ name: string }>(
    'invitations',
    `SELECT name FROM invitations JOIN groups ON groups.id = group_id
     WHERE (invitations.user_id IS NULL) = (code_hash IS NULL)
       OR (code_hash IS NULL AND (uses IS NOT NULL OR until IS NOT NULL)) OR uses < 0`,
    ({ name }) => `an invitation to ${name} is neither of a user nor a code`,
  ),
  rule<{ name: string; number: number; what: string }>(
    'pins and reports',
    `${reportedAndPinned}
     SELECT DISTINCT name, number, what FROM wanted JOIN groups ON groups.id = group_id
     WHERE kind <> 'removed' AND (group_id, number) NOT IN (SELECT group_id, number FROM found)`,
    ({ name, number, what }) =>
      `a ${what} is about message ${number} of ${name}, which is not there`,
  ),
  rule<{ name: string; thread: number }>(
    'closed threads',
    // The first message of a thread may be deleted, or purged while replies are left.
    `WITH found AS MATERIALIZED (
       SELECT group_id, number FROM (
         SELECT group_id, number FROM messages INDEXED BY messages_posted WHERE deleted_at IS NULL
         UNION ALL SELECT group_id, number FROM messages INDEXED BY messages_deleted WHERE deleted_at IS NOT NULL)
       WHERE group_id IN (SELECT group_id FROM closed_threads)
         AND (group_id, number) IN (SELECT group_id, thread FROM closed_threads))
     SELECT name, thread FROM closed_threads JOIN groups ON groups.id = group_id
     WHERE kind <> 'removed' AND (group_id, thread) NOT IN (SELECT group_id, number FROM found)
       AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.group_id = closed_threads.group_id
         AND messages.thread = closed_threads.thread AND messages.deleted_at IS NULL)`,
    ({ name, thread }) => `thread ${thread} of ${name} is closed, and no message of it is there`,
  ),
];
