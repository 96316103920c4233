import { BoardError } from '../errors.ts';
import type { Call } from '../schemas.ts';

/** Counts messages as seen. While the board cannot write, they are shown all the same and stay unread. */
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
