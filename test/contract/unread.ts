import { expect, test } from 'vitest';
import type { Actor } from '../../src/board/ports/repository.ts';
import { limits } from '../../src/protocol/limits.ts';
import { groupsOf, login, main, member, post } from '../helpers/storage.ts';
import type { OpenStorage, StorageUnderTest } from './storage.ts';

/** The number of unread messages in `main` that the list of groups shows. */
async function unreadCount(board: StorageUnderTest, actor: Actor): Promise<number | undefined> {
  const groups = await groupsOf(board, actor);
  return groups.find(({ name }) => name === 'main')?.unread;
}

/** Unread messages and read marks. */
export function unreadContract(open: OpenStorage): void {
  /** A board where Bob has posted three messages while Alice was away. */
  async function threeWaiting() {
    const board = open();
    const alice = await member(board, 'alice');
    const bob = await member(board, 'bob');
    await board.accounts.disconnect(alice, null);
    for (const subject of ['one', 'two', 'three']) await post(board, bob, subject);
    return { board, bob };
  }

  test('messages posted while a member was away are unread', async () => {
    const { board } = await threeWaiting();
    expect(await unreadCount(board, await login(board, 'alice'))).toBe(3);
  });

  test('the messages from before a join are not unread', async () => {
    const { board } = await threeWaiting();
    await member(board, 'carol');
    expect(await unreadCount(board, await login(board, 'carol'))).toBe(0);
  });

  test('messages announced while connected are not unread', async () => {
    const { board, bob } = await threeWaiting();
    const alice = await login(board, 'alice');
    await post(board, bob, 'four');
    expect(await unreadCount(board, alice)).toBe(3);
  });

  test('unread messages are counted up to a limit', async () => {
    const { board, bob } = await threeWaiting();
    const further = Array.from({ length: limits.unread - 4 }, () => post(board, bob, 'further'));
    await Promise.all(further);
    for (const counted of [limits.unread - 1, limits.unread, limits.unread]) {
      expect(await unreadCount(board, await login(board, 'alice'))).toBe(counted);
      await post(board, bob, 'one more');
    }
  });

  test('messages up to the read mark are not unread', async () => {
    const { board } = await threeWaiting();
    const alice = await login(board, 'alice');
    await board.repository.markRead(alice, main, 2);
    expect(await unreadCount(board, alice)).toBe(1);
  });

  test('reading an old message does not move the read mark back', async () => {
    const { board } = await threeWaiting();
    const alice = await login(board, 'alice');
    await board.repository.markRead(alice, main, 2);
    await board.repository.markRead(alice, main, 1);
    expect(await unreadCount(board, alice)).toBe(1);
  });

  test('the read mark does not pass the newest message', async () => {
    const { board, bob } = await threeWaiting();
    const alice = await login(board, 'alice');
    await board.repository.markRead(alice, main, 1000);
    expect(await unreadCount(board, alice)).toBe(0);
    await board.accounts.disconnect(alice, null);
    await post(board, bob, 'four');
    expect(await unreadCount(board, await login(board, 'alice'))).toBe(1);
  });

  test('a deleted message is not unread', async () => {
    const { board } = await threeWaiting();
    await board.administration.deleteMessages(main, [2]);
    expect(await unreadCount(board, await login(board, 'alice'))).toBe(2);
  });

  test('when a session ends, the messages that it was sent count as read', async () => {
    const { board, bob } = await threeWaiting();
    const alice = await login(board, 'alice');
    await board.repository.markRead(alice, main, 3);
    await post(board, bob, 'four');
    await board.accounts.disconnect(alice, null);
    expect(await unreadCount(board, await login(board, 'alice'))).toBe(0);
  });

  test('when a session ends with older messages unread, nothing more counts as read', async () => {
    const { board, bob } = await threeWaiting();
    const alice = await login(board, 'alice');
    await board.repository.markRead(alice, main, 2);
    await post(board, bob, 'four');
    await board.accounts.disconnect(alice, null);
    expect(await unreadCount(board, await login(board, 'alice'))).toBe(2);
  });

  test('the end of a session moves the read mark in each group by itself', async () => {
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

  test('after a crash, messages announced during the session are unread', async () => {
    const { board, bob } = await threeWaiting();
    const alice = await login(board, 'alice');
    await board.repository.markRead(alice, main, 3);
    await post(board, bob, 'four');
    await board.restart();
    expect(await unreadCount(board, await login(board, 'alice'))).toBe(1);
  });
}
