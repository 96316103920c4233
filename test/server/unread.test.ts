import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import type { TextPeer } from '../helpers/text-peer.ts';

async function post(peer: TextPeer, count: number, group = 'main'): Promise<void> {
  for (let number = 0; number < count; number++) await peer.ask(`%grouppost ${group} s c`);
}

async function away(peer: TextPeer): Promise<void> {
  peer.send('%exit');
  await peer.toEnd();
}

/** Connects as alice. Returns her connection and the notices that it got on the way. */
async function back(board: TestBoard): Promise<[alice: TextPeer, told: string]> {
  const alice = await board.connect();
  await alice.expect('What is your username? ');
  alice.send('alice');
  return [alice, await alice.ask('')];
}

const nothing = '[INFO] Nothing unread.\n';

test('a member who returns gets the unread count of each group', async () => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  await bob.ask('%groupjoin news');
  const before = await board.member('alice');
  await before.ask('%groupjoin news');
  await before.ask('%groupjoin help');
  await away(before);
  await post(bob, 3);
  await post(bob, 1, 'news');

  const [alice, told] = await back(board);
  expect(told).toContain(
    '[INFO] Welcome alice\n[INFO] main: 3 unread\n[INFO] news: 1 unread\n[INFO] Type %next',
  );
  expect(await alice.ask('%unread')).toBe('[INFO] main: 3 unread\n[INFO] news: 1 unread\n');
  expect(await alice.ask('%groups')).toMatch(/news .* joined, 1 unread\n/);
});

test('messages visible on joining are not unread', async () => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  await post(bob, 5);
  const alice = await board.member('alice');
  expect(await alice.ask('%unread')).toBe(nothing);
  await away(alice);
  expect((await back(board))[1]).not.toContain('unread\n');
});

test('messages announced while connected are not unread later', async () => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  const alice = await board.member('alice');
  await post(bob, 3);
  await alice.ask('%post mine c');
  expect(await alice.ask('%unread')).toBe(nothing);
  await away(alice);
  const [again, told] = await back(board);
  expect(told).not.toContain('unread\n');
  expect(await again.ask('%unread')).toBe(nothing);
});

test('if an older message is unread, announced messages are unread again at the next login', async () => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  await away(await board.member('alice'));
  await post(bob, 2);
  const [alice] = await back(board);
  await post(bob, 3);
  await alice.receivedSoFar();
  expect(await alice.ask('%unread')).toBe('[INFO] main: 2 unread\n');
  await away(alice);
  expect((await back(board))[1]).toContain('[INFO] main: 5 unread\n');
});

test.each([
  ['%list', nothing],
  ['%list all', nothing],
  ['%list 1', nothing],
  ['%message 5', nothing],
  ['%message 3', '[INFO] main: 2 unread\n'],
  ['%list before 3', '[INFO] main: 3 unread\n'],
  ['%list all before 3', '[INFO] main: 3 unread\n'],
  ['%users', '[INFO] main: 5 unread\n'],
  ['%message 6', '[INFO] main: 5 unread\n'],
])('of five unread messages, %s leaves: %s', async (line, left) => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  await away(await board.member('alice'));
  await post(bob, 5);
  const [alice] = await back(board);
  await alice.ask(line);
  expect(await alice.ask('%unread')).toBe(left);
  await away(alice);
  const [again] = await back(board);
  expect(await again.ask('%unread')).toBe(left);
});

test('reading an older message does not make newer messages unread', async () => {
  const board = await TestBoard.start();
  const alice = await board.member('alice');
  await post(alice, 5);
  await alice.ask('%list');
  await alice.ask('%message 1');
  await away(alice);
  expect((await back(board))[1]).not.toContain('unread\n');
});

test('a program marks messages as read itself', async () => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  const before = await board.memberProgram('alice');
  await before.call('session.logout', {});
  await post(bob, 5);
  const alice = await board.program('alice');
  const unread = async () => (await alice.call('group.list', {})).groups[0]?.unread;
  await alice.call('message.list', { group: 'main' });
  await alice.call('message.get', { group: 'main', number: 5 });
  expect(await unread()).toBe(5);
  await alice.call('message.markRead', { group: 'main', number: 3 });
  expect(await unread()).toBe(2);
  await alice.call('message.markRead', { group: 'main', number: 1 });
  expect(await unread()).toBe(2);
  await alice.call('message.markRead', { group: 'main', number: 99 });
  expect(await unread()).toBe(0);
  await alice.call('session.logout', {});
  const again = await board.connectProgram();
  expect(await again.call('session.login', { user: 'alice' })).toMatchObject({
    memberships: [{ group: 'main', unread: 0, lastRead: 5, lastNumber: 5 }],
  });
});

test('marking past the last number does not mark later messages', async () => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  const before = await board.memberProgram('alice');
  await before.call('message.markRead', { group: 'main', number: 99 });
  await before.call('session.logout', {});
  await post(bob, 2);
  expect((await back(board))[1]).toContain('[INFO] main: 2 unread\n');
});

test('joining again starts with nothing unread', async () => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  await away(await board.member('alice'));
  await post(bob, 5);
  const [alice] = await back(board);
  await alice.ask('%leave');
  await alice.ask('%join');
  expect(await alice.ask('%unread')).toBe(nothing);
});

test('a read mark set in one session is sent to the user’s other programs', async () => {
  const board = await TestBoard.start();
  await board.protect('alice', 'correct horse');
  const bob = await board.memberProgram('bob');
  const laptop = await board.protectedProgram('alice', 'correct horse');
  await laptop.call('group.join', { group: 'main' });
  const phone = await board.protectedProgram('alice', 'correct horse');
  const terminal = await board.connect();
  terminal.send('alice');
  await terminal.expect('Password: ');
  terminal.send('correct horse');
  await terminal.expect('%help for every command.\n');
  for (const subject of ['one', 'two', 'three']) {
    await bob.call('message.post', { group: 'main', subject, content: 'x' });
  }
  for (const peer of [bob, laptop, phone]) await peer.notices();
  await terminal.expect('Subject: three)\n');

  await phone.call('message.markRead', { group: 'main', number: 2 });
  expect(await laptop.notice()).toEqual({
    jsonrpc: '2.0',
    method: 'marks.changed',
    params: { group: 'main', groupId: 1, lastRead: 2 },
  });
  // A read that moves no mark sends no notice, and other users get no notice of any mark.
  await phone.call('message.markRead', { group: 'main', number: 1 });
  expect(await laptop.notices()).toEqual([]);
  expect([...(await phone.notices()), ...(await bob.notices())]).toEqual([]);
  expect(await terminal.receivedSoFar()).toBe('');
  await terminal.ask('%message 3');
  expect((await laptop.notice()).params).toMatchObject({ lastRead: 3 });
});
