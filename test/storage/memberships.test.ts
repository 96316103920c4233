import { expect, test } from 'vitest';
import type { Actor } from '../../src/board/ports/repository.ts';
import type { GroupRef } from '../../src/board/types.ts';
import {
  groupNamed,
  groupsOf,
  login,
  main,
  member,
  openBoard,
  post,
  refusal,
  type StoredBoard,
  seen,
} from '../helpers/storage.ts';

/** Everything that can be asked of a group. */
function asks({ repository }: StoredBoard, actor: Actor, group: GroupRef) {
  return {
    leave: () => repository.leave(actor, group),
    members: () => repository.members(actor, group),
    post: () => repository.post(actor, group, { subject: 'hello', content: '' }),
    message: () => repository.message(actor, group, 1),
    messages: () => repository.messages(actor, group, { limit: 10 }),
    markRead: () => repository.markRead(actor, group, 1),
  };
}

test('a group is found by its name without regard to case, and by its number', async () => {
  const board = openBoard();
  const alice = await login(board, 'alice');
  const byName = await board.repository.join(alice, groupNamed('MAIN'));
  const byNumber = await board.repository.leave(alice, { id: 1 });
  expect(byName.group).toEqual({ id: 1, name: 'main' });
  expect(byNumber.group).toEqual({ id: 1, name: 'main' });
});

test.each([
  ['a name', groupNamed('Nowhere'), 'There is no group Nowhere.'],
  ['a number', { id: 77 }, 'There is no group 77.'],
])('a group that does not exist, by %s, is answered as such', async (_, group, message) => {
  const board = openBoard();
  const alice = await login(board, 'alice');
  const all = { ...asks(board, alice, group), join: () => board.repository.join(alice, group) };
  for (const [what, ask] of Object.entries(all)) {
    await expect(ask(), what).rejects.toMatchObject({ code: 'GROUP_NOT_FOUND', message });
  }
});

test('what happens in a group is for its members alone', async () => {
  const board = openBoard();
  await post(board, await member(board, 'alice'), 'for members');
  const bob = await login(board, 'bob');
  for (const [what, ask] of Object.entries(asks(board, bob, main))) {
    expect(await refusal(ask()), what).toBe('NOT_MEMBER');
  }
});

test('joining shows the members by name and the messages that can be seen', async () => {
  const board = openBoard();
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
  const board = openBoard();
  const alice = await member(board, 'alice');
  const bob = await member(board, 'bob');
  for (const subject of ['one', 'two', 'three']) await post(board, alice, subject);

  expect(await refusal(board.repository.join(bob, main))).toBe('ALREADY_MEMBER');

  expect(await seen(board, bob)).toEqual([1, 2, 3]);
});

test('leaving and joining again starts a new join time', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  const bob = await member(board, 'bob');
  for (const subject of ['one', 'two', 'three']) await post(board, alice, subject);
  expect(await seen(board, bob)).toEqual([1, 2, 3]);

  await board.repository.leave(bob, main);
  await board.repository.join(bob, main);

  expect(await seen(board, bob)).toEqual([2, 3]);
});

test('memberships and join times outlive a restart', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  for (const subject of ['one', 'two', 'three']) await post(board, alice, subject);
  await member(board, 'bob');
  board.close();

  const again = openBoard({ file: board.file });
  const bob = await login(again, 'bob');

  expect(await seen(again, bob)).toEqual([2, 3]);
  expect(await refusal(again.repository.join(bob, main))).toBe('ALREADY_MEMBER');
  const { members } = await again.repository.members(bob, main);
  expect(members.map(({ name }) => name)).toEqual(['alice', 'bob']);
});

test('joining and leaving are told once each, with who did and from where', async () => {
  const board = openBoard();
  const alice = await login(board, 'alice');
  board.events.length = 0;

  await board.repository.join(alice, main);
  await board.repository.leave(alice, main);

  const rest = { origin: alice.origin, group: { id: 1, name: 'main' }, user: alice.user };
  expect(board.events).toEqual([
    { type: 'member.joined', ...rest, lastNumber: 0 },
    { type: 'member.left', ...rest },
  ]);
});

test('the list of groups counts members and messages, and says what is unread', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  const bob = await member(board, 'bob');
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
    lastNumber: 1,
  });
  expect(groups[1]).toMatchObject({ name: 'general', members: 0, joined: false, unread: 0 });
  // Bob's older session was told of it.
  expect((await groupsOf(board, bob))[0]).toMatchObject({ unread: 0 });
});

test('a group made anew never has the number of one that was deleted', () => {
  const { client } = openBoard();
  const add = client.prepare<[], { id: number }>(
    "INSERT INTO groups (name, name_key, created_at) VALUES ('club', 'club', 1) RETURNING id",
  );
  const first = add.get()?.id ?? 0;
  client.prepare('DELETE FROM groups WHERE id = ?').run(first);
  expect(add.get()?.id).toBeGreaterThan(first);
});

test('deleting a group takes its memberships and messages along', async () => {
  const board = openBoard();
  await post(board, await member(board, 'alice'), 'one');
  board.client.exec("DELETE FROM groups WHERE name = 'main'");
  expect(board.client.prepare('SELECT * FROM memberships').all()).toEqual([]);
  expect(board.client.prepare('SELECT * FROM messages').all()).toEqual([]);
});

test('a user who was deleted just now joins nothing', async () => {
  const board = openBoard();
  const gone = await login(board, 'gone');
  board.client.exec('DELETE FROM users');
  expect(await refusal(board.repository.join(gone, main))).toBe('USER_NOT_FOUND');
});
