import type { ModerationCounts } from '../../board/ports/statistics.ts';
import type { Client } from './file/connection.ts';

// The rows of a removed group are deleted in steps.
const inGroup = "(SELECT kind FROM groups WHERE groups.id = set_.group_id) = 'group'";

/** Counts groups by access, roles, and what moderators have set. @param now in microseconds */
export function countModeration(client: Client, now: number): ModerationCounts {
  return client
    .prepare<[{ now: number }], ModerationCounts>(
      `SELECT count(*) FILTER (WHERE access = 'open') AS openGroups,
         count(*) FILTER (WHERE access = 'invite') AS inviteGroups,
         count(*) FILTER (WHERE access = 'secret') AS secretGroups,
         count(*) FILTER (WHERE created_by IS NOT NULL AND NOT EXISTS (
           SELECT 1 FROM memberships
           WHERE group_id = groups.id AND role_since IS NOT NULL AND role = 'owner')) AS withoutOwner,
         (SELECT count(*) FROM memberships WHERE role = 'owner') AS owners,
         (SELECT count(*) FROM memberships
           WHERE role_since IS NOT NULL AND role = 'moderator') AS moderators,
         (SELECT count(*) FROM restrictions AS set_ WHERE set_.kind = 'barred' AND ${inGroup}) AS barred,
         (SELECT count(*) FROM restrictions AS set_
           WHERE set_.kind = 'silenced' AND until > :now AND ${inGroup}) AS silenced,
         (SELECT count(*) FROM invitations
           WHERE (until IS NULL OR until > :now) AND coalesce(uses, 1) > 0) AS invitations,
         (SELECT count(*) FROM reports AS set_ WHERE closed_at IS NULL AND ${inGroup}) AS reports
       FROM groups WHERE kind = 'group'`,
    )
    .get({ now }) as ModerationCounts;
}
