import { expect, test } from 'vitest';
import { userName } from '../../src/board/names.ts';
import {
  groupsOf,
  login,
  member,
  membershipsOf,
  newLogin,
  openBoard,
  post,
  seen,
} from '../helpers/storage.ts';

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

test('a login counts unread messages from before a join, which only an import can bring about', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  for (const subject of ['one', 'two', 'three', 'four']) await post(board, alice, subject);
  const carol = await member(board, 'carol');
  for (const subject of ['five', 'six', 'seven']) await post(board, alice, subject);
  const unread = async () => {
    const opened = await board.accounts.login(userName('carol'), newLogin(), null);
    return (await membershipsOf(board, opened)).map((membership) => membership.unread);
  };
  expect(await unread()).toEqual([3]);
  board.client.exec(`UPDATE memberships SET last_read_number = 1, last_read_at = NULL
    WHERE user_id = ${carol.user.id}`);
  // The last two from before the join, and three after it.
  expect(await unread()).toEqual([5]);
});
