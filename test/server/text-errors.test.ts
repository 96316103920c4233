import { beforeEach, describe, expect, test } from 'vitest';
import type { Client } from '../../src/storage/sqlite/file/connection.ts';
import { TestBoard } from '../helpers/board.ts';
import type { TextPeer } from '../helpers/text-peer.ts';

// Alice is a member of main alone, and joined it when three messages were there: she sees 2 and 3.
let alice: TextPeer;
let database: Client;

beforeEach(async () => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  for (const subject of ['one', 'two', 'three']) await bob.ask(`%post ${subject} c`);
  alice = await board.member('alice');
  database = board.database();
});

/** All that the board keeps. */
function contents(): string {
  const tables = ['users', 'groups', 'memberships', 'messages', 'outside_changes'];
  return JSON.stringify(tables.map((table) => database.prepare(`SELECT * FROM ${table}`).all()));
}

async function errorFor(line: string): Promise<string> {
  const before = contents();
  const shown = await alice.ask(line);
  expect(contents()).toBe(before);
  return shown;
}

const groupCommands = [
  '%groupjoin nowhere',
  '%grouppost nowhere subject content',
  '%groupusers nowhere',
  '%groupleave nowhere',
  '%groupmessage nowhere 1',
  '%grouplist nowhere',
  '%grouplist nowhere all',
];

describe('a group that does not exist', () => {
  test.each(groupCommands)('%s', async (line) => {
    const refused = (name: string) =>
      `[ERROR] There is no group ${name}. Type %groups to see the groups.\n`;
    expect(await errorFor(line)).toBe(refused('nowhere'));
    expect(await errorFor(line.replace('nowhere', '99'))).toBe(refused('99'));
  });
});

describe('a group that the user is not a member of', () => {
  test.each(groupCommands.slice(1))('%s', async (line) => {
    const refused =
      '[ERROR] You are not a member of news. Join it first: %groupjoin <group>, or %join for main.\n';
    expect(await errorFor(line.replace('nowhere', 'news'))).toBe(refused);
    expect(await errorFor(line.replace('nowhere', '3'))).toBe(refused);
  });
});

test.each(['%join', '%groupjoin main', '%groupjoin 1', '%groupjoin MAIN'])(
  'a group that the user is already a member of: %s',
  async (line) => {
    expect(await errorFor(line)).toBe(
      '[ERROR] You are a member of main already. Type %grouplist <group> to see its messages, or %list for main.\n',
    );
  },
);

test.each(['%message', '%groupmessage main'])(
  '%s answers a number that is not visible as one that does not exist',
  async (command) => {
    for (const number of [1, 4, 999]) {
      expect(await errorFor(`${command} ${number}`)).toBe(
        `[ERROR] There is no message ${number} for you in main. Type %list or %grouplist to see which there are.\n`,
      );
    }
  },
);

const wrong: [line: string, why: string, form: string][] = [
  ['%groups now', '"now" is too much', '%groups'],
  ['%groupjoin', 'the group is missing', '%groupjoin <group>'],
  ['%groupjoin news code now', '"now" is too much', '%groupjoin <group> [code]'],
  ['%grouppost', 'the group is missing', '%grouppost <group> <subject> [content]'],
  ['%grouppost main', 'the subject is missing', '%grouppost <group> <subject> [content]'],
  ['%groupusers', 'the group is missing', '%groupusers <group>'],
  ['%groupusers main now', '"now" is too much', '%groupusers <group>'],
  ['%groupleave', 'the group is missing', '%groupleave <group>'],
  ['%groupleave main right now', '"right now" is too much', '%groupleave <group>'],
  ['%groupmessage', 'the group is missing', '%groupmessage <group> <number>'],
  ['%groupmessage main', 'the number is missing', '%groupmessage <group> <number>'],
  ['%groupmessage main 2 3', '"3" is too much', '%groupmessage <group> <number>'],
  ['%grouplist', 'the group is missing', '%grouplist <group> [count or all] [before <number>]'],
  ['%join news code now', '"now" is too much', '%join [group] [code]'],
  ['%post', 'the subject is missing', '%post <subject> [content]'],
  ['%post "Lunch on', 'the subject has no closing quote', '%post <subject> [content]'],
  ['%post "a"b c', 'a space is missing after the subject', '%post <subject> [content]'],
  ['%users now', '"now" is too much', '%users'],
  ['%leave now', '"now" is too much', '%leave'],
  ['%message', 'the number is missing', '%message <number>'],
  ['%message 2 3', '"3" is too much', '%message <number>'],
  ...['two', '-1', '0', '1.5', '0x1', '1e0', '99999999999999999999'].map(
    (number): [string, string, string] => [
      `%message ${number}`,
      `the number is a number from 1 up, not "${number}"`,
      '%message <number>',
    ],
  ),
  ...(
    [
      ['many', 'the count is a number from 1 up, not "many"'],
      ['0', 'the count is a number from 1 up, not "0"'],
      ['1001', 'the count is at most 1000, or "all"'],
      ['5 after 3', '"before" was expected in place of "after"'],
      ['before', 'the number after "before" is missing'],
      ['before two', 'the number after "before" is a number from 1 up, not "two"'],
      ['all before 3 4', '"4" is too much'],
    ] as const
  ).map(([args, why]): [string, string, string] => [
    `%list ${args}`,
    why,
    '%list [count or all] [before <number>]',
  ]),
  ['%unread now', '"now" is too much', '%unread'],
  ['%whoami now', '"now" is too much', '%whoami'],
  ['%help post now', '"now" is too much', '%help [command]'],
  ['%ping now', '"now" is too much', '%ping'],
  ['%connect', 'the address is missing', '%connect <address> [port]'],
  ['%connect localhost 1 2', '"2" is too much', '%connect <address> [port]'],
  ['%exit now', '"now" is too much', '%exit or %quit'],
  ['%quit now', '"now" is too much', '%exit or %quit'],
];

test.each(wrong)(
  'the error for wrong arguments shows the right form: %s',
  async (line, why, form) => {
    const shown = await errorFor(line);
    expect(shown).toMatch(/^.*\n.*\n$/);
    expect(shown).toContain(`[ERROR] Wrong arguments: ${why}.\n[INFO] Type: ${form}`);
  },
);

test.each([
  ['%pots hello all', '%post'],
  ['%jion', '%join'],
  ['%lst', '%list'],
  ['%GROUPLITS main', '%grouplist'],
  ['%massage 2', '%message'],
])('a typo gets a suggestion: %s', async (line, meant) => {
  const [word] = line.split(' ');
  expect(await errorFor(line)).toBe(
    `[ERROR] There is no command ${word}. Did you mean ${meant}? Type %help for the commands.\n`,
  );
});

test.each(['%', '%exits', '%dance', '%5', '%help dance', '%help %dance'])(
  'an unknown command gets a hint to %help: %s',
  async (line) => {
    const word = line.replace(/^%help %?/, '%');
    expect(await errorFor(line)).toBe(
      `[ERROR] There is no command ${word}. Type %help for the commands.\n`,
    );
  },
);

test('a line that does not start with % is not a command', async () => {
  expect(await errorFor('hello all')).toBe(
    '[ERROR] "hello" is no command: commands start with %. Type %help for the commands.\n',
  );
});

test('a subject that is empty or too long, and content that is too long', async () => {
  expect(await errorFor('%post "" content')).toBe(
    '[ERROR] This subject cannot be used: it is empty.\n',
  );
  expect(await errorFor(`%post ${'é'.repeat(201)} content`)).toBe(
    '[ERROR] The subject is too long: at most 200 characters.\n',
  );
  expect(await errorFor(`%post subject ${'é'.repeat(16 * 1024)}x`)).toBe(
    '[ERROR] The content is too long: at most 32768 bytes.\n',
  );
});

test('a subject and content of exactly the maximum length are posted', async () => {
  const [subject, content] = ['🍣'.repeat(200), 'é'.repeat(16 * 1024)];
  expect(await alice.ask(`%post ${subject} ${content}`)).toContain('[SUCCESS] Message 4');
  const shown = await alice.ask('%message 4');
  expect(shown).toContain(`\nSubject: ${subject}\n`);
  expect(shown).toContain(`\n${content}\n`);
});
