import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { TestServer } from '../helpers/server.ts';
import { TextPeer } from '../helpers/text-peer.ts';

const sessions = 15;

test('no token outlives its logout, however soon after the answer the server is killed', async () => {
  const server = await TestServer.start();
  const peers = await Promise.all(
    Array.from({ length: sessions }, async (_, at) => {
      const peer = await JsonPeer.connect(server.port);
      const { token } = await peer.call('session.login', { user: `user${at}` });
      return Object.assign(peer, { token });
    }),
  );
  const stays = await JsonPeer.connect(server.port);
  const { token: valid } = await stays.call('session.login', { user: 'stays' });
  await Promise.all(peers.map((peer) => peer.call('session.logout', {})));
  server.signal('SIGKILL');
  await server.exited();

  const next = await TestServer.start({ data: server.data });
  const again = await JsonPeer.connect(next.port);
  for (const { token } of peers) {
    expect((await again.errorOf('session.resume', { token })).word).toBe('TOKEN_INVALID');
  }
  expect(await again.call('session.resume', { token: valid })).toMatchObject({ user: 'stays' });
});

test('after a goodbye and a kill of the server, a message that was opened is read and the others are unread', async () => {
  const server = await TestServer.start();
  const bob = await JsonPeer.member(server.port, 'bob');
  const alice = await TextPeer.connect(server.port);
  alice.send('alice', '%groupjoin main', '%ping');
  await alice.expect('[INFO] pong\n');
  await bob.call('message.post', { group: 'main', subject: 'one', content: '' });
  await bob.call('message.post', { group: 'main', subject: 'two', content: '' });
  await alice.expect('New message from bob (ID: 2,');
  alice.send('%message 2', '%exit');
  await alice.expect('[INFO] Goodbye.\n');
  server.signal('SIGKILL');
  await server.exited();

  const next = await TestServer.start({ data: server.data });
  const again = await JsonPeer.connect(next.port);
  const { memberships } = await again.call('session.login', { user: 'alice' });
  expect(memberships).toMatchObject([{ group: 'main', unread: 1, lastRead: 0, ranges: [[2, 2]] }]);
});

test('while another process holds the lock a logout is not answered, and once it is, the token has ended', async () => {
  const board = await TestBoard.start();
  const alice = await board.connectProgram();
  const { token } = await alice.call('session.login', { user: 'alice' });
  const probe = await board.connectProgram();
  const lock = board.database();
  lock.exec('BEGIN IMMEDIATE');
  const logout = alice.request('session.logout', {});
  for (let each = 0; each < 20; each++) await probe.call('ping', {});
  expect(alice.received.filter(({ id }) => id === 2)).toEqual([]);
  expect(alice.ended).toBe(false);
  lock.exec('COMMIT');
  expect((await logout).result).toEqual({});
  expect((await probe.errorOf('session.resume', { token })).word).toBe('TOKEN_INVALID');
});

test('a session is sent the messages that were posted before its logout in the same commit, and none after', async () => {
  const board = await TestBoard.start();
  const bob = await board.memberProgram('bob');
  const alice = await board.memberProgram('alice');
  const post = (subject: string) =>
    bob.call('message.post', { group: 'main', subject, content: '' });
  const lock = board.database();
  lock.exec('BEGIN IMMEDIATE');
  const before = post('before');
  const probe = await board.connectProgram();
  for (let each = 0; each < 20; each++) await probe.call('ping', {});
  const logout = alice.call('session.logout', {});
  for (let each = 0; each < 20; each++) await probe.call('ping', {});
  const after = post('after');
  for (let each = 0; each < 20; each++) await probe.call('ping', {});
  lock.exec('COMMIT');
  await Promise.all([before, logout, after]);
  await alice.closed();
  const told = alice.received.filter(({ method }) => method === 'message.posted');
  expect(told).toMatchObject([{ params: { message: { number: 1 } } }]);
  const { memberships } = await probe.call('session.login', { user: 'alice' });
  expect(memberships).toMatchObject([{ unread: 2, lastRead: 0, lastNumber: 2 }]);
});

test('a logout that cannot be stored is refused, and the session stays', async () => {
  const board = await TestBoard.start();
  const alice = await board.program('alice');
  board
    .database()
    .exec(
      "CREATE TRIGGER full BEFORE INSERT ON ended_tokens BEGIN SELECT raise(ABORT, 'full'); END",
    );
  expect((await alice.errorOf('session.logout', {})).word).toBe('INTERNAL_ERROR');
  await alice.call('ping', {});
  board.database().exec('DROP TRIGGER full');
  await alice.call('session.logout', {});
  await alice.closed();
});
