import type { Administration } from '../../board/ports/administration.ts';
import type { GroupRef } from '../../board/types.ts';
import { BoardError } from '../../protocol/errors.ts';

/**
 * Resolves `last` to the number of the newest message of a group. Returns any other number unchanged.
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
