import { expect, test } from 'vitest';
import { groupRef } from '../../src/board/refs.ts';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { runCli, runHere, runJson } from '../helpers/cli.ts';
import { login, openBoard, post, purgeReach } from '../helpers/storage.ts';
import {
  boardFolder,
  damageMessages,
  fillMain,
  leftEvents,
  poster,
  queryRows,
  value,
} from './seed.ts';

const day = 24 * 60 * 60 * 1000;
const news = { id: 3, name: 'news' };

/** A board on which alice has posted a message in `news` this many days ago, for each of `ages`. */
async function postedDaysAgo(...ages: number[]): Promise<string> {
  const data = await boardFolder();
  let now = 0;
  const board = openBoard({ file: databaseFile(data), now: () => now });
  const ago = (days: number) => Date.now() - days * day;
  now = ago(Math.max(...ages) + 1);
  const actor = await login(board, 'alice');
  await board.repository.join(actor, groupRef('news'));
  for (const age of ages) {
    now = ago(age);
    await post(board, actor, `${age} days ago`, { group: groupRef('news') });
  }
  await board.close();
  return data;
}

function purge(data: string, ...options: string[]) {
  return runHere(['group', 'purge', 'news', ...options, '--data', data]);
}

function numbersLeft(data: string): unknown {
  return value(
    data,
    'SELECT group_concat(number) FROM messages WHERE group_id = 3 AND deleted_at IS NULL',
  );
}

test('purge --before deletes older messages, keeps the counts right, and frees no number', async () => {
  const data = await postedDaysAgo(40, 35, 10, 1);
  expect(await purge(data, '--before', '30d', '--yes')).toEqual({
    code: 0,
    stdout: 'Deleted 2 messages of news, numbers 1 to 2.\n',
    stderr: '',
  });
  expect(numbersLeft(data)).toBe('3,4');
  expect(await runJson(['group', 'show', 'news', '--data', data])).toMatchObject({
    messages: 2,
    lastNumber: 4,
  });
  expect(leftEvents(data)).toEqual([
    { type: 'messages.purged', group: news, count: 2, first: 1, last: 2, ...purgeReach },
  ]);
  expect((await runCli(['db', 'check', '--data', data])).stdout).toBe('ok\n');
});

test.each([
  { before: '2w', count: 3 },
  { before: '36h', count: 4 },
  { before: '2160min', count: 4 },
  { before: '0.5y', count: 0 },
  { before: new Date(Date.now() - 20 * day).toISOString().slice(0, 10), count: 3 },
  { before: new Date(Date.now() - 38 * day).toISOString(), count: 1 },
  { before: '2020-06-01T00:00:00.123456+02:00', count: 0 },
])('purge accepts --before $before', async ({ before, count }) => {
  const data = await postedDaysAgo(40, 35, 30, 10, 1);
  const args = ['group', 'purge', 'news', '--before', before, '--dry-run', '--data', data];
  expect(await runJson(args)).toMatchObject({ count });
});

test('purge --before keeps a message posted at exactly that microsecond', async () => {
  const data = await postedDaysAgo(3, 2, 1);
  const [, second] = (await runJson(['message', 'list', 'news', '--data', data])) as {
    postedAt: string;
  }[];
  const args = ['group', 'purge', 'news', '--dry-run', '--data', data];
  expect(await runJson([...args, '--before', second?.postedAt ?? ''])).toMatchObject({ last: 1 });
});

test.each(['30', '30x', '-3d', 'd', 'yesterday', '2026-02-30', '2026-1-1', '2999-01-01', ''])(
  'purge --before "%s" is wrong usage, and the error says what is allowed',
  async (before) => {
    const { code, stderr } = await purge(await boardFolder(), `--before=${before}`);
    expect(code).toBe(2);
    expect(stderr).toContain('It takes an age with its unit (12h, 30d, 2w), a date (2026-01-01)');
  },
);

test.each(['1m', '1M', '1.5m', '30m'])(
  'purge --before %s is refused, because it could mean minutes or months',
  async (before) => {
    const { code, stderr } = await purge(await boardFolder(), '--before', before);
    expect(code).toBe(2);
    const number = before.slice(0, -1);
    expect(stderr).toContain(
      `${before} could mean minutes or months. Write ${number}min for minutes, and 30d for a month.`,
    );
  },
);

test('purge --keep keeps the newest messages', async () => {
  const data = await postedDaysAgo(5, 4, 3, 2, 1);
  expect((await purge(data, '--keep', '2', '--yes')).stdout).toBe(
    'Deleted 3 messages of news, numbers 1 to 3.\n',
  );
  expect(numbersLeft(data)).toBe('4,5');
  expect((await purge(data, '--keep', '2', '--yes')).stdout).toBe(
    'There is nothing to delete in news.\n',
  );
  expect(leftEvents(data)).toHaveLength(1);
});

test('purge --all keeps the group, its members and its last number', async () => {
  const data = await postedDaysAgo(3, 2, 1);
  const document = await runJson(['group', 'purge', '3', '--all', '--yes', '--data', data]);
  expect(document).toEqual({ group: 'news', count: 3, first: 1, last: 3, dryRun: false });
  expect(await runJson(['group', 'show', 'news', '--data', data])).toMatchObject({
    members: 1,
    messages: 0,
    lastNumber: 3,
  });
});

test('purge does not change other groups', async () => {
  const data = await boardFolder(async (board) => {
    await poster(board, 'alice', 'news', ['one']);
    await poster(board, 'alice', 'main', ['two']);
  });
  await purge(data, '--all', '--yes');
  expect(queryRows(data, 'SELECT group_id, number FROM messages')).toEqual([
    { group_id: 1, number: 1 },
  ]);
});

test('purge works in steps, and the server is notified once', async () => {
  const data = await boardFolder(async (board) => {
    const subjects = Array.from({ length: 1200 }, (_, i) => `subject ${i}`);
    await poster(board, 'alice', 'news', subjects);
  });
  expect((await purge(data, '--keep', '100', '--yes')).stdout).toBe(
    'Deleted 1100 messages of news, numbers 1 to 1100.\n',
  );
  expect(value(data, 'SELECT message_count FROM groups WHERE id = 3')).toBe(100);
  expect(leftEvents(data)).toEqual([
    { type: 'messages.purged', group: news, count: 1100, first: 1, last: 1100, ...purgeReach },
  ]);
});

test('purge --dry-run says which messages would be deleted, and deletes none', async () => {
  const data = await postedDaysAgo(40, 35, 34, 1);
  expect(await purge(data, '--before', '30d', '--dry-run')).toEqual({
    code: 0,
    stdout: 'This would delete 3 messages of news, numbers 1 to 3.\n',
    stderr: '',
  });
  await runHere(['message', 'delete', 'news', '2', '--yes', '--data', data]);
  expect((await purge(data, '--before', '30d', '--dry-run')).stdout).toBe(
    'This would delete 2 messages of news, numbers between 1 and 3.\n',
  );
  expect((await purge(data, '--before', '37d', '--dry-run')).stdout).toBe(
    'This would delete 1 message of news, number 1.\n',
  );
  const args = ['group', 'purge', 'news', '--before', '100d', '--dry-run', '--data', data];
  expect(await runJson(args)).toEqual({
    group: 'news',
    count: 0,
    first: null,
    last: null,
    dryRun: true,
  });
  expect(numbersLeft(data)).toBe('1,3,4');
});

test('purge needs --yes if there is no terminal', async () => {
  const data = await postedDaysAgo(2, 1);
  expect(await purge(data, '--keep', '1')).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'corkboard: Delete 1 message of news, number 1? ' +
      'There is no terminal to ask on; add --yes to do it.\n',
  });
  expect(numbersLeft(data)).toBe('1,2');
});

test.each([
  { options: [], says: 'give one of --before <when>, --keep <n> and --all' },
  { options: ['--keep', '0'], says: 'It takes a whole number from 1 up.' },
  { options: ['--all', '--keep', '3'], says: "cannot be used with option '--all'" },
  { options: ['--before', '1d', '--all'], says: "cannot be used with option '--all'" },
  { options: ['--before', '1d', '--keep', '3'], says: 'cannot be used with option' },
])(
  'purge needs exactly one of --before, --keep and --all, not $options',
  async ({ options, says }) => {
    const { code, stdout, stderr } = await purge(await boardFolder(), ...options, '--yes');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
  },
);

test('a purge that fails at a damaged page says what it deleted, and stores an event for the server', async () => {
  const data = await boardFolder();
  fillMain(data, 20_000);
  damageMessages(data);
  const args = ['group', 'purge', 'main', '--all', '--yes', '--data', data];
  const { code, stdout, stderr } = await runHere(args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  const told =
    /^corkboard: Writing failed after (\d+) messages were deleted; the other messages remain\. \(/;
  const gone = Number(told.exec(stderr)?.[1]);
  expect(gone).toBeGreaterThan(0);
  expect(value(data, 'SELECT message_count FROM groups WHERE id = 1')).toBe(20_000 - gone);
  expect(leftEvents(data)).toMatchObject([{ count: gone, first: 1, last: gone }]);
});
