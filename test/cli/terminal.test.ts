import { expect, test } from 'vitest';
import { CliTerminal, runCli } from '../helpers/cli.ts';
import { purgeReach } from '../helpers/storage.ts';
import { boardFolder, fillMain, leftEvents, poster, value } from './seed.ts';

const ctrlC = '\u0003';
const ctrlD = '\u0004';
const bold = '\u001b[1m';

function populated(): Promise<string> {
  return boardFolder((board) => poster(board, 'alice', 'news', ['one', 'two']));
}

function messagesLeft(data: string): unknown {
  return value(data, 'SELECT count(*) FROM messages WHERE deleted_at IS NULL');
}

test.each([
  {
    args: ['message', 'delete', 'news', '2'],
    asks: 'Delete 1 message (2) of news? [y/N] ',
    says: 'Deleted 1 message (2) of news.',
  },
  {
    args: ['group', 'purge', 'news', '--keep', '1'],
    asks: 'Delete 1 message of news, number 1? [y/N] ',
    says: 'Deleted 1 message of news, number 1.',
  },
  {
    args: ['group', 'delete', 'news'],
    asks: 'Delete group news with 2 messages and 1 membership? [y/N] ',
    says: 'Group news is deleted',
  },
])('a command that deletes asks on a terminal, and deletes after a yes: $args', async (given) => {
  const data = await populated();
  const terminal = new CliTerminal([...given.args, '--data', data]);
  await terminal.expect(given.asks);
  expect(messagesLeft(data)).toBe(2);
  terminal.type('y\r');
  await terminal.expect(given.says);
  expect(await terminal.exited()).toBe(0);
  expect(messagesLeft(data)).not.toBe(2);
});

test.each([
  { what: 'no', keys: 'n\r' },
  { what: 'Enter', keys: '\r' },
  { what: 'anything else', keys: 'yesterday\r' },
  { what: 'Ctrl-C', keys: ctrlC },
  { what: 'Ctrl-D', keys: ctrlD },
])('a purge that is answered with $what deletes nothing and exits with 1', async ({ keys }) => {
  const data = await populated();
  const terminal = new CliTerminal(['group', 'purge', 'news', '--all', '--data', data]);
  await terminal.expect('[y/N] ');
  terminal.type(keys);
  await terminal.expect('corkboard: Nothing was deleted.');
  expect(await terminal.exited()).toBe(1);
  expect(messagesLeft(data)).toBe(2);
  expect(leftEvents(data)).toEqual([]);
});

test('the question of purge gives the time that an age means', async () => {
  const data = await populated();
  const args = ['group', 'purge', 'news', '--before', '0s', '--data', data];
  const terminal = new CliTerminal(args);
  await terminal.expect(
    /numbers 1 to 2, posted before \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\? \[y\/N\] /,
  );
  terminal.type('n\r');
  expect(await terminal.exited()).toBe(1);
});

test('message delete with --yes does not ask', async () => {
  const data = await populated();
  const args = ['message', 'delete', 'news', '1', '2', '--yes', '--data', data];
  const terminal = new CliTerminal(args);
  expect(await terminal.exited()).toBe(0);
  expect(terminal.screen).toBe('Deleted 2 messages (1, 2) of news.\r\n');
});

test('the head of a table is bold on a terminal, unless NO_COLOR or a pipe makes it plain', async () => {
  const data = await populated();
  const list = ['group', 'list', '--data', data];
  const screenOf = async (terminal: CliTerminal) => {
    expect(await terminal.exited()).toBe(0);
    return terminal.screen;
  };
  expect(await screenOf(new CliTerminal(list))).toContain(bold);
  const plain = [
    new CliTerminal([...list, '--no-color']),
    new CliTerminal(['--no-color', ...list]),
    new CliTerminal(list, { env: { NO_COLOR: '1' } }),
    new CliTerminal(list, { env: { NO_COLOR: '1', FORCE_COLOR: '3' } }),
    new CliTerminal([...list, '--no-color'], { env: { FORCE_COLOR: '1' } }),
  ];
  for (const terminal of plain) expect(await screenOf(terminal)).not.toContain('\u001b');
  const piped = async (env: Record<string, string>) => (await runCli(list, { env })).stdout;
  expect(await piped({})).not.toContain('\u001b');
  expect(await piped({ FORCE_COLOR: '1' })).toContain(bold);
  expect(await piped({ FORCE_COLOR: '0' })).not.toContain('\u001b');
});

test('a long purge shows its progress, and Ctrl-C stops it with the board consistent', async () => {
  const data = await boardFolder();
  const total = 300_000;
  fillMain(data, total);
  const args = ['group', 'purge', 'main', '--all', '--yes', '--data', data];
  const terminal = new CliTerminal(args);
  await terminal.expect(/\d+% \| \d+ of 300000 messages \| \d+\/s \| \d+\w+ left/);
  terminal.type(ctrlC);
  await terminal.expect('corkboard: Interrupted. The other messages were not deleted.');
  expect(await terminal.exited()).toBe(130);

  const left = Number(messagesLeft(data));
  const gone = total - left;
  expect(left).toBeGreaterThan(0);
  expect(terminal.screen).toContain(`Deleted ${gone} messages of main, numbers 1 to ${gone}.`);
  expect(value(data, 'SELECT message_count FROM groups WHERE id = 1')).toBe(left);
  const group = { id: 1, name: 'main' };
  expect(leftEvents(data)).toEqual([
    { type: 'messages.purged', group, count: gone, first: 1, last: gone, ...purgeReach },
  ]);
});

test.each([
  {
    args: ['user', 'delete', 'alice'],
    meanwhile: [
      ['user', 'rename', 'alice', 'alicia'],
      ['user', 'create', 'alice', '--no-password'],
    ],
    left: 'SELECT group_concat(name) FROM users',
    expected: 'alice',
  },
  ...[
    ['message', 'delete', 'news', '2'],
    ['group', 'purge', 'news', '--keep', '1'],
    ['group', 'delete', 'news'],
  ].map((args) => ({
    args,
    meanwhile: [
      ['group', 'rename', 'news', 'old'],
      ['group', 'create', 'news'],
    ],
    left: "SELECT count(*) FROM groups JOIN messages ON group_id = groups.id WHERE name = 'old' AND deleted_at IS NULL",
    expected: args[1] === 'delete' && args[0] === 'group' ? 0 : 1,
  })),
])(
  'a command that asks deletes what it has asked about, whatever has the name by then: $args',
  async (given) => {
    const data = await populated();
    const terminal = new CliTerminal([...given.args, '--data', data]);
    await terminal.expect('[y/N] ');
    for (const args of given.meanwhile) {
      expect((await runCli([...args, '--data', data])).code).toBe(0);
    }
    terminal.type('y\r');
    expect(await terminal.exited()).toBe(0);
    expect(value(data, given.left)).toBe(given.expected);
  },
);
