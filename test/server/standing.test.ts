import { expect, test, vi } from 'vitest';
import type { Administration } from '../../src/board/ports/administration.ts';
import { methods } from '../../src/protocol/methods.ts';
import type { Method } from '../../src/protocol/schemas.ts';
import { toTheEnd } from '../contract/storage.ts';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { quickPasswords } from '../helpers/passwords.ts';
import { keyLine, vouchedPeer } from '../helpers/vouched-peer.ts';

const password = 'correct horse';

type Operation = (operator: Administration) => Promise<unknown>;

const operations: Record<string, Operation> = {
  'user ban': (operator) => operator.banUser('alice', 'spam'),
  'user delete': (operator) => operator.deleteUser('alice', 'keep', toTheEnd),
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

const group = 'plans';
const user = 'bob';
const until = new Date(Date.now() + 3_600_000).toISOString();
const key = keyLine('alice');

/** A request of each method that needs a login, in an order in which all of them succeed for the owner of a group. */
const each: [method: Method, params: object][] = [
  ...(['session.show', 'group.list', 'direct.list', 'user.blocked', 'mute.list'] as const).map(
    (method): [Method, object] => [method, {}],
  ),
  ['account.keys', {}],
  ['account.addKey', { line: key.line, current: password }],
  ['account.removeKey', { fingerprint: key.fingerprint, current: password }],
  ['mention.list', {}],
  ['draft.set', { place: group, content: 'c' }],
  ['draft.list', {}],
  ['screen.setKeys', { content: 'c' }],
  ['screen.keys', {}],
  ['group.join', { group: 'news' }],
  ['group.leave', { group: 'news' }],
  ['group.create', { name: 'new' }],
  ['group.edit', { group: 'old', about: 'about' }],
  ['group.delete', { group: 'old' }],
  ['group.show', { group }],
  ['group.members', { group }],
  ['group.log', { group }],
  ['group.changes', { group, after: 0 }],
  ['direct.open', { user }],
  ['user.block', { user }],
  ['user.unblock', { user }],
  ['user.mute', { user }],
  ['user.unmute', { user }],
  ['message.post', { group, subject: 's', content: 'c' }],
  ['message.get', { group, number: 1 }],
  ['message.list', { group }],
  ['message.history', { group, number: 1 }],
  ['message.search', { query: 'c' }],
  ['message.next', { group }],
  ['message.markRead', { group, number: 1 }],
  ['message.edit', { group, number: 1, content: 'd' }],
  ['message.pin', { group, number: 1 }],
  ['message.unpin', { group, number: 1 }],
  ['message.report', { group, number: 1, reason: 'r' }],
  ['report.list', { group }],
  ['report.close', { group, number: 1 }],
  ['thread.list', { group }],
  ['thread.get', { group, thread: 1 }],
  ['thread.mute', { group, thread: 1 }],
  ['thread.unmute', { group, thread: 1 }],
  ['thread.close', { group, thread: 1 }],
  ['thread.reopen', { group, thread: 1 }],
  ['message.delete', { group, number: 1 }],
  ['membership.set', { group, notify: 'mentions' }],
  ['group.markRead', { group }],
  ['group.restoreMarks', { group, lastRead: 0, ranges: [] }],
  ['group.invite', { group, user: 'carol' }],
  ['invitation.list', { group }],
  ['invitation.revoke', { group, user: 'carol' }],
  ['group.silence', { group, user, until }],
  ['group.unsilence', { group, user }],
  ['group.setRole', { group, user, role: 'moderator' }],
  ['group.remove', { group, user }],
  ['group.bar', { group, user }],
  ['group.unbar', { group, user }],
  ['account.setPassword', { password: 'a third horse', current: password }],
];

/** Alice, at the door that has all methods, with a group of her own. */
async function ownerAlice() {
  const board = await TestBoard.start({ passwords: quickPasswords() });
  for (const name of ['alice', user, 'carol']) await board.protect(name, password);
  const alice = await vouchedPeer(board, '192.0.2.1');
  await alice.call('door.login', { user: 'alice', password });
  for (const name of [group, 'old']) await alice.call('group.create', { name });
  await alice.call('message.post', { group, subject: 'one', content: 'c' });
  const bob = await board.protectedProgram(user, password);
  await bob.call('group.join', { group });
  return { board, alice };
}

test('the requests of each method that needs a login succeed for the owner of a group', async () => {
  const needed = (Object.keys(methods) as Method[]).filter((method) => methods[method].login);
  expect(each.map(([method]) => method).sort()).toEqual(needed.sort());
  const { alice } = await ownerAlice();
  for (const [method, params] of each)
    expect(await refusedWith(alice, method, params), method).toBe('done');
});

test.each([
  ['banned', 'UPDATE users SET banned_at = 1 WHERE name = ?', 'BANNED'],
  ['deleted', 'DELETE FROM users WHERE name = ?', 'USER_NOT_FOUND'],
  [
    'given another password',
    "UPDATE users SET password_hash = 'x' WHERE name = ?",
    'SESSION_ENDED',
  ],
])(
  'no method carries out a request of a user who was %s, before the server learns of it',
  async (_, sql, answer) => {
    const { board, alice } = await ownerAlice();
    const database = board.database();
    database.pragma('foreign_keys = OFF');
    database.prepare(sql).run('alice');
    const before = stored(board);
    for (const [method, params] of each)
      expect(await refusedWith(alice, method, params), method).toBe(answer);
    expect(stored(board)).toEqual(before);
  },
);
