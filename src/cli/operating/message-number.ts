import type { Administration } from '../../board/ports/administration.ts';
import type { GroupRef } from '../../board/types.ts';
import { BoardError } from '../../protocol/errors.ts';

/**
 * The number that `last` stands for in a group; any other number as it is.
 * @throws BoardError `GROUP_NOT_FOUND`, and `MESSAGE_NOT_FOUND` if the group has no message
 */
export async function knownNumber(
  board: Administration,
  ref: GroupRef,
  written: number | 'last',
): Promise<number> {
  if (written !== 'last') return written;
  const { messages } = await board.messages(ref, { limit: 1 });
  const [last] = messages;
  if (last) return last.number;
  const { name } = await board.group(ref);
  throw new BoardError('MESSAGE_NOT_FOUND', `There is no message in ${name}.`);
}
