import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { TextPeer } from '../helpers/text-peer.ts';
import { numbersIn, range, rule, serverEnds, undated } from '../server/support.ts';

/** Sends `input` and the end of the stream, as `nc` does from a pipe; returns all that comes. */
async function piped(board: TestBoard, input: string): Promise<string> {
  const peer = await TextPeer.connect(board.port);
  peer.write(input);
  peer.finish();
  return undated(await peer.toEnd());
}

const greeting = 'Welcome to corkboard 0.0.0, a message board.\nWhat is your username? ';
const welcome =
  '[INFO] Welcome alice\n' +
  '[INFO] Type %groups to see the groups, %join to join main, %help for every command.\n';
const joined =
  '[SUCCESS] You joined main.\n[INFO] Members of main (1): alice (online)\n' +
  `--- Group: main History ---\n(no messages)\n${rule}\n`;

test.each(['alice\n%join\n', 'alice\n%join'])(
  'a peer that pipes %j gets every reply, and then the end',
  async (input) => {
    const board = await TestBoard.start();
    expect(await piped(board, input)).toBe(greeting + welcome + joined);
  },
);

test('a peer that ends its stream without input gets the greeting, and then the end', async () => {
  const board = await TestBoard.start();
  expect(await piped(board, '')).toBe(greeting);
});

test('a peer that ends its stream after a part of a byte order mark gets the greeting, and then the end', async () => {
  const board = await TestBoard.start();
  const peer = await TextPeer.connect(board.port);
  peer.socket.end(Buffer.from([0xef]));
  expect(await peer.toEnd()).toMatch(greeting);
});

test('a program that pipes its requests gets every reply, and then the end', async () => {
  const board = await TestBoard.start();
  const lines = [
    { id: 1, method: 'session.login', params: { user: 'bot' } },
    { id: 2, method: 'group.join', params: { group: 'main' } },
    { id: 3, method: 'message.post', params: { group: 'main', subject: 's', content: 'c' } },
    { id: 4, method: 'message.list', params: { group: 'main' } },
  ].map((line) => JSON.stringify({ jsonrpc: '2.0', ...line }));
  for (const input of [lines.join('\n'), `${lines.join('\n')}\n`]) {
    const shown = await piped(board, input);
    expect([...shown.matchAll(/^{"jsonrpc":"2.0","id":(\d),/gm)].map(([, id]) => id)).toEqual([
      '1',
      '2',
      '3',
      '4',
    ]);
    // The greeting is for people.
    expect(shown.startsWith('{')).toBe(true);
  }
});

test('a person who pipes more requests than may wait gets every reply', async () => {
  const board = await TestBoard.start();
  const posts = range(1, 20).map((number) => `%post s${number} c\n`);
  const shown = await piped(board, `alice\n%join\n${posts.join('')}${'%ping\n'.repeat(3000)}%list`);
  const posted = range(1, 20).map(
    (number) => `[SUCCESS] Message ${number} posted in main. Subject: s${number}\n`,
  );
  const start = `${greeting}${welcome}${joined}${posted.join('')}${'[INFO] pong\n'.repeat(3000)}---`;
  expect(shown.startsWith(start)).toBe(true);
  expect(numbersIn(shown)).toEqual(range(1, 20));
});

test('a program that pipes more than may wait gets every reply', async () => {
  const board = await TestBoard.start();
  const pings = range(1, 5000).map((id) => `{"jsonrpc":"2.0","id":${id},"method":"ping"}`);
  const shown = await piped(board, pings.join('\n'));
  expect([...shown.matchAll(/"id":(\d+)/g)].map(([, id]) => Number(id))).toEqual(range(1, 5000));
});

test('commands after a piped %exit are not answered', async () => {
  const board = await TestBoard.start();
  expect(await piped(board, 'alice\n%exit\n%ping\n')).toBe(
    `${greeting}${welcome}[INFO] Goodbye.\n`,
  );
});

test('a slow reader gets the last reply too', async () => {
  const board = await TestBoard.start();
  const ends = serverEnds();
  const peer = await board.person('alice');
  const bob = await board.program('bob');
  const [end] = ends;
  peer.socket.pause();
  let helps = 0;
  // Until the buffers of the system are full, so that replies wait in the server.
  for (; end?.writableLength === 0; helps += 50) {
    peer.write('%help\n'.repeat(50));
    await bob.call('ping', {});
    await bob.call('ping', {});
  }
  peer.write('%whoami');
  peer.finish();
  // Longer than the server waits for a peer that does not read its closing notice.
  await setTimeout(1500);
  peer.socket.resume();
  const shown = await peer.toEnd();
  expect(shown.split('tells more. Groups of your own: %help moderation.\n').length - 1).toBe(helps);
  expect(shown.endsWith('[INFO] You are alice, in no group yet.\n')).toBe(true);
});
