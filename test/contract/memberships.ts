import { expect, test } from 'vitest';
import { groupName } from '../../src/board/names.ts';
import type { Actor } from '../../src/board/ports/actor.ts';
import { type GroupRef, openRules } from '../../src/board/types.ts';
import {
  errorCodeOf,
  groupNamed,
  groupsOf,
  login,
  main,
  member,
  post,
  seen,
} from '../helpers/storage.ts';
import { type OpenStorage, type StorageUnderTest, toTheEnd } from './storage.ts';

/** Every call about a group but `join`. */
function asks({ repository }: StorageUnderTest, actor: Actor, group: GroupRef) {
  return {
    leave: () => repository.leave(actor, group),
    members: () => repository.members(actor, group),
    post: () => repository.post(actor, group, { subject: 'hello', content: '' }),
    message: () => repository.message(actor, group, 1),
    messages: () => repository.messages(actor, group, { limit: 10 }),
    markRead: () => repository.markRead(actor, group, [[1, 1]]),
  };
}

/** Joining and leaving groups. */
export function membershipsContract(open: OpenStorage): void {
  test('a group is found by its name without regard to case, and by its number', async () => {
    const board = open();
    const alice = await login(board, 'alice');
    const byName = await board.repository.join(alice, groupNamed('MAIN'));
    const byNumber = await board.repository.leave(alice, { id: 1 });
    expect(byName.group).toEqual({ id: 1, name: 'main' });
    expect(byNumber.group).toEqual({ id: 1, name: 'main' });
  });

  test.each([
    ['a name', groupNamed('Nowhere'), 'There is no group Nowhere.'],
    ['a number', { id: 77 }, 'There is no group 77.'],
  ])(
    'a group that does not exist is refused by every call, named by %s',
    async (_, group, message) => {
      const board = open();
      const alice = await login(board, 'alice');
      const all = { ...asks(board, alice, group), join: () => board.repository.join(alice, group) };
      for (const [what, ask] of Object.entries(all)) {
        await expect(ask(), what).rejects.toMatchObject({ code: 'GROUP_NOT_FOUND', message });
      }
    },
  );

  test('only members can read or do anything in a group', async () => {
    const board = open();
    await post(board, await member(board, 'alice'), 'for members');
    const bob = await login(board, 'bob');
    for (const [what, ask] of Object.entries(asks(board, bob, main))) {
      expect(await errorCodeOf(ask()), what).toBe('NOT_MEMBER');
    }
  });

  test('joining shows the members by name and the messages that can be seen', async () => {
    const board = open();
    const zoe = await member(board, 'Zoe');
    for (const subject of ['one', 'two', 'three']) await post(board, zoe, subject);

    const { members, messages } = await board.repository.join(await login(board, 'adam'), main);

    expect(members.map(({ name }) => name)).toEqual(['adam', 'Zoe']);
    expect(messages).toMatchObject([
      { number: 2, sender: 'Zoe', subject: 'two' },
      { number: 3, sender: 'Zoe', subject: 'three' },
    ]);
  });

  test('joining twice is refused and moves no join time', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    const bob = await member(board, 'bob');
    for (const subject of ['one', 'two', 'three']) await post(board, alice, subject);

    expect(await errorCodeOf(board.repository.join(bob, main))).toBe('ALREADY_MEMBER');

    expect(await seen(board, bob)).toEqual([1, 2, 3]);
  });

  test('leaving and joining again starts a new join time', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    const bob = await member(board, 'bob');
    for (const subject of ['one', 'two', 'three']) await post(board, alice, subject);
    expect(await seen(board, bob)).toEqual([1, 2, 3]);

    await board.repository.leave(bob, main);
    await board.repository.join(bob, main);

    expect(await seen(board, bob)).toEqual([2, 3]);
  });

  test('memberships and join times outlive a restart', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    for (const subject of ['one', 'two', 'three']) await post(board, alice, subject);
    await member(board, 'bob');

    await board.restart();
    const bob = await login(board, 'bob');

    expect(await seen(board, bob)).toEqual([2, 3]);
    expect(await errorCodeOf(board.repository.join(bob, main))).toBe('ALREADY_MEMBER');
    const { members } = await board.repository.members(bob, main);
    expect(members.map(({ name }) => name)).toEqual(['alice', 'bob']);
  });

  test('joining and leaving are announced once each, with the user and the session', async () => {
    const board = open();
    const alice = await login(board, 'alice');
    board.events();

    const { joinedAt } = await board.repository.join(alice, main);
    await board.repository.leave(alice, main);

    const rest = { origin: alice.origin, group: { id: 1, name: 'main' }, user: alice.user };
    expect(board.events()).toEqual([
      { type: 'member.joined', ...rest, lastNumber: 0, at: joinedAt },
      { type: 'member.left', ...rest },
    ]);
  });

  test('the list of groups shows members, messages and unread messages', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    await member(board, 'bob');
    await post(board, alice, 'one');
    await board.repository.leave(alice, main);

    const groups = await groupsOf(board, await login(board, 'bob'));

    expect(groups[0]).toEqual({
      id: 1,
      name: 'main',
      description: 'The public group',
      members: 1,
      messages: 1,
      joined: true,
      unread: 1,
      lastRead: 0,
      ranges: [],
      notify: 'all',
      lastNumber: 1,
      change: expect.any(Number),
      ...openRules,
      role: 'member',
      invited: false,
    });
    expect(groups[1]).toMatchObject({ name: 'general', members: 0, joined: false, unread: 0 });
  });

  test('a new group never gets the number of a deleted group', async () => {
    const { administration } = open();
    const add = () => administration.createGroup(groupName('club'), '');
    const first = await add();
    await administration.deleteGroup({ id: first.id }, toTheEnd);
    expect((await add()).id).toBeGreaterThan(first.id);
  });

  test('deleting a group deletes its memberships and messages', async () => {
    const board = open();
    const news = groupNamed('news');
    const alice = await login(board, 'alice');
    await board.repository.join(alice, news);
    await post(board, alice, 'one', { group: news });
    await board.administration.deleteGroup(news, toTheEnd);
    expect((await board.administration.user('alice')).memberships).toEqual([]);
    await board.administration.createGroup(groupName('news'), '');
    expect((await board.repository.join(alice, news)).messages).toEqual([]);
  });

  test('a user who was deleted just now joins nothing', async () => {
    const board = open();
    const gone = await login(board, 'gone');
    await board.administration.deleteUser('gone', 'keep', toTheEnd);
    expect(await errorCodeOf(board.repository.join(gone, main))).toBe('USER_NOT_FOUND');
  });
}
