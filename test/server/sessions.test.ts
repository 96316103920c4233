import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { numbersTold, range } from './support.ts';

const password = 'correct horse';
const takenOver = 'Another connection has taken this session over.';

/** Alice, whose name is protected, at two programs and a terminal, in `main`; and bob, a program. */
async function aliceThreeTimes() {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  await board.protect('alice', password);
  const laptop = await board.protectedProgram('alice', password);
  await laptop.call('group.join', { group: 'main' });
  const phone = await board.protectedProgram('alice', password);
  const terminal = await board.connect();
  terminal.send('alice', password);
  await terminal.expect('%help for every command.\n');
  await bob.notice();
  return { board, bob, laptop, phone, terminal };
}

function post(peer: JsonPeer, subject: string) {
  return peer.call('message.post', { group: 'main', subject, content: 'c' });
}

/** A program that logs in with the right to resume. */
async function withToken(board: TestBoard, user: string) {
  const peer = await board.connectProgram();
  const { token } = await peer.call('session.login', { user });
  return Object.assign(peer, { token });
}

async function resumeRefusal(board: TestBoard, token: string): Promise<string> {
  const peer = await board.connectProgram();
  return (await peer.errorOf('session.resume', { token })).word;
}

test('a protected user may have several sessions, and each is notified', async () => {
  const { bob, laptop, phone, terminal } = await aliceThreeTimes();
  await post(bob, 'hello');
  for (const peer of [laptop, phone]) {
    expect(await peer.notice()).toMatchObject({
      method: 'message.posted',
      params: { message: { number: 1, sender: 'bob' } },
    });
  }
  await terminal.expect('New message from bob (ID: 1,');
});

test('a post is announced to the other sessions of its sender, but not to the one that posts', async () => {
  const { bob, laptop, phone, terminal } = await aliceThreeTimes();
  await post(laptop, 'from the laptop');
  await terminal.expect('New message from alice (ID: 1,');
  expect(await phone.notice()).toMatchObject({ params: { message: { number: 1 } } });
  expect(await bob.notice()).toMatchObject({ params: { message: { number: 1 } } });
  expect(await laptop.notices()).toEqual([]);
});

test('a group that is joined or left in one session is joined or left in all sessions of the user', async () => {
  const { bob, laptop, phone } = await aliceThreeTimes();
  await bob.call('group.join', { group: 'news' });
  await laptop.call('group.join', { group: 'news' });
  expect(await phone.notice()).toMatchObject({
    method: 'member.joined',
    params: { group: 'news', groupId: 3, user: 'alice', lastNumber: 0 },
  });
  await bob.call('message.post', { group: 'news', subject: 's', content: 'c' });
  for (const peer of [phone, laptop]) {
    expect((await peer.notice()).params).toMatchObject({ group: 'news', message: { number: 1 } });
  }
  await phone.call('group.leave', { group: 'news' });
  expect((await laptop.notice()).method).toBe('member.left');
  await bob.call('message.post', { group: 'news', subject: 's', content: 'c' });
  expect([...(await laptop.notices()), ...(await phone.notices())]).toEqual([]);
});

test('a user is online until the last session ends; only the first and the last are announced', async () => {
  const { board, bob, laptop, phone, terminal } = await aliceThreeTimes();
  const online = async () => {
    const { members } = await bob.call('group.members', { group: 'main' });
    return members.find(({ name }) => name === 'alice')?.online;
  };
  // What follows in this group is gathered behind it: a marker of who has come and gone.
  const carol = await board.memberProgram('carol');
  await carol.call('session.logout', {});
  const gone = { group: 'main', groupId: 1, online: [], offline: ['carol'] };
  await bob.until(() => bob.received.find(({ method }) => method === 'presence.changed'));
  const told = bob.received.filter(({ method }) => method === 'presence.changed');
  expect(told.map(({ params }) => params)).toEqual([gone]);

  for (const peer of [laptop, phone]) {
    await peer.call('session.logout', {});
    await peer.closed();
    expect(await online()).toBe(true);
  }
  terminal.send('%exit');
  await terminal.toEnd();
  const presence = () => bob.received.filter(({ method }) => method === 'presence.changed');
  await bob.until(() => presence()[1]);
  expect(await online()).toBe(false);
  expect(presence()[1]?.params).toEqual({
    group: 'main',
    groupId: 1,
    online: [],
    offline: ['alice'],
  });
  await board.protectedProgram('alice', password);
  await board.protectedProgram('alice', password);
  await bob.until(() => presence()[2]);
  expect(presence()[2]?.params).toEqual({
    group: 'main',
    groupId: 1,
    online: ['alice'],
    offline: [],
  });
});

test.each(['unprotected', 'protected'])(
  'resuming a session under an %s name works at once; the stale connection gets a notice and is closed',
  async (kind) => {
    const board = await TestBoard.start();
    if (kind === 'protected') await board.protect('alice', password);
    const stale =
      kind === 'protected'
        ? await board.protectedProgram('alice', password)
        : await withToken(board, 'alice');
    const fresh = await board.connectProgram();
    const resumed = await fresh.call('session.resume', { token: stale.token });
    expect(resumed).toEqual({ user: 'alice', userId: 1, token: stale.token, memberships: [] });
    expect(await stale.notice()).toMatchObject({
      method: 'session.closing',
      params: { reason: takenOver, code: 'TAKEN_OVER' },
    });
    await stale.closed();
    await fresh.call('group.join', { group: 'main' });
  },
);

test('taking a session over is not announced, and ends no other session of the same name', async () => {
  const { board, bob, laptop, phone } = await aliceThreeTimes();
  const fresh = await board.connectProgram();
  await fresh.call('session.resume', { token: laptop.token });
  await laptop.closed();
  await post(bob, 'hello');
  for (const peer of [phone, fresh]) {
    expect((await peer.notice()).params).toMatchObject({ message: { number: 1 } });
  }
  // Nobody came or went, up to a marker of someone who does.
  const carol = await board.memberProgram('carol');
  await carol.call('session.logout', {});
  const presence = await bob.until(() =>
    bob.received.find(({ method }) => method === 'presence.changed'),
  );
  expect(presence.params).toEqual({ group: 'main', groupId: 1, online: [], offline: ['carol'] });
});

test('a session that is taken over again and again has no gap in notices and unread messages', async () => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  let alice = await withToken(board, 'alice');
  await alice.call('group.join', { group: 'main' });
  const { token } = alice;
  const seen: number[] = [];
  const posts: Promise<unknown>[] = [];
  for (let round = 0; round < 10; round++) {
    for (let each = 0; each < 20; each++) posts.push(post(bob, `${round}`));
    const fresh = await board.connectProgram();
    const { memberships } = await fresh.call('session.resume', { token });
    const last = memberships[0]?.lastNumber ?? 0;
    await alice.closed();
    seen.push(...numbersTold(alice));
    // No message falls between the notices of the old connection and those of the new one.
    const { messages } = await fresh.call('message.list', {
      group: 'main',
      after: seen.at(-1) ?? 0,
      limit: 1000,
    });
    seen.push(...messages.map(({ number }) => number).filter((number) => number <= last));
    alice = Object.assign(fresh, { token });
  }
  await Promise.all(posts);
  await alice.notices();
  seen.push(...numbersTold(alice));
  expect(seen).toEqual(range(1, 200));
});

test('messages sent to a connection that the peer does not read any more stay unread', async () => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  const stale = await withToken(board, 'alice');
  await stale.call('group.join', { group: 'main' });
  stale.socket.pause();
  await post(bob, 'one');
  await post(bob, 'two');
  const fresh = await board.connectProgram();
  const { memberships } = await fresh.call('session.resume', { token: stale.token });
  expect(memberships).toMatchObject([{ group: 'main', unread: 2, lastRead: 0, lastNumber: 2 }]);
});

test('a token resumes a session whose connection was lost', async () => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  const gone = await withToken(board, 'alice');
  await gone.call('group.join', { group: 'main' });
  gone.socket.resetAndDestroy();
  await bob.until(() => bob.received.find(({ method }) => method === 'presence.changed'));
  const fresh = await board.connectProgram();
  expect(await fresh.call('session.resume', { token: gone.token })).toMatchObject({
    memberships: [{ group: 'main' }],
  });
  await post(bob, 'hello');
  await fresh.until(() => fresh.received.find(({ method }) => method === 'message.posted'));
});

test('a token ends with the session’s logout', async () => {
  const board = await TestBoard.start();
  const alice = await withToken(board, 'alice');
  await alice.call('session.logout', {});
  await alice.closed();
  // Her next login is committed behind the logout.
  await board.program('alice');
  expect(await resumeRefusal(board, alice.token)).toBe('TOKEN_INVALID');
});

test('a change of the password ends the tokens of all sessions but the one that changes it', async () => {
  const { board, laptop, phone } = await aliceThreeTimes();
  await phone.call('account.setPassword', { password: 'another horse', current: password });
  expect(await resumeRefusal(board, laptop.token)).toBe('TOKEN_INVALID');
  const fresh = await board.connectProgram();
  await fresh.call('session.resume', { token: phone.token });
});

test('a token resumes its session after a restart of the server', async () => {
  const board = await TestBoard.start();
  const alice = await withToken(board, 'alice');
  await alice.call('group.join', { group: 'main' });
  await board.restart();
  const fresh = await board.connectProgram();
  expect(await fresh.call('session.resume', { token: alice.token })).toMatchObject({
    user: 'alice',
    memberships: [{ group: 'main' }],
  });
});

test('a resume under an unprotected name is refused while another user has the name', async () => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  const before = await withToken(board, 'alice');
  await before.call('group.join', { group: 'main' });
  before.socket.resetAndDestroy();
  await bob.until(() => bob.received.find(({ method }) => method === 'presence.changed'));
  const other = await board.program('alice');
  expect(await resumeRefusal(board, before.token)).toBe('NAME_IN_USE');
  await post(other, 'still here');
  await other.call('session.logout', {});
  await other.closed();
  const fresh = await board.connectProgram();
  await fresh.call('session.resume', { token: before.token });
});

test('session.resume is refused after a login', async () => {
  const board = await TestBoard.start();
  const alice = await withToken(board, 'alice');
  const bob = await board.program('bob');
  expect((await bob.errorOf('session.resume', { token: alice.token })).word).toBe(
    'ALREADY_LOGGED_IN',
  );
});
