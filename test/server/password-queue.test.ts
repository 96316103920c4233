import { expect, test } from 'vitest';
import { Passwords } from '../../src/board/passwords.ts';
import { TestBoard } from '../helpers/board.ts';
import { HeldPasswords } from '../helpers/passwords.ts';

const password = 'correct horse';

test('registrations whose connections end before their turn make no user, and do not delay others', async () => {
  // Some 50 ms each, so that all but the first still wait when they hang up.
  const board = await TestBoard.start({ passwords: new Passwords({ ln: 14, r: 8, p: 1 }) });
  await board.protect('alice', password);
  for (let round = 0; round < 3; round++) {
    const strangers = await Promise.all(Array.from({ length: 10 }, () => board.connectProgram()));
    for (const [at, stranger] of strangers.entries()) {
      const request = { user: `name${round}x${at}`, password, create: true };
      stranger.request('session.login', request).catch(() => {});
    }
    const alice = await board.connectProgram();
    for (const stranger of strangers) stranger.socket.resetAndDestroy();
    await alice.call('session.login', { user: 'alice', password });
    await alice.call('session.logout', {});
  }
  const names = board.database().prepare('SELECT name FROM users').pluck().all();
  expect(names.length).toBeLessThan(10);
});

test('sixty right passwords at once from one address all log in', async () => {
  const board = await TestBoard.start();
  const users = Array.from({ length: 60 }, (_, at) => `user${at}`);
  for (const user of users) await board.protect(user, password);
  for (const known of [true, false]) {
    if (!known) board.database().exec('DELETE FROM known_networks');
    const peers = await Promise.all(users.map(() => board.connectProgram()));
    await Promise.all(
      peers.map((peer, at) => peer.call('session.login', { user: users[at] ?? '', password })),
    );
    for (const peer of peers) await peer.call('session.logout', {});
  }
});

test('a connection whose password still waits for its turn is not closed by the login timeout', async () => {
  const passwords = new HeldPasswords();
  const board = await TestBoard.start({ passwords, limits: { loginTime: 1000 } });
  await board.protect('alice', password);
  const alice = await board.connectProgram();
  const { begun, release } = passwords.hold();
  const login = alice.request('session.login', { user: 'alice', password });
  await begun;
  // It has as long to log in as alice, and began later.
  const idle = await board.connectProgram();
  await idle.closed();
  release();
  expect((await login).result).toMatchObject({ user: 'alice' });
});

test('a user can log in from a known address while others guess the password from elsewhere', async () => {
  const board = await TestBoard.start({ limits: { wrongPasswords: 1000 } });
  await board.protect('alice', password);
  const guessers = await Promise.all(
    Array.from({ length: 40 }, (_, at) => board.connectProgram(`127.0.1.${at + 1}`)),
  );
  const guesses = guessers.map((peer) =>
    peer
      .request('session.login', { user: 'alice', password: 'wrong horse' })
      .catch(() => undefined),
  );
  await Promise.any(guesses);
  for (let each = 0; each < 8; each++) {
    const alice = await board.connectProgram();
    await alice.call('session.login', { user: 'alice', password });
    await alice.call('session.logout', {});
  }
});
