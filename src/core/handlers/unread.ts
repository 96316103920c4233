import type { UnreadCount } from '../../board/ports/repository.ts';
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
 * The unread messages of each group, posted up to `until`, by the group's id. A group without any may be missing.
 * @param groups in the order of their ids
 */
export async function unreadOf(
  { board, costs }: Context,
  user: User,
  groups: readonly Counted[],
  until: number,
): Promise<ReadonlyMap<number, UnreadCount>> {
  const counts = new Map<number, UnreadCount>();
  const behind = groups.filter(({ lastRead, lastNumber }) => lastRead < lastNumber);
  const first = behind[0]?.id ?? 0;
  const last = behind.at(-1)?.id ?? 0;
  if (last === 0) return counts;
  let mark = costs.mark();
  for (let after = first - 1; after < last; ) {
    const page = await board.unread(user, until, { after, limit: groupsAtOnce });
    for (const found of page) counts.set(found.group, found);
    after = page.at(-1)?.group ?? last;
    mark = await costs.breathe(mark);
  }
  costs.charge(mark);
  return counts;
}
