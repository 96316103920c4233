import type { Group, User } from '../../board/types.ts';
import type { Context } from './context.ts';

/**
 * How many messages of each group, posted up to `until`, the user has not seen. A group with many unread
 * messages takes 0.3 ms, so other connections have their turn in between.
 */
export async function unreadOf(
  { board, costs }: Context,
  user: User,
  groups: readonly Group[],
  until: number,
): Promise<number[]> {
  const counts: number[] = [];
  let mark = costs.mark();
  for (const group of groups) {
    counts.push(await board.unread(user, group, until));
    mark = await costs.breathe(mark);
  }
  costs.charge(mark);
  return counts;
}
