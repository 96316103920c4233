import { expect, test } from 'vitest';
import { runCli, runJson } from '../helpers/cli.ts';
import { login } from '../helpers/storage.ts';
import { boardFolder, poster, tamper } from './seed.ts';

const microseconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

function populated(): Promise<string> {
  return boardFolder(async (board) => {
    await poster(board, 'bob', 'main', ['one', 'two']);
    await poster(board, 'Alice', 'main');
    await board.repository.join(await login(board, 'Alice'), { id: 3 });
    await login(board, 'carol');
  });
}

test('user list shows everyone by name, with how many groups they are in', async () => {
  const data = await populated();
  const { code, stdout } = await runCli(['user', 'list', '--data', data]);
  expect(code).toBe(0);
  const time = '\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ';
  expect(stdout).toMatch(
    new RegExp(
      '^ID {2}NAME {3}GROUPS {2}CREATED {15}LAST SEEN\n' +
        ` 2 {2}Alice {7}2 {2}${time} {2}${time}\n` +
        ` 1 {2}bob {9}1 {2}${time} {2}${time}\n` +
        ` 3 {2}carol {7}0 {2}${time} {2}${time}\n$`,
    ),
  );
});

test('user list --json has times to the microsecond, and null for one never seen', async () => {
  const data = await populated();
  tamper(data, "UPDATE users SET last_seen_at = NULL WHERE name = 'carol'");
  expect(await runJson(['user', 'list', '--data', data])).toEqual([
    {
      id: 2,
      name: 'Alice',
      groups: 2,
      createdAt: expect.stringMatching(microseconds),
      lastSeenAt: expect.stringMatching(microseconds),
    },
    expect.objectContaining({ id: 1, name: 'bob', groups: 1 }),
    expect.objectContaining({ id: 3, name: 'carol', groups: 0, lastSeenAt: null }),
  ]);
  const { stdout } = await runCli(['user', 'list', '--data', data]);
  expect(stdout).toMatch(/carol .*Z {2}never\n/);
});

test('user show tells of the groups, whatever the case of the name', async () => {
  const data = await populated();
  const { code, stdout } = await runCli(['user', 'show', 'ALICE', '--data', data]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^Name {7}Alice\nNumber {5}2\nCreated {4}.*\nLast seen {2}.*Z\n\n/);
  expect(stdout).toMatch(/\nGROUP +JOINED +READ UP TO +LAST NUMBER\nmain .* 2 +2\nnews .* 0 +0\n$/);
});

test('user show --json gives the memberships with them', async () => {
  const data = await populated();
  expect(await runJson(['user', 'show', 'alice', '--data', data])).toEqual({
    id: 2,
    name: 'Alice',
    groups: 2,
    createdAt: expect.stringMatching(microseconds),
    lastSeenAt: expect.stringMatching(microseconds),
    memberships: [
      {
        group: 'main',
        joinedAt: expect.stringMatching(microseconds),
        lastRead: 2,
        lastNumber: 2,
      },
      {
        group: 'news',
        joinedAt: expect.stringMatching(microseconds),
        lastRead: 0,
        lastNumber: 0,
      },
    ],
  });
});

test('user show of a user who does not exist fails with the name', async () => {
  const data = await populated();
  expect(await runCli(['user', 'show', 'mallory\u001b[2J', '--data', data])).toEqual({
    code: 1,
    stdout: '',
    stderr: 'corkboard: There is no user mallory␛[2J.\n',
  });
});
