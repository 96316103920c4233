import { expect, test } from 'vitest';
import { Board } from '../../src/board/board.ts';
import { userName } from '../../src/board/names.ts';
import type { Actor } from '../../src/board/ports/actor.ts';
import { endOfTime } from '../../src/board/times.ts';
import { limits } from '../../src/protocol/limits.ts';
import { indexAll, searchAll } from '../helpers/search.ts';
import {
  complete,
  errorCodeOf,
  groupNamed,
  main,
  member,
  membershipsOf,
  newLogin,
} from '../helpers/storage.ts';
import type { OpenStorage, StorageUnderTest } from './storage.ts';
import { toTheEnd } from './storage.ts';

/** What is unread for a user in `main`, as every part of the board says it. */
async function unreadIn(board: StorageUnderTest, actor: Actor) {
  const { repository, accounts } = board;
  const counts = await complete(repository.unread(actor.user, endOfTime, [1]));
  const count = counts.find(({ group }) => group === 1);
  const next = await complete(repository.nextUnread(actor, main, { read: [] }));
  await indexAll(board);
  const found = await searchAll(board, actor, 'is:unread in:main', 100);
  const threads = await complete(repository.threads(actor, main, { limit: 100 }));
  const again = await accounts.login(userName(actor.user.name), newLogin(), null);
  const opened = await membershipsOf(board, again);
  const { unread = 0, mentions = 0 } = count ?? {};
  expect(found).toHaveLength(unread);
  expect(threads.threads.reduce((sum, thread) => sum + thread.unread, 0)).toBe(unread);
  expect(opened.find(({ group }) => group.id === 1)?.unread ?? 0).toBe(unread);
  return { unread, mentions, next: next.message?.number };
}

/** Muted groups, threads and users. */
export function mutesContract(open: OpenStorage): void {
  /** Bob posts 1 and 3, Carol 2 (for Alice), Bob answers Carol in 4. */
  async function conversation() {
    const board = open();
    const alice = await member(board, 'alice');
    const bob = await member(board, 'bob');
    const carol = await member(board, 'carol');
    const members = new Board(board.repository);
    const say = (actor: Actor, content: string, replyTo?: number) =>
      members.post(actor, 'main', { subject: 'about', content, replyTo });
    await say(bob, 'one');
    await say(carol, 'two, @alice');
    await say(bob, 'three');
    await say(bob, 'four', 2);
    return { board, members, say, alice, bob, carol };
  }

  test('nothing of a muted group is unread, until it is not muted any more', async () => {
    const { board, members, alice } = await conversation();
    expect(await unreadIn(board, alice)).toEqual({ unread: 4, mentions: 1, next: 1 });
    board.events();
    const { group } = await members.setNotify(alice, 'main', 'none');
    expect(group).toEqual({ id: 1, name: 'main' });
    expect(board.events()).toEqual([
      {
        type: 'notify.changed',
        ...{ origin: alice.origin, group, user: alice.user, notify: 'none', lastNumber: 4 },
      },
    ]);
    expect(await unreadIn(board, alice)).toEqual({ unread: 0, mentions: 0, next: undefined });
    expect((await members.mutes(alice)).groups).toEqual([{ ...group, notify: 'none' }]);
    await members.setNotify(alice, 'main', 'all');
    expect(await unreadIn(board, alice)).toEqual({ unread: 4, mentions: 1, next: 1 });
    expect((await members.mutes(alice)).groups).toEqual([]);
  });

  test('of a group that is muted but for mentions, only these are unread', async () => {
    const { board, members, say, alice, bob } = await conversation();
    await members.setNotify(alice, 'main', 'mentions');
    expect(await unreadIn(board, alice)).toEqual({ unread: 1, mentions: 1, next: 2 });
    await say(bob, 'five, @alice');
    await board.repository.markRead(alice, main, [[2, 2]]);
    expect(await unreadIn(board, alice)).toEqual({ unread: 1, mentions: 1, next: 5 });
  });

  test('messages of a muted user are not unread, also if they mention the reader', async () => {
    const { board, members, say, alice, bob, carol } = await conversation();
    expect(await members.muteUser(alice, 'Bob', true)).toEqual(bob.user);
    expect(await unreadIn(board, alice)).toEqual({ unread: 1, mentions: 1, next: 2 });
    await members.muteUser(alice, 'carol', true);
    expect(await unreadIn(board, alice)).toEqual({ unread: 0, mentions: 0, next: undefined });
    expect((await members.mutes(alice)).users).toEqual([bob.user, carol.user]);
    expect(await unreadIn(board, carol)).toMatchObject({ unread: 3 });
    await board.repository.markRead(alice, main, [[1, 1]]);
    await members.muteUser(alice, 'bob', false);
    await say(bob, 'five');
    expect(await unreadIn(board, alice)).toEqual({ unread: 3, mentions: 0, next: 3 });
  });

  test('messages of a muted thread are not unread', async () => {
    const { board, members, say, alice, carol } = await conversation();
    const { thread } = await members.muteThread(alice, 'main', 4, true);
    expect(thread).toBe(2);
    expect(await unreadIn(board, alice)).toEqual({ unread: 2, mentions: 0, next: 1 });
    await say(carol, 'again @alice', 4);
    expect(await unreadIn(board, alice)).toEqual({ unread: 2, mentions: 0, next: 1 });
    expect((await members.mutes(alice)).threads).toEqual([
      { group: { id: 1, name: 'main' }, thread: 2 },
    ]);
    await members.muteThread(alice, 'main', 2, false);
    expect(await unreadIn(board, alice)).toEqual({ unread: 5, mentions: 2, next: 1 });
  });

  test('reading around a muted message does not mark it as read', async () => {
    const { board, members, alice } = await conversation();
    await members.muteUser(alice, 'carol', true);
    await board.repository.markRead(alice, main, [[1, 1]]);
    await board.repository.markRead(alice, main, [[3, 4]]);
    expect(await unreadIn(board, alice)).toMatchObject({ unread: 0 });
    await members.muteUser(alice, 'carol', false);
    expect(await unreadIn(board, alice)).toEqual({ unread: 1, mentions: 1, next: 2 });
  });

  test('what cannot be muted is refused, and a thread that is invisible like one that does not exist', async () => {
    const { board, members, alice } = await conversation();
    const late = await member(board, 'dave');
    const refusals = await Promise.all([
      errorCodeOf(members.muteThread(late, 'main', 1, true)),
      errorCodeOf(members.muteThread(alice, 'main', 99, true)),
      errorCodeOf(members.muteThread(alice, 'news', 1, true)),
      errorCodeOf(members.setNotify(alice, 'news', 'none')),
      errorCodeOf(members.muteUser(alice, 'nobody', true)),
      errorCodeOf(members.muteUser(alice, 'alice', true)),
    ]);
    expect(refusals).toEqual([
      ...['MESSAGE_NOT_FOUND', 'MESSAGE_NOT_FOUND', 'NOT_MEMBER', 'NOT_MEMBER'],
      ...['USER_NOT_FOUND', 'INVALID_PARAMS'],
    ]);
    expect((await members.muteThread(late, 'main', 2, true)).thread).toBe(2);
  });

  test('a user mutes as many users as the limit says', async () => {
    const { board, members, alice } = await conversation();
    for (let n = 0; n < limits.mutedUsers; n++) {
      await board.administration.createUser({ name: `u${n}x`, key: `u${n}x` }, null);
      await members.muteUser(alice, `u${n}x`, true);
    }
    expect(await errorCodeOf(members.muteUser(alice, 'bob', true))).toBe('TOO_MANY_MUTES');
    await members.muteUser(alice, 'u0x', true);
    await members.muteUser(alice, 'u0x', false);
    await members.muteUser(alice, 'bob', true);
  });

  test('leaving a group ends what was muted in it, and deleting a user what concerns them', async () => {
    const { board, members, alice, bob } = await conversation();
    await members.muteThread(alice, 'main', 1, true);
    await members.setNotify(alice, 'main', 'none');
    await board.repository.leave(alice, main);
    await board.repository.join(alice, main);
    await members.muteUser(alice, 'bob', true);
    expect(await members.mutes(alice)).toEqual({ groups: [], threads: [], users: [bob.user] });
    await board.administration.deleteUser('bob', 'keep', toTheEnd);
    expect((await members.mutes(alice)).users).toEqual([]);
    await board.repository.join(alice, groupNamed('news'));
  });
}
