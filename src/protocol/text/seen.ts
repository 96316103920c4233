import { BoardError } from '../errors.ts';
import type { Call } from '../schemas.ts';

/** Marks messages as read. If the board cannot write, this does nothing, and the messages stay unread. */
export async function countAsSeen(
  call: Call,
  group: string | number,
  number: number,
): Promise<void> {
  try {
    await call('message.markRead', { group, number });
  } catch (error) {
    if (!(error instanceof BoardError && error.code === 'STORAGE_FAILED')) throw error;
  }
}
