import type { UnreadCount } from '../../board/ports/reading.ts';
import type { User } from '../../board/types.ts';
import type { Context } from './context.ts';
import { inSteps } from './in-steps.ts';

/** A group of the user, with the read mark and the newest number. */
interface Counted {
  readonly id: number;
  readonly lastRead: number;
  readonly lastNumber: number;
}

/** The unread messages of each group, posted up to `until`, by the group's id. A group without any may be missing. */
export async function unreadOf(
  context: Context,
  user: User,
  groups: readonly Counted[],
  until: number,
): Promise<ReadonlyMap<number, UnreadCount>> {
  const behind = groups.filter(({ lastRead, lastNumber }) => lastRead < lastNumber);
  if (behind.length === 0) return new Map();
  const ids = behind.map(({ id }) => id);
  const counts = await inSteps(context, context.board.unread(user, until, ids));
  for (const count of counts) passOwn(context, count);
  return new Map(counts.map((count) => [count.group, count]));
}

/**
 * Lets the read mark pass many own messages, so that the next count does not look at them again. Own messages are
 * never unread, so it changes no count. If it fails, the next count does it.
 */
function passOwn({ board, session }: Context, { group, lastRead, ownUpTo }: UnreadCount): void {
  if (ownUpTo === undefined || !session.login) return;
  board.markRead(session.actor, group, [[lastRead + 1, ownUpTo]]).catch(() => {});
}
