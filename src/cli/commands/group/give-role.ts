import type { Administration } from '../../../board/ports/administration.ts';
import type { GroupRef } from '../../../board/types.ts';
import type { Role } from '../../../protocol/rights.ts';

/** Gives a member a role. @returns what to print, with --json and without */
export async function giveRole(
  board: Administration,
  ref: GroupRef,
  name: string,
  wanted: Role,
): Promise<{ document: object; text: string }> {
  const {
    group,
    user,
    role,
    announcementsOnly = false,
  } = await board.moderation.setRole(ref, name, wanted);
  const what = role === 'owner' ? 'the owner' : `a ${role}`;
  const text = [
    `User ${user.name} is ${what} of ${group.name} now.`,
    ...(announcementsOnly
      ? [`Only moderators post in ${group.name} now; group edit --posting members undoes that.`]
      : []),
  ].join('\n');
  const ids = { group: group.name, groupId: group.id };
  return { document: { ...ids, user: user.name, role, announcementsOnly }, text };
}
