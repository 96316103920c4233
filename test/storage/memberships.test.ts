import { expect, test } from 'vitest';
import { member, openBoard, post } from '../helpers/storage.ts';

test('the foreign keys delete the memberships and messages of a deleted group', async () => {
  const board = openBoard();
  await post(board, await member(board, 'alice'), 'one');
  board.client.exec("DELETE FROM groups WHERE name = 'main'");
  expect(board.client.prepare('SELECT * FROM memberships').all()).toEqual([]);
  expect(board.client.prepare('SELECT * FROM messages').all()).toEqual([]);
});
