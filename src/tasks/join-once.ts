import type { BoardClient } from '../client/board-client.ts';
import { BoardError } from '../protocol/errors.ts';

/** Joins a group, unless the user is a member already. @throws the error of `group.join` */
export async function joinOnce({ call }: BoardClient, group: string): Promise<void> {
  try {
    await call('group.join', { group });
  } catch (error) {
    if (!(error instanceof BoardError && error.code === 'ALREADY_MEMBER')) throw error;
  }
}
