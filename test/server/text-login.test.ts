import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import type { TextPeer } from '../helpers/text-peer.ts';

const prompt = 'What is your username? ';

/** Sends a line before login and returns what comes before the name is asked for again. */
async function asked(peer: TextPeer, line: string): Promise<string> {
  peer.send(line);
  const shown = await peer.expect(prompt);
  return shown.slice(0, -prompt.length);
}

async function greeted(board: TestBoard): Promise<TextPeer> {
  const peer = await board.connect();
  await peer.expect(prompt);
  return peer;
}

test('the greeting comes in one write and ends with the question for the name', async () => {
  const board = await TestBoard.start({ version: '1.2.3' });
  const peer = await board.connect();
  const first = await new Promise((resolve) => peer.socket.once('data', resolve));
  expect(first).toBe(`Welcome to corkboard 1.2.3, a message board.\n${prompt}`);
});

test('a new user gets a welcome that says how to begin', async () => {
  const board = await TestBoard.start();
  const peer = await greeted(board);
  peer.send('  alice ');
  expect(await peer.ask('')).toBe(
    '[INFO] Welcome alice\n' +
      '[INFO] Type %groups to see the groups, %join to join main, %help for every command.\n',
  );
});

test('a member who returns sees how to read unread messages', async () => {
  const board = await TestBoard.start();
  const before = await board.member('alice');
  before.finish();
  await before.toEnd();
  const peer = await greeted(board);
  peer.send('alice');
  expect(await peer.ask('')).toBe(
    '[INFO] Welcome alice\n' +
      '[INFO] Type %list or %grouplist <group> to see what was posted, %help for every command.\n',
  );
});

const characters = 'only letters, digits, "_", "-" and "." can stand in it';

test.each([
  ['', 'it is empty'],
  ['two words', characters],
  ['a/b', characters],
  ['🍣', characters],
  ['12345', 'it has only digits'],
  ['①②', characters],
  ['-alice', 'it starts with a "-", a "." or a combining mark'],
  ['.alice', 'it starts with a "-", a "." or a combining mark'],
  ['a'.repeat(33), 'it has more than 32 characters'],
  ['system', 'it is reserved'],
  ['Admin', 'it is reserved'],
  ['ROOT', 'it is reserved'],
  ['ｓｅｒｖｅｒ', 'it is reserved'],
])('the name "%s" is refused, and asked for again', async (name, why) => {
  const board = await TestBoard.start();
  const peer = await greeted(board);
  expect(await asked(peer, name)).toBe(
    `[ERROR] "${name}" cannot be a name: ${why}. Please choose another.\n`,
  );
  peer.send('alice');
  await peer.expect('[INFO] Welcome alice\n');
});

test.each(['x', '_', 'a-b.c_d', '日本', 'Ångström', 'x1', 'a'.repeat(32)])(
  'the name "%s" is accepted',
  async (name) => {
    const board = await TestBoard.start();
    const peer = await greeted(board);
    peer.send(name);
    await peer.expect(`[INFO] Welcome ${name}\n`);
  },
);

test.each([
  ['alice', 'alice'],
  ['alice', 'ALICE'],
  ['Straße', 'STRASSE'],
  ['alice', 'ａｌｉｃｅ'],
  ['\u00e9va', 'e\u0301va'],
])('while %s is connected, %s is in use, and asked for again', async (first, second) => {
  const board = await TestBoard.start();
  await board.person(first);
  const peer = await greeted(board);
  expect(await asked(peer, second)).toBe(
    '[ERROR] Username already in use. Please choose another.\n',
  );
  peer.send('bob');
  await peer.expect('[INFO] Welcome bob\n');
});

test('a name that a program uses is refused to a person, and the other way round', async () => {
  const board = await TestBoard.start();
  await board.program('bot');
  const peer = await greeted(board);
  expect(await asked(peer, 'BOT')).toContain('[ERROR] Username already in use.');
  await board.person('alice');
  const program = await board.connectProgram();
  expect(await program.errorOf('session.login', { user: 'ALICE' })).toEqual({
    word: 'NAME_IN_USE',
    code: 103,
  });
});

test('a name is free again as soon as its session has said goodbye', async () => {
  const board = await TestBoard.start();
  const alice = await board.person('alice');
  alice.send('%exit');
  // She does not end her own side, as some versions of `nc` do not.
  await alice.toEnd();
  await board.person('alice');
});

test('a name is free again when its connection is lost', async () => {
  const board = await TestBoard.start();
  const bob = await board.member('bob');
  const alice = await board.member('alice');
  alice.socket.resetAndDestroy();
  await bob.expect('Offline: alice.\n');
  await board.person('alice');
});

test('a user who types the name in another spelling is the same user', async () => {
  const board = await TestBoard.start();
  const before = await board.member('Alice');
  before.finish();
  await before.toEnd();
  const peer = await greeted(board);
  peer.send('ａｌｉｃｅ');
  await peer.expect('[INFO] Welcome Alice\n');
  expect(await peer.ask('%whoami')).toContain('You are Alice, a member of main.\n');
});

test('of two logins under one name at the same moment, exactly one succeeds', async () => {
  const board = await TestBoard.start();
  for (let round = 0; round < 20; round++) {
    const name = `name${round}`;
    const people = [await greeted(board), await greeted(board)];
    const programs = [await board.connectProgram(), await board.connectProgram()];
    for (const person of people) person.send(name);
    const logins = programs.map((program) => program.request('session.login', { user: name }));
    const told = await Promise.all(
      people.map((person) => person.expect(/^.*(Welcome|in use).*\n/)),
    );
    const replies = await Promise.all(logins);
    const taken = told.filter((text) => text === `[INFO] Welcome ${name}\n`).length;
    const accepted = replies.filter(({ error }) => error === undefined).length;
    expect(taken + accepted).toBe(1);
    const refused = replies.filter(({ error }) => error?.data.code === 'NAME_IN_USE').length;
    expect(refused).toBe(2 - accepted);
  }
});

test.each([
  '%groups',
  '%groupjoin main',
  '%grouppost main a b',
  '%groupusers main',
  '%groupleave main',
  '%groupmessage main 1',
  '%grouplist main',
  '%join',
  '%post a b',
  '%users',
  '%leave',
  '%message 1',
  '%list all',
  '%unread',
  '%whoami',
  '%groupjoin',
  '%post',
  '%message one',
  '%unread now',
])('before login, %s asks for the name', async (line) => {
  const board = await TestBoard.start();
  const peer = await greeted(board);
  expect(await asked(peer, line)).toBe('[ERROR] Say who you are first. Type your name.\n');
});

test('before login, %help, %ping and %connect work, and typos get a suggestion', async () => {
  const board = await TestBoard.start();
  const peer = await greeted(board);
  expect(await asked(peer, '%ping')).toBe('[INFO] pong\n');
  expect(await asked(peer, '%help join')).toContain(
    '[INFO] %join [group] [code]: the same as %groupjoin main\n',
  );
  expect(await asked(peer, '%connect here 1')).toContain('[INFO] You are connected already.');
  expect(await asked(peer, '%jion')).toContain('[ERROR] There is no command %jion.');
  peer.send('%quit');
  expect(await peer.toEnd()).toBe('[INFO] Goodbye.\n');
});
