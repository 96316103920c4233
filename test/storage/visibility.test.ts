import { expect, test } from 'vitest';
import { groupsOf, login, member, openBoard, post, seen } from '../helpers/storage.ts';

test('a message posted in the same microsecond as a join counts as posted before it', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  for (const subject of ['one', 'two', 'three', 'four']) await post(board, alice, subject);
  const carol = await member(board, 'carol');
  // Only an import can bring this about.
  board.client.exec(`UPDATE memberships SET joined_at =
    (SELECT posted_at FROM messages WHERE number = 3) WHERE user_id = ${carol.user.id}`);
  expect(await seen(board, carol)).toEqual([2, 3, 4]);
  const [group] = await groupsOf(board, await login(board, 'carol'));
  expect(group?.unread).toBe(0);
});
