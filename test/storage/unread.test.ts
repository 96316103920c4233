import { expect, test } from 'vitest';
import type { Actor } from '../../src/board/ports/repository.ts';
import { limits } from '../../src/protocol/limits.ts';
import {
  groupsOf,
  login,
  main,
  member,
  openBoard,
  post,
  type StoredBoard,
} from '../helpers/storage.ts';

/** What `%groups` says is unread in `main`. */
async function unread(board: StoredBoard, actor: Actor): Promise<number | undefined> {
  const groups = await groupsOf(board, actor);
  return groups.find(({ name }) => name === 'main')?.unread;
}

/** A board where alice, away, has been sent three messages by bob. */
async function threeWaiting() {
  const board = openBoard();
  const alice = await member(board, 'alice');
  const bob = await member(board, 'bob');
  await board.accounts.disconnect(alice, null);
  for (const subject of ['one', 'two', 'three']) await post(board, bob, subject);
  return { board, bob };
}

test('what came while a member was away is unread', async () => {
  const { board } = await threeWaiting();
  expect(await unread(board, await login(board, 'alice'))).toBe(3);
});

test('what a joining member is shown from before is not unread', async () => {
  const { board } = await threeWaiting();
  await member(board, 'carol');
  expect(await unread(board, await login(board, 'carol'))).toBe(0);
});

test('what comes while a member is connected is told at once, and not unread', async () => {
  const { board, bob } = await threeWaiting();
  const alice = await login(board, 'alice');
  await post(board, bob, 'four');
  expect(await unread(board, alice)).toBe(3);
});

test('so many unread messages are counted, and not one more', async () => {
  const { board, bob } = await threeWaiting();
  const further = Array.from({ length: limits.unread - 4 }, () => post(board, bob, 'further'));
  await Promise.all(further);
  for (const counted of [limits.unread - 1, limits.unread, limits.unread]) {
    expect(await unread(board, await login(board, 'alice'))).toBe(counted);
    await post(board, bob, 'one more');
  }
});

test('what was read up to a number is not unread any more', async () => {
  const { board } = await threeWaiting();
  const alice = await login(board, 'alice');
  await board.repository.markRead(alice, main, 2);
  expect(await unread(board, alice)).toBe(1);
});

test('reading an old message takes nothing back', async () => {
  const { board } = await threeWaiting();
  const alice = await login(board, 'alice');
  await board.repository.markRead(alice, main, 2);
  await board.repository.markRead(alice, main, 1);
  expect(await unread(board, alice)).toBe(1);
});

test('nothing can be read that was not posted yet', async () => {
  const { board, bob } = await threeWaiting();
  const alice = await login(board, 'alice');
  await board.repository.markRead(alice, main, 1000);
  expect(await unread(board, alice)).toBe(0);
  await board.accounts.disconnect(alice, null);
  await post(board, bob, 'four');
  expect(await unread(board, await login(board, 'alice'))).toBe(1);
});

test('a deleted message is not unread', async () => {
  const { board } = await threeWaiting();
  board.client.exec('DELETE FROM messages WHERE number = 2');
  expect(await unread(board, await login(board, 'alice'))).toBe(2);
});

test('on leaving, what a session was told of counts as seen', async () => {
  const { board, bob } = await threeWaiting();
  const alice = await login(board, 'alice');
  await board.repository.markRead(alice, main, 3);
  await post(board, bob, 'four');
  await board.accounts.disconnect(alice, null);
  expect(await unread(board, await login(board, 'alice'))).toBe(0);
});

test('on leaving, nothing counts as seen while something older is unread', async () => {
  const { board, bob } = await threeWaiting();
  const alice = await login(board, 'alice');
  await board.repository.markRead(alice, main, 2);
  await post(board, bob, 'four');
  await board.accounts.disconnect(alice, null);
  expect(await unread(board, await login(board, 'alice'))).toBe(2);
});

test('leaving the board catches up in each group by itself', async () => {
  const { board, bob } = await threeWaiting();
  const news = { id: 3 };
  const alice = await login(board, 'alice');
  await board.repository.join(alice, news);
  await board.repository.join(bob, news);
  await post(board, bob, 'news', { group: news });
  await board.accounts.disconnect(alice, null);
  const groups = await groupsOf(board, await login(board, 'alice'));
  expect(groups).toMatchObject([{ unread: 3 }, {}, { name: 'news', unread: 0 }, {}, {}]);
});

test('without a word of goodbye, what came during the session stays unread', async () => {
  const { board, bob } = await threeWaiting();
  const alice = await login(board, 'alice');
  await board.repository.markRead(alice, main, 3);
  await post(board, bob, 'four');
  board.close();
  const again = openBoard({ file: board.file });
  expect(await unread(again, await login(again, 'alice'))).toBe(1);
});
