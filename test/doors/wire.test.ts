import { setImmediate } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { limits } from '../../src/protocol/limits.ts';
import { TestBoard } from '../helpers/board.ts';
import { TextPeer } from '../helpers/text-peer.ts';
import { undated } from '../server/support.ts';

function request(id: number, method: string, params = {}): string {
  return `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`;
}

// A program gets it if its first byte comes late, or after a telnet command.
const greetingOfProgram = /^Welcome to .*\n.*\? \n(?=\{)/;

const said = [
  'alice',
  '%groups',
  '%join',
  '%post "zwei Wörter 🍣" Größe',
  '%list all',
  '%message 1',
  '%users',
  '%unread',
  '%dance',
  '%leave',
  '%exit',
];
const text = said.map((line) => `${line}\n`).join('');

const post = { group: 'main', subject: 'zwei Wörter 🍣', content: 'Größe' };
const json = [
  request(1, 'session.login', { user: 'alice' }),
  request(2, 'group.join', { group: 'main' }),
  request(3, 'message.post', post),
  request(4, 'message.get', { group: 'main', number: 1 }),
  request(5, 'no.such.method'),
  '[1]\n',
  request(6, 'session.logout'),
].join('');

/** All that comes when `chunks` are sent, one packet each. */
async function transcript(...chunks: (string | Buffer)[]): Promise<string> {
  const board = await TestBoard.start();
  const peer = await TextPeer.connect(board.port);
  peer.socket.setNoDelay(true);
  for (const chunk of chunks) {
    peer.write(chunk);
    // A turn of the event loop, in which the server reads the packet.
    await setImmediate();
    await setImmediate();
  }
  return undated(await peer.toEnd())
    .replace(greetingOfProgram, '')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/"token":"[\w-]+"/, '"token":"TOKEN"')
    .replace(/"change":\d+/g, '"change":CHANGE');
}

function bytesOf(whole: string | Buffer): Buffer[] {
  return [...Buffer.from(whole)].map((byte) => Buffer.from([byte]));
}

const crlf = (lines: string) => lines.replaceAll('\n', '\r\n');
const mark = Buffer.from('\ufeff');
/** IAC DO ECHO, IAC SB TERMINAL-TYPE IS IAC IAC "x" IAC SE, IAC NOP. */
const telnet = Buffer.from([255, 253, 1, 255, 250, 24, 0, 255, 255, 120, 255, 240, 255, 241]);

/** `whole` with `telnet` before it, and before each of its bytes. */
function laced(whole: string): Buffer {
  return Buffer.concat(bytesOf(whole).flatMap((byte) => [telnet, byte]));
}

describe.each([
  ['a person', text, '[INFO] Goodbye.\n'],
  ['a program', json, '"id":6,"result":{}}\n'],
])('input cut into pieces is served as input in one piece: %s', (_, whole, end) => {
  test.each<[how: string, chunks: (string | Buffer)[]]>([
    ['split at every byte', bytesOf(whole)],
    ['with lines ended by CRLF', [crlf(whole)]],
    ['with lines ended by CRLF, split at every byte', bytesOf(crlf(whole))],
    ['behind a byte order mark', [mark, whole]],
    ['behind a byte order mark, in one packet', [`\ufeff${whole}`]],
    ['behind a byte order mark split at every byte', [...bytesOf(mark), whole]],
    ['with telnet commands between all bytes', [laced(whole)]],
    [
      'with telnet commands split at every byte',
      bytesOf(laced(whole.slice(0, 200))).concat(Buffer.from(whole.slice(200))),
    ],
    ['behind a telnet command and a byte order mark', [telnet, mark, telnet, whole]],
  ])('%s', async (_how, chunks) => {
    const expected = await transcript(whole);
    expect(expected.endsWith(end)).toBe(true);
    expect(await transcript(...chunks)).toBe(expected);
  });
});

test('the first reply to a program that was greeted is on a line of its own', async () => {
  const board = await TestBoard.start();
  const peer = await TextPeer.connect(board.port);
  await peer.expect('Welcome to corkboard 0.0.0, a message board.\nWhat is your username? ');
  peer.write(request(1, 'ping'));
  expect(await peer.expect('result":{}}\n')).toBe('\n{"jsonrpc":"2.0","id":1,"result":{}}\n');
});

test('a program that sends a request at once gets its reply and no greeting', async () => {
  const board = await TestBoard.start();
  const peer = await TextPeer.connect(board.port);
  peer.write(`${request(1, 'session.login', { user: 'bot' })}`);
  peer.write(request(2, 'ping'));
  expect(await peer.expect('"id":2,"result":{}}\n')).toMatch(/^\{"jsonrpc":"2.0","id":1,/);
});

test.each([
  ['{', 'PARSE_ERROR'],
  ['[', 'PARSE_ERROR'],
])('a connection that starts with %s is a program’s for its whole life', async (first, word) => {
  const board = await TestBoard.start();
  const peer = await board.connectProgram();
  expect((await peer.replyToLine(first)).error?.data.code).toBe(word);
  expect((await peer.replyToLine('%ping')).error?.data.code).toBe(word);
});

test('a connection that starts with anything else is a person’s for its whole life', async () => {
  const board = await TestBoard.start();
  const peer = await board.connect();
  await peer.expect('username? ');
  peer.write(` ${request(1, 'ping')}`);
  expect(await peer.expect('username? ')).toContain('[ERROR] "{"jsonrpc"');
  const alice = await board.person('alice');
  expect(await alice.ask(request(1, 'ping').trimEnd())).toContain('[ERROR] "{"jsonrpc"');
});

test.each(['GET / HTTP/1.1', 'POST /api?x=1 HTTP/1.0', 'OPTIONS * HTTP/1.1'])(
  'after the greeting, %s gets the answer that this is not a web server, and is closed',
  async (line) => {
    const board = await TestBoard.start();
    const peer = await board.connect();
    peer.write(`${line}\r\nHost: localhost\r\n\r\n`);
    expect(await peer.toEnd()).toMatch(
      /^HTTP\/1\.1 400 Bad Request\r\n.*\r\n\r\nThis is a corkboard, not a web server\. Use `corkboard chat` or `nc`\.\n$/s,
    );
  },
);

test('an SSH client at a port of text makes no user, and is closed with the reason', async () => {
  const board = await TestBoard.start();
  for (const line of ['SSH-2.0-OpenSSH_9.6', 'SSH-1.99-scanner']) {
    const peer = await board.connect();
    peer.write(`${line}\r\n`);
    expect(await peer.toEnd()).toContain('[ERROR] This port of the board is not for ssh.');
  }
  const users = board.database().prepare('SELECT count(*) FROM users').pluck().get();
  expect(users).toBe(0);
});

const bad: [what: string, bytes: Buffer][] = [
  ['a byte that starts nothing', Buffer.from([0x80])],
  ['a character cut short', Buffer.from([0xe2, 0x82])],
  ['an overlong character', Buffer.from([0xc0, 0xaf])],
  ['a surrogate', Buffer.from([0xed, 0xa0, 0x80])],
  ['ÿ in Latin-1', Buffer.from([0xff])],
];

test.each(bad)('invalid UTF-8 is refused, and the connection stays open: %s', async (_, bytes) => {
  const board = await TestBoard.start();
  const newcomer = await board.connect();
  await newcomer.expect('username? ');
  newcomer.write(Buffer.concat([Buffer.from('al'), bytes, Buffer.from('\nalice\n')]));
  expect(await newcomer.expect('Welcome alice\n')).toBe(
    '[ERROR] This line is not valid UTF-8.\nWhat is your username? [INFO] Welcome alice\n',
  );
  await newcomer.expect('%help for every command.\n');
  newcomer.write(Buffer.concat([Buffer.from('%post s '), bytes, Buffer.from('\n')]));
  expect(await newcomer.receivedSoFar()).toBe('[ERROR] This line is not valid UTF-8.\n');

  const program = await board.program('bot');
  program.write(Buffer.concat([Buffer.from('{"x":"'), bytes]));
  expect(await program.replyToLine('"}')).toEqual({
    jsonrpc: '2.0',
    id: null,
    error: { code: -32700, message: 'This line is not valid UTF-8.', data: { code: 'NOT_UTF8' } },
  });
  expect(await program.call('ping', {})).toEqual({});
});

describe.each(['\n', '\r\n'])('a line that ends in %j', (ending) => {
  test('may have at most 64 KiB from a person', async () => {
    const board = await TestBoard.start();
    const alice = await board.person('alice');
    alice.write(`${'%whoami'.padEnd(limits.textLine)}${ending}`);
    expect(await alice.receivedSoFar()).toBe('[INFO] You are alice, in no group yet.\n');
    for (const length of [limits.textLine + 1, limits.textLine + 2, 3_000_000]) {
      alice.write(`${'%whoami'.padEnd(length)}${ending}`);
      expect(await alice.receivedSoFar()).toBe(
        '[ERROR] This line is longer than 65536 bytes; it was skipped.\n',
      );
    }
    expect(await alice.ask('%whoami')).toBe('[INFO] You are alice, in no group yet.\n');
  });

  test('may have at most 256 KiB from a program', async () => {
    const board = await TestBoard.start();
    const program = await board.program('alice');
    const line = (length: number) =>
      request(7, 'ping').trimEnd().padEnd(length) + ending.slice(0, -1);
    expect(await program.replyToLine(line(limits.jsonLine))).toMatchObject({ id: 7, result: {} });
    for (const length of [limits.jsonLine + 1, limits.jsonLine + 2, 3_000_000]) {
      expect((await program.replyToLine(line(length))).error).toEqual({
        code: -32700,
        message: 'This line is longer than 262144 bytes; it was skipped.',
        data: { code: 'LINE_TOO_LONG' },
      });
    }
    expect(await program.call('ping', {})).toEqual({});
  });
});

test('the limit of a line counts bytes, not characters', async () => {
  const board = await TestBoard.start();
  const alice = await board.person('alice');
  alice.send(`%x${'é'.repeat(limits.textLine / 2 - 1)}`);
  expect(await alice.receivedSoFar()).toContain('[ERROR] There is no command %xéé');
  alice.send(`%x${'é'.repeat(limits.textLine / 2)}`);
  expect(await alice.receivedSoFar()).toContain('[ERROR] This line is longer than');
});
