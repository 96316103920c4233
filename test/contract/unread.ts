import { expect, test } from 'vitest';
import type { Actor } from '../../src/board/ports/actor.ts';
import { limits } from '../../src/protocol/limits.ts';
import { formatRanges } from '../../src/protocol/marks.ts';
import { complete, groupsOf, login, main, member, post } from '../helpers/storage.ts';
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

  test('messages announced while connected are unread until they are read', async () => {
    const { board, bob } = await threeWaiting();
    const alice = await login(board, 'alice');
    await post(board, bob, 'four');
    expect(await unreadCount(board, alice)).toBe(4);
    await board.repository.markRead(alice, main, [[4, 4]]);
    expect(await unreadCount(board, alice)).toBe(3);
  });

  test('a user’s own messages are not unread, before and after others', async () => {
    const { board, bob } = await threeWaiting();
    const alice = await login(board, 'alice');
    await post(board, alice, 'hers');
    await post(board, bob, 'five');
    await post(board, alice, 'hers again');
    expect(await unreadCount(board, alice)).toBe(4);
    expect(await unreadCount(board, bob)).toBe(2);
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
    await board.repository.markRead(alice, main, [[1, 2]]);
    expect(await unreadCount(board, alice)).toBe(1);
  });

  test('reading an old message does not move the read mark back', async () => {
    const { board } = await threeWaiting();
    const alice = await login(board, 'alice');
    await board.repository.markRead(alice, main, [[1, 2]]);
    await board.repository.markRead(alice, main, [[1, 1]]);
    expect(await unreadCount(board, alice)).toBe(1);
  });

  test('the read mark does not pass the newest message', async () => {
    const { board, bob } = await threeWaiting();
    const alice = await login(board, 'alice');
    await board.repository.markRead(alice, main, [[1, 1000]]);
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

  test('when a session ends, nothing counts as read', async () => {
    const { board, bob } = await threeWaiting();
    const alice = await login(board, 'alice');
    await board.repository.markRead(alice, main, [[1, 3]]);
    await post(board, bob, 'four');
    await board.accounts.disconnect(alice, null);
    const again = await login(board, 'alice');
    expect(await unreadCount(board, again)).toBe(1);
    await board.accounts.logout(again, null);
    expect(await unreadCount(board, await login(board, 'alice'))).toBe(1);
  });

  test('reading one message leaves those before it unread', async () => {
    const { board } = await threeWaiting();
    const alice = await login(board, 'alice');
    expect(await board.repository.markRead(alice, main, [[3, 3]])).toEqual({
      lastRead: 0,
      ranges: [[3, 3]],
    });
    expect(await unreadCount(board, alice)).toBe(2);
    expect(
      (await complete(board.repository.nextUnread(alice, main, { read: [] }))).message?.number,
    ).toBe(1);
    const besides = await complete(board.repository.nextUnread(alice, main, { read: [[1, 1]] }));
    expect(besides.message?.number).toBe(2);
  });

  test('the next message of a thread is the one that begins it, before its replies', async () => {
    const { board, bob } = await threeWaiting();
    const alice = await login(board, 'alice');
    const reply = { subject: undefined, content: 'c', replyTo: 2 };
    await board.repository.post(bob, main, reply);
    const next = async (thread: number, ...read: [number, number][]) => {
      const { repository } = board;
      return (await complete(repository.nextUnread(alice, main, { thread, read }))).message?.number;
    };
    expect(await next(2)).toBe(2);
    expect(await next(2, [2, 2])).toBe(4);
    expect(await next(2, [2, 2], [4, 4])).toBe(1);
    expect(await next(3)).toBe(3);
    await board.administration.deleteMessages(main, [2]);
    expect(await next(2)).toBe(4);
  });

  test('the mark passes what cannot be unread: own and deleted messages', async () => {
    const { board, bob } = await threeWaiting();
    const alice = await login(board, 'alice');
    await post(board, alice, 'hers');
    await post(board, bob, 'five');
    await board.administration.deleteMessages(main, [2]);
    const { repository } = board;
    expect(await repository.markRead(alice, main, [[3, 3]])).toEqual({
      lastRead: 0,
      ranges: [[2, 4]],
    });
    expect(await repository.markRead(alice, main, [[1, 1]])).toEqual({ lastRead: 4, ranges: [] });
    expect(await repository.markRead(alice, main, [[5, 5]])).toEqual({ lastRead: 5, ranges: [] });
  });

  test('a catch-up gives what was read before, and restoring that undoes it', async () => {
    const { board } = await threeWaiting();
    const alice = await login(board, 'alice');
    const { repository } = board;
    await repository.markRead(alice, main, [[2, 2]]);
    const { was, marks } = await repository.markAllRead(alice, main);
    expect({ was, marks }).toEqual({
      was: { lastRead: 0, ranges: [[2, 2]] },
      marks: { lastRead: 3, ranges: [] },
    });
    expect(await unreadCount(board, alice)).toBe(0);
    expect(await repository.restoreMarks(alice, main, was)).toEqual(was);
    expect(await unreadCount(board, alice)).toBe(2);
  });

  test('marks that are restored do not pass the newest message', async () => {
    const { board, bob } = await threeWaiting();
    const alice = await login(board, 'alice');
    const marks = { lastRead: 1, ranges: [[3, 1e9] as const, [2e9, 3e9] as const] };
    expect(await board.repository.restoreMarks(alice, main, marks)).toEqual({
      lastRead: 1,
      ranges: [[3, 3]],
    });
    await post(board, bob, 'four');
    expect(await unreadCount(board, alice)).toBe(2);
  });

  test('if there are too many gaps, the oldest counts as read and the others stay exact', async () => {
    const { board, bob } = await threeWaiting();
    const alice = await login(board, 'alice');
    await Promise.all(Array.from({ length: 697 }, () => post(board, bob, 'more')));
    const { repository } = board;
    const odd = Array.from({ length: 350 }, (_, at): [number, number] => [2 * at + 1, 2 * at + 1]);
    for (let at = 0; at < odd.length; at += limits.rangesAtOnce) {
      await repository.markRead(alice, main, odd.slice(at, at + limits.rangesAtOnce));
    }
    const [{ lastRead = 0, ranges = [] } = {}] = await repository.groups(alice);
    expect(formatRanges(ranges).length).toBeLessThanOrEqual(limits.readRanges);
    expect(formatRanges(ranges).length).toBeGreaterThan(limits.readRanges - 8);
    expect(lastRead % 2).toBe(1);
    expect(await unreadCount(board, alice)).toBe((700 - lastRead + 1) / 2);
    const next = await complete(repository.nextUnread(alice, main, { read: [] }));
    expect(next.message?.number).toBe(lastRead + 1);
  });

  test('after a crash, messages announced during the session are unread', async () => {
    const { board, bob } = await threeWaiting();
    const alice = await login(board, 'alice');
    await board.repository.markRead(alice, main, [[1, 3]]);
    await post(board, bob, 'four');
    await board.restart();
    expect(await unreadCount(board, await login(board, 'alice'))).toBe(1);
  });
}
