import { expect, test, vi } from 'vitest';
import type { Administration } from '../../src/board/ports/administration.ts';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { quickPasswords } from '../helpers/passwords.ts';

const password = 'correct horse';
const control = { signal: new AbortController().signal, progress: () => {} };

type Operation = (operator: Administration) => Promise<unknown>;

const operations: Record<string, Operation> = {
  'user ban': (operator) => operator.banUser('alice', 'spam'),
  'user delete': (operator) => operator.deleteUser('alice', 'keep', control),
  'user password': async (operator) =>
    operator.setPassword('alice', await quickPasswords().hash('another horse')),
};

/** All that a member can ask of groups. */
const requests: [method: string, params: object][] = [
  ['group.list', {}],
  ['group.join', { group: 'news' }],
  ['group.members', { group: 'main' }],
  ['message.post', { group: 'main', subject: 's', content: 'c' }],
  ['message.get', { group: 'main', number: 1 }],
  ['message.list', { group: 'main' }],
  ['message.markRead', { group: 'main', number: 1 }],
  ['group.leave', { group: 'main' }],
  ['account.setPassword', { password: 'a third horse', current: password }],
];

async function withAlice(passwords = quickPasswords()) {
  const board = await TestBoard.start({ passwords });
  await board.protect('alice', password);
  const alice = await board.protectedProgram('alice', password);
  await alice.call('group.join', { group: 'main' });
  await alice.call('message.post', { group: 'main', subject: 'one', content: '' });
  return { board, alice };
}

function stored(board: TestBoard): unknown {
  const database = board.database();
  const all = (query: string) => database.prepare(query).all();
  return [
    all('SELECT group_id, number, subject FROM messages'),
    all('SELECT group_id, user_id, last_read_number FROM memberships'),
    all('SELECT id, password_hash FROM users'),
  ];
}

/** The word that a request is refused with; `ended` if the server has closed the connection. */
async function refusedWith(peer: JsonPeer, method: string, params: object): Promise<string> {
  const reply = await peer.request(method, params).catch(() => undefined);
  return reply ? (reply.error?.data.code ?? 'done') : 'ended';
}

test.each([
  ['user ban', 'BANNED'],
  ['user delete', 'USER_NOT_FOUND'],
  ['user password', 'SESSION_ENDED'],
] as const)(
  'once %s is acknowledged, no request of the user is carried out',
  async (name, answer) => {
    for (const [method, params] of requests) {
      const { board, alice } = await withAlice();
      await board.operate(async (operator) => operations[name]?.(operator));
      const before = stored(board);
      const word = await refusedWith(alice, method, params);
      expect([answer, 'ended'], method).toContain(word);
      expect(stored(board), method).toEqual(before);
      await board.stop();
    }
  },
);

test('a ban that is committed while posts wait for the lock refuses all of them', async () => {
  const { board, alice } = await withAlice();
  const lock = board.database();
  lock.exec('BEGIN IMMEDIATE');
  const posts = Array.from({ length: 92 }, (_, at) =>
    refusedWith(alice, 'message.post', { group: 'main', subject: `${at}`, content: '' }),
  );
  const probe = await board.connectProgram();
  for (let each = 0; each < 20; each++) await probe.call('ping', {});
  lock.exec("UPDATE users SET banned_at = 1, ban_reason = 'spam' WHERE name = 'alice'");
  lock.exec('COMMIT');
  expect(new Set(await Promise.all(posts))).toEqual(new Set(['BANNED']));
  const { error } = await alice.request('group.list', {});
  expect(error?.message).toBe('You are banned from this board: spam.');
});

test('a changed password ends the other sessions at once, with their waiting requests', async () => {
  const passwords = quickPasswords();
  const { board, alice } = await withAlice(passwords);
  const thief = await board.protectedProgram('alice', password);
  const person = await board.connect();
  person.send('alice', password);
  await person.expect('%help for every command.\n');
  const lock = board.database();
  const probe = await board.connectProgram();
  const hash = vi.spyOn(passwords, 'hash');
  const change = alice.call('account.setPassword', {
    password: 'another horse',
    current: password,
  });
  // Held from before its commit, so that the posts after it wait for the same one.
  lock.exec('BEGIN IMMEDIATE');
  await expect.poll(() => hash.mock.settledResults.length).toBe(1);
  await probe.call('ping', {});
  const post = refusedWith(thief, 'message.post', { group: 'main', subject: 'x', content: '' });
  for (let each = 0; each < 20; each++) await probe.call('ping', {});
  lock.exec('COMMIT');
  await change;
  expect(['SESSION_ENDED', 'ended']).toContain(await post);
  const reason = 'Your password was changed in another session. Log in again.';
  expect(thief.received.at(-1)).toMatchObject({ params: { code: 'EXPELLED', reason } });
  await thief.closed();
  expect(await person.toEnd()).toContain(`[INFO] ${reason} Goodbye.\n`);
  expect((await probe.errorOf('session.resume', { token: thief.token })).word).toBe(
    'TOKEN_INVALID',
  );
  // The session that changed it goes on, and its token with it.
  await alice.call('message.post', { group: 'main', subject: 'two', content: '' });
  await alice.call('account.setPassword', { password, current: 'another horse' });
  await probe.call('session.resume', { token: alice.token });
  await probe.call('message.post', { group: 'main', subject: 'three', content: '' });
});
