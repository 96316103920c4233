import { expect, onTestFinished, test, vi } from 'vitest';
import type { Access } from '../../src/board/admission.ts';
import { userName } from '../../src/board/names.ts';
import type { Administration } from '../../src/board/ports/administration.ts';
import { SqliteGroups } from '../../src/storage/sqlite/serving/groups.ts';
import { toTheEnd } from '../contract/storage.ts';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { HeldPasswords, quickPasswords } from '../helpers/passwords.ts';

const password = 'correct horse';
const other = 'another horse';

type Operation = (operator: Administration, board: TestBoard) => Promise<unknown>;

/** What an operator can do to a name while somebody logs in, and what that login is answered. */
const operations: Record<string, [Operation, answer: string]> = {
  'user delete': [(operator) => operator.deleteUser('alice', 'keep', toTheEnd), 'PASSWORD_WRONG'],
  'user rename': [(operator) => operator.renameUser('alice', userName('alicia')), 'PASSWORD_WRONG'],
  'user ban': [(operator) => operator.banUser('alice', 'spam'), 'BANNED'],
  'user password': [
    async (operator) => operator.setPassword('alice', await quickPasswords().hash(other)),
    'PASSWORD_WRONG',
  ],
  'user password --remove': [(operator) => operator.setPassword('alice', null), 'PASSWORD_WRONG'],
  'user delete and user create': [
    async (operator) => {
      await operator.deleteUser('alice', 'keep', toTheEnd);
      await operator.createUser(userName('alice'), await quickPasswords().hash(password));
    },
    'PASSWORD_WRONG',
  ],
  'user rename and user create': [
    async (operator) => {
      await operator.renameUser('alice', userName('alicia'));
      await operator.createUser(userName('alice'), null);
    },
    'PASSWORD_WRONG',
  ],
};

function users(board: TestBoard): unknown[] {
  const columns = 'id, name, password_hash, banned_at, last_seen_at';
  return board.database().prepare(`SELECT ${columns} FROM users ORDER BY id`).all();
}

/** A board with alice, whose logins are held between their look-up and their commit. */
async function heldBoard(access: Access = 'open') {
  const passwords = new HeldPasswords();
  const board = await TestBoard.start({ passwords });
  await board.protect('alice', password);
  board.reconfigure({ access });
  return { board, passwords };
}

/** The word of the error that a request is answered with, or `in`. */
async function word(peer: JsonPeer, method: string, params: object): Promise<string> {
  return (await peer.request(method, params)).error?.data.code ?? 'in';
}

test.each(
  Object.keys(operations).flatMap((name) =>
    (['open', 'registered', 'closed'] as const).map((access) => [name, access] as const),
  ),
)(
  '%s during a login on an %s board: refused, and nobody is made or changed',
  async (name, access) => {
    const [operation, answer] = operations[name] ?? [];
    const { board, passwords } = await heldBoard(access);
    const peer = await board.connectProgram();
    const { begun, release } = passwords.hold();
    const login = word(peer, 'session.login', { user: 'alice', password });
    await begun;
    await board.operate(async (operator) => operation?.(operator, board));
    const before = users(board);
    release();
    expect(await login).toBe(answer);
    expect(users(board)).toEqual(before);
  },
);

test('a login under a known name without a password waits for no lock, and sees all commits', async () => {
  const board = await TestBoard.start();
  for (const name of ['alice', 'bob']) await (await board.program(name)).call('session.logout', {});
  const lock = board.database();
  lock.exec('BEGIN IMMEDIATE');
  lock.exec('DELETE FROM users');
  const alice = await board.connectProgram();
  expect(await word(alice, 'session.login', { user: 'alice' })).toBe('in');
  lock.exec('COMMIT');
  // From the commit on, there is no such user, for the session neither.
  expect(await word(alice, 'group.list', {})).toBe('USER_NOT_FOUND');
  board.reconfigure({ access: 'registered' });
  const late = await board.connectProgram();
  expect(await word(late, 'session.login', { user: 'bob' })).toBe('REGISTRATION_REQUIRED');
  expect(await word(late, 'session.login', { user: 'bob', create: false })).toBe(
    'REGISTRATION_REQUIRED',
  );
  expect(users(board)).toEqual([]);
});

test('a new name that another login takes first is refused, or logs in as that user', async () => {
  const board = await TestBoard.start();
  const lock = board.database();
  lock.exec('BEGIN IMMEDIATE');
  const peers = [await board.connectProgram(), await board.connectProgram()];
  const logins = peers.map((peer) => word(peer, 'session.login', { user: 'alice' }));
  await (await board.connectProgram()).call('ping', {});
  lock.exec('COMMIT');
  expect((await Promise.all(logins)).sort()).toEqual(['NAME_IN_USE', 'in']);
  expect(users(board)).toHaveLength(1);
});

test('a registration is refused if another user has taken the name while it waits', async () => {
  const { board, passwords } = await heldBoard();
  const slow = await board.connectProgram();
  const { begun, release } = passwords.hold();
  const registration = word(slow, 'session.login', { user: 'bob', password, create: true });
  await begun;
  const quick = await board.program('bob');
  release();
  expect(await registration).toBe('USER_EXISTS');
  await quick.call('ping', {});
  expect(users(board)[1]).toMatchObject({ name: 'bob', password_hash: null });
});

test('of two registrations of one name exactly one succeeds, and its password is in force', async () => {
  const { board, passwords } = await heldBoard();
  const peers = [await board.connectProgram(), await board.connectProgram()];
  const { begun, release } = passwords.hold();
  const answers = Promise.all(
    peers.map((peer, at) =>
      word(peer, 'session.login', { user: 'bob', password: `${password} ${at}`, create: true }),
    ),
  );
  await begun;
  release();
  const found = await answers;
  expect([...found].sort()).toEqual(['USER_EXISTS', 'in']);
  const winner = found.indexOf('in');
  const again = await board.connectProgram();
  expect(
    await word(again, 'session.login', { user: 'bob', password: `${password} ${winner}` }),
  ).toBe('in');
});

test('a registration under way when the board is closed is refused', async () => {
  const { board, passwords } = await heldBoard();
  const peer = await board.connectProgram();
  const { begun, release } = passwords.hold();
  const registration = word(peer, 'session.login', { user: 'bob', password, create: true });
  await begun;
  board.reconfigure({ access: 'closed' });
  release();
  expect(await registration).toBe('PASSWORD_WRONG');
  expect(users(board)).toHaveLength(1);
});

test.each([
  ['user password', 'SESSION_ENDED'],
  ['user password --remove', 'SESSION_ENDED'],
  ['user ban', 'BANNED'],
  ['user delete', 'USER_NOT_FOUND'],
] as const)(
  '%s while a member changes the password: the change is refused',
  async (name, answer) => {
    const { board, passwords } = await heldBoard();
    const alice = await board.protectedProgram('alice', password);
    const { begun, release } = passwords.hold();
    const lock = board.database();
    const change = word(alice, 'account.setPassword', {
      password: 'a third horse',
      current: password,
    });
    await begun;
    await board.operate(async (operator) => operations[name]?.[0](operator, board));
    const before = users(board);
    // The server learns of it after the change is refused: it cannot write that it has.
    lock.exec('BEGIN IMMEDIATE');
    release();
    await (await board.connectProgram()).call('ping', {});
    lock.exec('COMMIT');
    expect([answer, 'ended']).toContain(await change.catch(() => 'ended'));
    const columns = users(board).map((user) => ({ ...(user as object), last_seen_at: 0 }));
    expect(columns).toEqual(before.map((user) => ({ ...(user as object), last_seen_at: 0 })));
  },
);

test('a user renamed while they change the password keeps the name, and gets the password', async () => {
  const { board, passwords } = await heldBoard();
  const alice = await board.protectedProgram('alice', password);
  const { begun, release } = passwords.hold();
  const change = word(alice, 'account.setPassword', { password: other, current: password });
  await begun;
  await board.operate(async (operator) => {
    await operator.renameUser('alice', userName('alicia'));
    await operator.createUser(userName('alice'), await quickPasswords().hash('somebody else'));
  });
  release();
  expect(await change).toBe('in');
  const login = async (user: string, given: string) =>
    word(await board.connectProgram(), 'session.login', { user, password: given });
  expect(await login('alicia', other)).toBe('in');
  expect(await login('alice', 'somebody else')).toBe('in');
});

const plans = { key: 'plans', name: 'plans' };

test.each<[string, Operation]>([
  ['the role', ({ moderation }) => moderation.setRole(plans, 'alice', 'member')],
  [
    'the membership',
    ({ moderation }) => moderation.removeMember(plans, { user: 'alice', reason: '' }),
  ],
  ['the group', (operator) => operator.deleteGroup(plans, toTheEnd)],
])('a moderator who loses %s while the login is answered is told of the login', async (_, lose) => {
  const { board } = await heldBoard();
  const alice = await board.protectedProgram('alice', password);
  await alice.call('group.create', { name: 'plans' });
  await alice.call('session.logout', {});
  const { reports } = SqliteGroups.prototype;
  const counting = vi.spyOn(SqliteGroups.prototype, 'reports');
  onTestFinished(() => counting.mockRestore());
  counting.mockImplementationOnce(async function (this: SqliteGroups, ...args) {
    await board.operate(async (operator) => lose(operator, board));
    return reports.apply(this, args);
  });
  const again = await board.connectProgram();
  expect(await word(again, 'session.login', { user: 'alice', password })).toBe('in');
  expect(counting).toHaveBeenCalledOnce();
});
