import { expect, test } from 'vitest';
import { runCli, runHere, runJson } from '../helpers/cli.ts';
import { login } from '../helpers/storage.ts';
import { boardFolder, leftEvents, poster, tamper, value } from './seed.ts';

const microseconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

function populated(): Promise<string> {
  return boardFolder(async (board) => {
    await poster(board, 'bob', 'main', ['one', 'two']);
    await poster(board, 'Alice', 'main');
    await board.repository.join(await login(board, 'Alice'), { id: 3 });
    await login(board, 'carol');
  });
}

test('user list shows all users by name, with the number of their groups', async () => {
  const data = await populated();
  const { code, stdout } = await runCli(['user', 'list', '--data', data]);
  expect(code).toBe(0);
  const time = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ';
  expect(stdout).toMatch(
    new RegExp(
      '^ID {2}NAME {3}GROUPS {2}CREATED {15}LAST SEEN {13}STATE\n' +
        ` 2 {2}Alice {7}2 {2}${time} {2}${time}\n` +
        ` 1 {2}bob {9}1 {2}${time} {2}${time}\n` +
        ` 3 {2}carol {7}0 {2}${time} {2}${time}\n$`,
    ),
  );
});

test('user list --json has times in microseconds, and null for a user who never logged in', async () => {
  const data = await populated();
  tamper(data, "UPDATE users SET last_seen_at = NULL WHERE name = 'carol'");
  expect(await runJson(['user', 'list', '--data', data])).toEqual([
    {
      id: 2,
      name: 'Alice',
      groups: 2,
      createdAt: expect.stringMatching(microseconds),
      lastSeenAt: expect.stringMatching(microseconds),
      protected: false,
      hasPassword: false,
      keys: 0,
      bannedAt: null,
      banReason: null,
    },
    expect.objectContaining({ id: 1, name: 'bob', groups: 1 }),
    expect.objectContaining({ id: 3, name: 'carol', groups: 0, lastSeenAt: null }),
  ]);
  const { stdout } = await runHere(['user', 'list', '--data', data]);
  expect(stdout).toMatch(/carol .*Z {2}never\n/);
});

test('user show lists the groups, whatever the case of the name', async () => {
  const data = await populated();
  const { code, stdout } = await runHere(['user', 'show', 'ALICE', '--data', data]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^Name {7}Alice\nNumber {5}2\nCreated {4}.*\nLast seen {2}.*Z\nPassword {3}no\nSSH keys {3}0\n\n/,
  );
  expect(stdout).toMatch(/\nGROUP +JOINED +READ UP TO +LAST NUMBER\nmain .* 2 +2\nnews .* 0 +0\n$/);
});

test('user show --json includes the memberships', async () => {
  const data = await populated();
  expect(await runJson(['user', 'show', 'alice', '--data', data])).toEqual({
    id: 2,
    name: 'Alice',
    groups: 2,
    createdAt: expect.stringMatching(microseconds),
    lastSeenAt: expect.stringMatching(microseconds),
    protected: false,
    hasPassword: false,
    keys: 0,
    sshKeys: [],
    bannedAt: null,
    banReason: null,
    memberships: [
      {
        group: 'main',
        groupId: 1,
        role: 'member',
        joinedAt: expect.stringMatching(microseconds),
        lastRead: 2,
        lastNumber: 2,
      },
      {
        group: 'news',
        groupId: 3,
        role: 'member',
        joinedAt: expect.stringMatching(microseconds),
        lastRead: 0,
        lastNumber: 0,
      },
    ],
    invitations: [],
    restrictions: [],
  });
});

test('user show of a missing user fails with the name in the error', async () => {
  const data = await populated();
  expect(await runHere(['user', 'show', 'mallory\u001b[2J', '--data', data])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'corkboard: There is no user mallory␛[2J.\n',
  });
});

test('user create makes a user with a password from a file, standard input, or without one', async () => {
  const data = await boardFolder();
  const at = ['--data', data];
  const create = ['user', 'create', ...at];
  const piped = ['zed', '--password-file', '-'];
  expect(await runCli([...create, ...piped], { input: 'correct horse\n' })).toEqual({
    code: 0,
    stdout: 'User zed is made, with a password.\n',
    stderr: '',
  });
  expect((await runHere([...create, 'guest', '--no-password'])).code).toBe(0);
  expect(value(data, "SELECT password_hash FROM users WHERE name = 'zed'")).toMatch(/^\$scrypt\$/);
  expect(await runHere([...create, 'ZED', '--no-password'])).toMatchObject({
    code: 1,
    stderr: 'corkboard: There is a user zed already.\n',
  });
  const unasked = await runHere([...create, 'yves']);
  expect(unasked.code).toBe(1);
  expect(unasked.stderr).toContain('There is no terminal to ask for a password on');
});

test('user ban stores the reason, and unban lifts the ban', async () => {
  const data = await populated();
  const ban = ['user', 'ban', 'bob', '--reason', 'Advertising', '--data', data];
  expect((await runHere(ban)).stdout).toBe('User bob is banned.\n');
  expect((await runHere(['user', 'list', '--data', data])).stdout).toMatch(
    / bob .* banned: Advertising\n/,
  );
  expect(leftEvents(data)).toEqual([
    {
      type: 'user.expelled',
      user: { id: 1, name: 'bob' },
      reason: 'You were banned from this board: Advertising.',
    },
  ]);
  expect(value(data, 'SELECT count(*) FROM tokens WHERE user_id = 1')).toBe(0);
  expect((await runHere(['user', 'unban', 'bob', '--data', data])).code).toBe(0);
  expect(value(data, "SELECT banned_at FROM users WHERE name = 'bob'")).toBeNull();
});

test('user rename stores an event for the server, and refuses a name in use', async () => {
  const data = await populated();
  const rename = (to: string) => runHere(['user', 'rename', 'bob', to, '--data', data]);
  expect((await rename('alice')).stderr).toBe('corkboard: There is a user Alice already.\n');
  expect((await rename('robert')).code).toBe(0);
  expect(leftEvents(data)).toEqual([
    {
      type: 'user.renamed',
      user: { id: 1, name: 'robert' },
      was: 'bob',
      groups: [{ id: 1, name: 'main' }],
    },
  ]);
});

test.each([
  { purge: [], left: 2, says: 'shown as from [deleted]', purged: [] },
  {
    purge: ['--purge'],
    left: 0,
    says: 'deleted',
    purged: [
      {
        type: 'messages.purged',
        change: expect.any(Number),
        firstUntil: expect.any(Number),
        until: expect.any(Number),
        group: { id: 1, name: 'main' },
        count: 2,
        first: 1,
        last: 2,
      },
    ],
  },
])('user delete $purge ends the memberships and keeps every count right', async (given) => {
  const data = await populated();
  const { code, stdout } = await runHere([
    'user',
    'delete',
    'bob',
    '--yes',
    ...given.purge,
    '--data',
    data,
  ]);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: `User bob is deleted; 2 messages ${given.says}.\n`,
  });
  expect(value(data, 'SELECT count(*) FROM messages WHERE deleted_at IS NULL')).toBe(given.left);
  const user = { id: 1, name: 'bob' };
  expect(leftEvents(data)).toEqual([
    expect.objectContaining({ type: 'user.expelled', user }),
    { type: 'member.left', origin: null, group: { id: 1, name: 'main' }, user },
    ...given.purged,
  ]);
  expect((await runHere(['db', 'check', '--data', data])).stdout).toBe('ok\n');
});
