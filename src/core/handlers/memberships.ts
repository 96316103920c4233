import { type Membership, openRules, type User } from '../../board/types.ts';
import { toMarks } from '../../board/view.ts';
import { limits } from '../../protocol/limits.ts';
import { type Marks, readMarks } from '../../protocol/marks.ts';
import type { Membership as Shown } from '../../protocol/schemas.ts';
import type { Context } from './context.ts';
import { mappedInSteps } from './in-steps.ts';
import { unreadOf } from './unread.ts';

/**
 * Memberships of a user as a login lists them, with what is unread of the messages posted up to `until`.
 * @param change the counter of `group.changes` from which the user may go on
 * @param memberships in the order of their groups' ids
 */
export async function withUnread(
  context: Context,
  user: User,
  memberships: readonly Membership[],
  until: number,
  change: number,
): Promise<Shown[]> {
  const uncounted = memberships.filter(({ unread }) => (unread ?? null) === null);
  const groups = uncounted.map(({ group: { id }, lastRead, lastNumber }) => ({
    ...{ id, lastRead, lastNumber },
  }));
  const counts = await unreadOf(context, user, groups, until);
  const marksOf = marksInAnswer();
  // Each property is written out: to spread objects costs three times as much.
  const shown = (membership: Membership): Shown => {
    const { group, unread, mentions, lastNumber, notify, rules = openRules, role } = membership;
    const { lastRead, ranges } = marksOf(readMarks(membership));
    const { access, posting, replying } = rules;
    return {
      id: group.id,
      group: context.hub.nameOf(group),
      unread: unread ?? counts.get(group.id)?.unread ?? 0,
      mentions: mentions ?? counts.get(group.id)?.mentions ?? 0,
      lastRead,
      ranges,
      lastNumber,
      change,
      notify,
      access,
      posting,
      replying,
      role: role ?? 'member',
    };
  };
  return mappedInSteps(context, memberships, shown);
}

/**
 * Shows the marks of the groups of one answer, in its order. The ranges of a group are left out if `limits.rangesListed` is too few for
 * them and those before.
 */
export function marksInAnswer(): (marks: Marks) => ReturnType<typeof toMarks> {
  let left: number = limits.rangesListed;
  return ({ lastRead, ranges }) => {
    if (ranges.length > left) return { lastRead, ranges: [] };
    left -= ranges.length;
    return toMarks({ lastRead, ranges });
  };
}
