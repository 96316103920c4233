import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { runCli, runHere, runJson } from '../helpers/cli.ts';
import { migrations } from '../helpers/migrations.ts';
import { TestServer } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';
import { boardFolder, damageMessages, fillMain, poster, tamper } from './seed.ts';

const current = { applied: migrations, known: migrations, state: 'current' };
const newer = 'UPDATE __drizzle_migrations SET created_at = created_at + 1';
const older = 'UPDATE __drizzle_migrations SET created_at = created_at - 1';

test('db status describes the database and counts its rows, as text and as JSON', async () => {
  const data = await boardFolder((board) => poster(board, 'alice', 'main', ['one', 'two']));
  const file = databaseFile(data);
  const { code, stdout } = await runCli(['db', 'status', '--data', data]);
  expect(code).toBe(0);
  expect(stdout.split('\n')).toEqual([
    `File         ${file}`,
    expect.stringMatching(/^Size {9}\d+\.\d KiB$/),
    'Log          0 B',
    'Journal      wal',
    `Schema       current: ${migrations} of ${migrations} migrations applied`,
    'Server       not running',
    'Users        1',
    'Groups       5',
    'Memberships  1',
    'Messages     2',
    '',
  ]);
  expect(await runJson(['db', 'status', '--data', data])).toEqual({
    file,
    size: statSync(file).size,
    logSize: 0,
    journal: 'wal',
    schema: current,
    server: null,
    rows: { users: 1, groups: 5, memberships: 1, messages: 2 },
  });
});

test('db status does not change the file', async () => {
  const data = await boardFolder();
  tamper(data, 'PRAGMA journal_mode = DELETE');
  const before = readdirSync(data);
  expect(await runJson(['db', 'status', '--data', data])).toMatchObject({ journal: 'delete' });
  expect(await runJson(['db', 'status', '--data', data])).toMatchObject({ journal: 'delete' });
  expect(readdirSync(data)).toEqual(before);
});

test('db status says which server holds the database, and how long its log is', async () => {
  const server = await TestServer.start();
  const status = ['db', 'status', '--data', server.data];
  const log = `${databaseFile(server.data)}-wal`;
  // A server that listens still writes: in the background, it begins the index of words of a new board.
  const logSizes = async () => {
    const { logSize } = (await runJson(status)) as { logSize: number };
    return { reported: logSize, found: statSync(log).size };
  };
  await expect
    .poll(logSizes)
    .toSatisfy(({ reported, found }) => reported > 0 && reported === found);
  expect((await runHere(status)).stdout).toContain(
    `Server       running, process ${server.child.pid}\n`,
  );
  expect(await runJson(status)).toMatchObject({ server: server.child.pid });
  await server.stop();
  expect(await runJson(status)).toMatchObject({ server: null });
});

test.each([
  { state: 'newer', statement: newer, says: 'was made by a newer corkboard' },
  { state: 'older', statement: older, says: 'Upgrade it with: corkboard db migrate' },
])(
  'db status works on a database with an $state schema, which other commands refuse',
  async (given) => {
    const data = await boardFolder();
    tamper(data, given.statement);
    expect(await runJson(['db', 'status', '--data', data])).toMatchObject({
      schema: { applied: migrations, known: migrations, state: given.state },
      rows: { groups: 5 },
    });
    for (const command of [
      ['group', 'list'],
      ['db', 'check'],
    ]) {
      const { code, stdout, stderr } = await runHere([...command, '--data', data]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toMatch(/^corkboard: .*\n$/);
      expect(stderr).toContain(given.says);
    }
  },
);

test('db status of an empty file has no rows, and other commands refuse the file', async () => {
  const data = tempFolder();
  writeFileSync(databaseFile(data), '');
  expect(await runJson(['db', 'status', '--data', data])).toMatchObject({
    size: 0,
    schema: { applied: 0, state: 'new' },
    rows: { users: null, groups: null, memberships: null, messages: null },
  });
  const { code, stderr } = await runHere(['group', 'list', '--data', data]);
  expect(code).toBe(1);
  expect(stderr).toContain('holds no board');
});

test('db migrate makes a board, and does not change a board that is up to date', async () => {
  const data = join(tempFolder(), 'new', 'data');
  const file = databaseFile(data);
  const migrate = ['db', 'migrate', '--data', data];
  expect(await runHere(migrate)).toEqual({ code: 0, stdout: `Made ${file}.\n`, stderr: '' });
  expect(await runHere(migrate)).toMatchObject({ code: 0, stdout: `${file} is up to date.\n` });
  expect(await runJson(migrate)).toEqual({ file, created: false, copy: null, schema: current });
  expect(await runJson(['group', 'list', '--data', data])).toHaveLength(5);
});

test('db migrate refuses a newer database', async () => {
  const data = await boardFolder();
  tamper(data, newer);
  const { code, stderr } = await runHere(['db', 'migrate', '--data', data]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^corkboard: .* was made by a newer corkboard\..*\n$/);
});

test('db migrate refuses to run beside a server, and names its process', async () => {
  const server = await TestServer.start();
  expect(await runHere(['db', 'migrate', '--data', server.data])).toEqual({
    code: 1,
    stdout: '',
    stderr:
      `corkboard: ${databaseFile(server.data)} is held by another corkboard server, ` +
      `process ${server.child.pid}.\n`,
  });
});

test('a data folder that cannot be made is reported in one line', async () => {
  const file = join(tempFolder(), 'file');
  writeFileSync(file, '');
  const { code, stderr } = await runHere(['db', 'migrate', '--data', join(file, 'data')]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^corkboard: Cannot create .*\n$/);
  expect(existsSync(join(file, 'data'))).toBe(false);
});

test('db check finds nothing wrong with a board that is used', async () => {
  const data = await boardFolder(async (board) => {
    await poster(board, 'alice', 'main', ['one', 'two']);
    await poster(board, 'bob', 'news', ['three']);
  });
  expect(await runHere(['db', 'check', '--data', data])).toEqual({
    code: 0,
    stdout: 'ok\n',
    stderr: '',
  });
  expect(await runJson(['db', 'check', '--data', data])).toEqual({ ok: true, problems: [] });
});

test.each([
  {
    damage: 'UPDATE groups SET member_count = 7 WHERE id = 1',
    check: 'members',
    problem: 'main says it has 7, and has 1',
  },
  {
    damage: 'DELETE FROM messages WHERE number = 2',
    check: 'messages',
    problem: 'main says it has 3, and has 2',
  },
  {
    damage:
      'UPDATE groups SET last_number = 2 WHERE id = 1; UPDATE memberships SET last_read_number = 0',
    check: 'numbers',
    problem: 'main has given out 2, and has a message 3',
  },
  {
    damage: 'UPDATE messages SET posted_at = 1 WHERE number = 3',
    check: 'order',
    problem:
      'main has 1 messages that do not follow the one before in number and time, from number 3 on',
  },
  {
    damage: 'UPDATE messages SET number = 2 WHERE number = 3',
    check: 'order',
    problem:
      'main has 1 messages that do not follow the one before in number and time, from number 2 on',
  },
  {
    damage: `WITH RECURSIVE n(i) AS (SELECT 4 UNION ALL SELECT i + 1 FROM n WHERE i < 150)
      INSERT INTO messages (group_id, number, posted_at, subject, content)
      SELECT 1, i, (SELECT max(posted_at) FROM messages) + i, '', '' FROM n;
      UPDATE groups SET last_number = 150, message_count = 150 WHERE id = 1`,
    check: 'milestones',
    problem:
      'main has 150 messages in a row without a milestone, so that a message is found slowly by its number',
  },
  {
    damage: 'UPDATE memberships SET last_read_number = 9',
    check: 'read marks',
    problem: 'alice has read up to 9 in main, where 3 is the last number',
  },
  {
    damage: "UPDATE memberships SET last_read_number = 0, read_ranges = '1-2'",
    check: 'read ranges',
    problem: 'alice has read "1-2" in main, which does not ascend from 0 to 3',
  },
  {
    damage: "UPDATE memberships SET last_read_number = 0, read_ranges = '2,9'",
    check: 'read ranges',
    problem: 'alice has read "2,9" in main, which does not ascend from 0 to 3',
  },
  {
    damage: "UPDATE memberships SET last_read_number = 0, last_read_at = NULL, read_ranges = 'all'",
    check: 'read ranges',
    problem: 'alice has read "all" in main, which does not ascend from 0 to 3',
  },
  {
    damage: 'UPDATE memberships SET last_read_number = 0, last_read_at = 8e15',
    check: 'times of read marks',
    problem:
      'the time up to which alice has read main is not that of the read mark, so that counts are wrong',
  },
  {
    damage: "UPDATE messages SET mentions = '[1]' WHERE number = 2",
    check: 'mentions',
    problem: 'message 2 of main and the list of mentions do not mention the same users',
  },
  {
    damage: 'INSERT INTO mentions (group_id, number, user_id, posted_at) VALUES (1, 3, 1, 5)',
    check: 'mentions',
    problem: 'message 3 of main and the list of mentions do not mention the same users',
  },
  {
    damage: 'UPDATE messages SET sender_id = 99 WHERE number = 1',
    check: 'foreign keys',
    problem: 'row 1 of messages refers to no row of users',
  },
  {
    damage:
      "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE UNIQUE INDEX groups_name_key_unique ON groups (description)' WHERE name = 'groups_name_key_unique'",
    check: 'integrity',
    problem: expect.stringContaining('groups_name_key_unique'),
  },
])('db check reports a fault of $check', async ({ damage, check, problem }) => {
  const data = await boardFolder((board) =>
    poster(board, 'alice', 'main', ['one', 'two', 'three']),
  );
  tamper(data, damage);
  const { code, stdout, stderr } = await runHere(['db', 'check', '--json', '--data', data]);
  expect(code).toBe(1);
  const found = JSON.parse(stdout) as { ok: boolean; problems: unknown[] };
  expect(found.ok).toBe(false);
  expect(found.problems).toContainEqual({ check, problem });
  expect(stderr).toMatch(/^corkboard: .*corkboard\.db has \d+ problems?\.\n$/);
});

test('db check prints each problem in a line of a table', async () => {
  const data = await boardFolder();
  tamper(data, 'UPDATE groups SET member_count = 1, message_count = 2 WHERE id = 5');
  const { code, stdout, stderr } = await runHere(['db', 'check', '--data', data]);
  expect(code).toBe(1);
  expect(stdout).toBe(
    'CHECK     PROBLEM\n' +
      'members   random says it has 1, and has 0\n' +
      'messages  random says it has 2, and has 0\n',
  );
  expect(stderr).toContain('has 2 problems.');
});

test('db check reports damaged pages without a stack trace', async () => {
  const data = await boardFolder();
  fillMain(data, 5000);
  damageMessages(data);
  const { code, stdout, stderr } = await runHere(['db', 'check', '--data', data]);
  expect(code).toBe(1);
  expect(stdout).toMatch(/^integrity /m);
  expect(stderr).toMatch(/^corkboard: .*\n$/);
});
