import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { runCli, runHere, runJson, startCli } from '../helpers/cli.ts';
import { connect } from '../helpers/storage.ts';
import { boardFolder, leftEvents, poster, tamper, value } from './seed.ts';

const microseconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;

test('group list shows every group with its members and messages, in a table', async () => {
  const data = await boardFolder(async (board) => {
    await poster(board, 'alice', 'general', ['one', 'two']);
    await poster(board, 'bob', 'general');
  });
  const { code, stdout, stderr } = await runCli(['group', 'list', '--data', data]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [head, main, general] = stdout.split('\n');
  expect(head).toBe(
    'ID  NAME     ACCESS  OWNER  MEMBERS  MESSAGES  CREATED               DESCRIPTION',
  );
  expect(main).toMatch(/^ 1 {2}main {5}open {17}0 {9}0 {2}\d{4}-.*Z {2}The public group$/);
  expect(general).toMatch(
    /^ 2 {2}general {2}open {17}2 {9}2 {2}\d{4}-.*Z {2}Anything that fits nowhere/,
  );
  expect(stdout.split('\n')).toHaveLength(7);
});

test('group list --json has the field names of the protocol', async () => {
  const data = await boardFolder((board) => poster(board, 'alice', 'general', ['one', 'two']));
  const groups = (await runJson(['group', 'list', '--data', data])) as unknown[];
  expect(groups).toHaveLength(5);
  expect(groups[1]).toEqual({
    id: 2,
    name: 'general',
    description: 'Anything that fits nowhere else',
    members: 1,
    messages: 2,
    createdAt: expect.stringMatching(microseconds),
    lastNumber: 2,
    keepMessages: null,
    keepDays: null,
    kind: 'group',
    access: 'open',
    posting: 'members',
    replying: 'members',
    about: '',
    createdBy: null,
    owner: null,
    hasLostOwner: false,
  });
});

test('group show lists the members', async () => {
  const data = await boardFolder(async (board) => {
    await poster(board, 'bob', 'general', ['one']);
    await poster(board, 'alice', 'general');
  });
  const { stdout } = await runHere(['group', 'show', 'general', '--data', data]);
  expect(stdout).toMatch(/^Name {9}general\nNumber {7}2\n/);
  expect(stdout).toMatch(/\nMEMBER +JOINED +READ UP TO\nalice +\d{4}-.*Z +1\nbob +\d{4}-.*Z +0\n$/);

  expect(await runJson(['group', 'show', '2', '--data', data])).toMatchObject({
    id: 2,
    name: 'general',
    members: 2,
    messages: 1,
    lastNumber: 1,
    memberships: [
      { user: 'alice', joinedAt: expect.stringMatching(microseconds), lastRead: 1 },
      { user: 'bob', joinedAt: expect.stringMatching(microseconds), lastRead: 0 },
    ],
  });
});

test.each(['show', 'delete', 'purge', 'edit', 'rename'])(
  'group %s of a missing group fails with the name in the error',
  async (command) => {
    const data = await boardFolder();
    const rest: Record<string, string[]> = {
      delete: ['--yes'],
      purge: ['--all', '--yes'],
      edit: ['--description', 'x'],
      rename: ['other'],
    };
    const args = ['group', command, 'Nowhere', ...(rest[command] ?? []), '--data', data];
    expect(await runHere(args)).toEqual({
      code: 1,
      stdout: '',
      stderr: 'corkboard: There is no group Nowhere.\n',
    });
  },
);

test('group create makes a group, and stores an event for the server', async () => {
  const data = await boardFolder();
  const args = ['group', 'create', 'Deploys', '--description', ' What\twent out ', '--data', data];
  expect(await runHere(args)).toEqual({
    code: 0,
    stdout: 'Group Deploys is made; its number is 6.\n',
    stderr: '',
  });
  expect(await runJson(['group', 'show', 'dEPLOYS', '--data', data])).toMatchObject({
    id: 6,
    name: 'Deploys',
    description: 'What went out',
    members: 0,
    messages: 0,
    lastNumber: 0,
  });
  expect(leftEvents(data)).toEqual([{ type: 'groups.changed' }]);
});

test('group create --json prints the group', async () => {
  const data = await boardFolder();
  expect(await runJson(['group', 'create', 'deploys', '--data', data])).toEqual({
    id: 6,
    name: 'deploys',
    description: '',
    members: 0,
    messages: 0,
    createdAt: expect.stringMatching(microseconds),
    lastNumber: 0,
    keepMessages: null,
    keepDays: null,
    kind: 'group',
    access: 'open',
    posting: 'members',
    replying: 'members',
    about: '',
    createdBy: null,
    owner: null,
    hasLostOwner: false,
  });
});

test.each([
  { name: 'MAIN', says: 'There is a group main already.' },
  { name: '42', says: '"42" cannot be a name: it has only digits.' },
  { name: 'a b', says: '"a b" cannot be a name: only letters' },
  { name: '\u001b[31m', says: '"␛[31m" cannot be a name' },
])('a group cannot be called $name', async ({ name, says }) => {
  const data = await boardFolder();
  for (const args of [
    ['create', name],
    ['rename', 'news', name],
  ]) {
    const { code, stdout, stderr } = await runHere(['group', ...args, '--data', data]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`corkboard: ${says}`);
  }
  expect(value(data, 'SELECT count(*) FROM groups')).toBe(5);
});

test('a description that is too long is refused', async () => {
  const data = await boardFolder();
  const args = ['group', 'edit', 'main', '--description', 'x'.repeat(201), '--data', data];
  expect(await runHere(args)).toMatchObject({
    code: 1,
    stderr: 'corkboard: The description is too long: at most 200 characters.\n',
  });
});

test('group edit changes the description, and stores an event for the server', async () => {
  const data = await boardFolder();
  const args = ['group', 'edit', 'main', '--description', 'For everyone', '--data', data];
  expect(await runHere(args)).toEqual({
    code: 0,
    stdout: 'Group main is described as: For everyone\n',
    stderr: '',
  });
  expect(leftEvents(data)).toEqual([
    {
      type: 'group.changed',
      group: { id: 1, name: 'main' },
      was: 'main',
      description: 'For everyone',
      rules: { access: 'open', posting: 'members', replying: 'members' },
      changed: ['description'],
    },
    { type: 'groups.changed' },
    expect.objectContaining({
      type: 'group.logged',
      line: expect.objectContaining({ act: 'edit', by: null, detail: 'description' }),
    }),
  ]);
  const empty = ['group', 'edit', '1', '--description', '', '--data', data];
  expect((await runHere(empty)).stdout).toBe('Group main has no description now.\n');
});

test('group edit sets the retention, and group show says what is deleted next', async () => {
  const data = await boardFolder((board) =>
    poster(board, 'alice', 'news', ['one', 'two', 'three']),
  );
  const edit = async (...options: string[]) =>
    (await runHere(['group', 'edit', 'news', ...options, '--data', data])).stdout;
  const show = async () => (await runHere(['group', 'show', 'news', '--data', data])).stdout;
  const next = async () =>
    ((await runJson(['group', 'show', 'news', '--data', data])) as { nextRemoval: unknown })
      .nextRemoval;
  expect(await show()).toContain('\nKeeps        every message\n\n');
  expect(await next()).toBe(null);

  expect(await edit('--keep', '5', '--max-age', '2w')).toBe(
    'Group news keeps the newest 5 messages, for 14 days.\n',
  );
  expect(leftEvents(data)).toEqual([{ type: 'retention.changed', group: { id: 3, name: 'news' } }]);
  expect(await show()).toMatch(
    /\nRemoved next +number 1, posted \S+Z: at \d{4}-\S+Z or after 3 more messages\n/,
  );
  expect(await next()).toEqual({
    count: 1,
    first: 1,
    last: 1,
    upTo: expect.stringMatching(microseconds),
    at: expect.stringMatching(microseconds),
    afterPosts: 3,
  });

  expect(await edit('--keep', '1', '--max-age', 'off', '--description', 'x')).toBe(
    'Group news is described as: x\nGroup news keeps the newest 1 message.\n',
  );
  expect(await show()).toMatch(
    /\nRemoved next +2 messages, numbers 1 to 2, posted up to \S+: now, by a server\n/,
  );
  expect(await next()).toMatchObject({ count: 2, first: 1, last: 2, at: null, afterPosts: 0 });
  expect(await edit('--keep', 'off')).toBe('Group news keeps every message.\n');
  expect(value(data, 'SELECT count(*) FROM messages')).toBe(3);
});

test('group rename keeps number, members and messages, and stores an event for the server', async () => {
  const data = await boardFolder((board) => poster(board, 'alice', 'news', ['one']));
  expect(await runHere(['group', 'rename', 'news', 'Olds', '--data', data])).toEqual({
    code: 0,
    stdout: 'Group news is called Olds now.\n',
    stderr: '',
  });
  expect(await runJson(['group', 'show', 'olds', '--data', data])).toMatchObject({
    id: 3,
    name: 'Olds',
    members: 1,
    messages: 1,
  });
  expect(leftEvents(data)).toEqual([
    {
      type: 'group.changed',
      group: { id: 3, name: 'Olds' },
      was: 'news',
      description: 'What is new',
      rules: { access: 'open', posting: 'members', replying: 'members' },
      changed: ['name'],
    },
    { type: 'groups.changed' },
    expect.objectContaining({
      type: 'group.logged',
      line: expect.objectContaining({ act: 'rename', by: null, detail: 'news to Olds' }),
    }),
  ]);
});

test('a group can change the case of its name; a rename to the same name changes nothing', async () => {
  const data = await boardFolder();
  expect((await runHere(['group', 'rename', 'news', 'NEWS', '--data', data])).code).toBe(0);
  expect((await runHere(['group', 'rename', 'news', 'NEWS', '--data', data])).code).toBe(0);
  expect(leftEvents(data).map(({ type }) => type)).toEqual([
    'group.changed',
    'groups.changed',
    'group.logged',
  ]);
});

test('the public group can be neither renamed nor deleted', async () => {
  const data = await boardFolder();
  for (const args of [
    ['rename', 'main', 'other'],
    ['rename', '1', 'MAIN'],
    ['delete', 'main', '--yes'],
    ['delete', '1'],
  ]) {
    expect(await runHere(['group', ...args, '--data', data])).toEqual({
      code: 1,
      stdout: '',
      stderr: 'corkboard: main is the public group; it can be neither renamed nor deleted.\n',
    });
  }
});

test('group delete also deletes messages and memberships, and stores an event for the server', async () => {
  const data = await boardFolder(async (board) => {
    await poster(board, 'alice', 'news', ['one', 'two']);
    await poster(board, 'bob', 'main', ['three']);
  });
  expect(await runHere(['group', 'delete', 'news', '--yes', '--data', data])).toEqual({
    code: 0,
    stdout: 'Group news is deleted, with 2 messages and 1 membership.\n',
    stderr: '',
  });
  expect(value(data, 'SELECT count(*) FROM groups WHERE id = 3')).toBe(0);
  expect(value(data, 'SELECT count(*) FROM memberships')).toBe(1);
  expect(value(data, 'SELECT group_concat(group_id) FROM messages')).toBe('1');
  expect(leftEvents(data)).toEqual([
    { type: 'group.removed', group: { id: 3, name: 'news' } },
    { type: 'groups.changed' },
  ]);
  expect((await runHere(['db', 'check', '--data', data])).stdout).toBe('ok\n');
});

test.each([
  {
    signal: 'SIGINT',
    says: /^Group news is deleted, with 2 messages and 1 membership\. Some of its rows are still in the file: a running server deletes them, or the next server that starts\.\n$/,
    code: 0,
  },
  { signal: 'SIGKILL', says: /^$/, code: null },
] as const)(
  'group delete that gets $signal after the group is gone leaves rows that no check finds fault with',
  async ({ signal, says, code }) => {
    const data = await boardFolder((board) => poster(board, 'alice', 'news', ['one', 'two']));
    tamper(
      data,
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
     INSERT INTO reports (group_id, number, reason, created_at) SELECT 3, 2 + i, 'spam', 1 FROM n`,
    );
    const args = ['group', 'delete', 'news', '--yes', '--data', data];
    const { child, result } = startCli(args, { yields: true });
    const client = connect(databaseFile(data), { busyTimeout: 5000 });
    const kind = client.prepare<[], string>('SELECT kind FROM groups WHERE id = 3').pluck();
    while (kind.get() === 'group') await pause(1);
    // While the test has the lock, the command cannot end.
    client.exec('BEGIN IMMEDIATE');
    child.kill(signal);
    client.exec('ROLLBACK');
    const done = await result;
    expect(done).toMatchObject({ code, stderr: '' });
    expect(done.stdout).toMatch(says);
    expect(value(data, 'SELECT count(*) FROM reports')).toBeGreaterThan(0);
    expect((await runHere(['db', 'check', '--data', data])).stdout).toBe('ok\n');
    expect(await runJson(['report', 'list', '--data', data])).toEqual([]);
    expect(await runJson(['group', 'list', '--data', data])).toHaveLength(4);
  },
);

test('group delete --json prints the deleted group, and a new group of that name has another number', async () => {
  const data = await boardFolder((board) => poster(board, 'alice', 'random', ['one']));
  const args = ['group', 'delete', 'random', '--yes', '--data', data];
  expect(await runJson(args)).toMatchObject({ id: 5, name: 'random', members: 1, messages: 1 });
  expect(await runJson(['group', 'create', 'random', '--data', data])).toMatchObject({
    id: 6,
    messages: 0,
    lastNumber: 0,
  });
});

test('group delete needs --yes if there is no terminal', async () => {
  const data = await boardFolder((board) => poster(board, 'alice', 'news', ['one']));
  const args = ['group', 'delete', 'news', '--data', data];
  expect(await runCli(args, { input: 'y\n' })).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'corkboard: Delete group news with 1 message and 1 membership? ' +
      'There is no terminal to ask on; add --yes to do it.\n',
  });
  expect(value(data, 'SELECT count(*) FROM messages')).toBe(1);
});

test('control characters of users do not reach the terminal, and JSON has the whole text', async () => {
  const hostile = 'a\u001b[2Jb\u009bc\u202ed\u0007';
  const data = await boardFolder();
  tamper(data, `UPDATE groups SET description = '${hostile}' WHERE id = 1`);
  const human = await runHere(['group', 'show', 'main', '--data', data]);
  expect(human.stdout).toContain('Description  a␛[2Jb\ufffdcd␇\n');
  const json = await runHere(['group', 'show', 'main', '--json', '--data', data]);
  expect(json.stdout).toContain('a\\u001b[2Jb\\u009bc\\u202ed\\u0007');
  expect(JSON.parse(json.stdout)).toMatchObject({ description: hostile });
});
