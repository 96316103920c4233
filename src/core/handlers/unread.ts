import type { User } from '../../board/types.ts';
import type { Context } from './context.ts';

// Groups that are counted at once: 3 ms, if there is a lot to count in each.
const groupsAtOnce = 10;

/** A group of the user, with the read mark and the newest number. */
interface Counted {
  readonly id: number;
  readonly lastRead: number;
  readonly lastNumber: number;
}

/**
 * How many messages of each group, posted up to `until`, the user has not seen, by the group's id. A group without
 * any may be missing.
 * @param groups in the order of their ids
 */
export async function unreadOf(
  { board, costs }: Context,
  user: User,
  groups: readonly Counted[],
  until: number,
): Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>();
  const behind = groups.filter(({ lastRead, lastNumber }) => lastRead < lastNumber);
  const first = behind[0]?.id ?? 0;
  const last = behind.at(-1)?.id ?? 0;
  if (last === 0) return counts;
  let mark = costs.mark();
  for (let after = first - 1; after < last; ) {
    const page = await board.unread(user, until, { after, limit: groupsAtOnce });
    for (const { group, unread } of page) counts.set(group, unread);
    after = page.at(-1)?.group ?? last;
    mark = await costs.breathe(mark);
  }
  costs.charge(mark);
  return counts;
}
