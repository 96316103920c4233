import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { limits } from '../../src/protocol/limits.ts';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { range, serverEnds } from './support.ts';

// What one connection may cost the others: in memory, in bytes, in processor time.

const ping = (id: string | number, padding = 0) =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"ping","x":"${'x'.repeat(padding)}"}\n`;

function last(ends: Socket[]): Socket {
  const end = ends.at(-1);
  if (!end) throw new Error('nobody connected');
  return end;
}

/** Waits until the server reads no more from `end`, while it answers another. */
async function bytesReadAtStop(end: Socket, other: JsonPeer): Promise<number> {
  for (let same = 0, before = -1; same < 20; before = end.bytesRead) {
    await other.call('ping', {});
    same = end.bytesRead === before ? same + 1 : 0;
  }
  return end.bytesRead;
}

test('a program may send long lines after the login, and only short lines before', async () => {
  const board = await TestBoard.start();
  const program = await board.connectProgram();
  const tooLong = { error: { data: { code: 'LINE_TOO_LONG' } } };
  expect(await program.replyToLine(ping(1, limits.strangerLine).trimEnd())).toMatchObject(tooLong);
  // Sent in one packet with the login: it is measured when it is its turn.
  program.write(
    `{"jsonrpc":"2.0","id":2,"method":"session.login","params":{"user":"alice"}}\n${ping(3, 200_000)}`,
  );
  expect(await program.reply(2)).toHaveProperty('result');
  expect(await program.reply(3)).toHaveProperty('result');
});

test('a person may send long lines after the login, and only short lines before', async () => {
  const board = await TestBoard.start();
  const person = await board.connect();
  await person.expect('What is your username? ');
  person.send(`%help ${'x'.repeat(limits.strangerLine)}`);
  await person.expect('[ERROR] This line is longer than 4096 bytes; it was skipped.\n');
  person.send('alice', '%join', `%post s ${'x'.repeat(30_000)}`);
  await person.expect('[SUCCESS] Message 1 posted in main. Subject: s\n');
});

test('a login with the longest values fits into the line limit before login', async () => {
  const escaped = (text: string) =>
    `"${[...text].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}"`;
  const board = await TestBoard.start();
  const program = await board.connectProgram();
  const [user, password] = ['a'.repeat(limits.userName), 'b'.repeat(limits.password)];
  const id = 'i'.repeat(limits.requestId);
  program.write(
    `{"jsonrpc":"2.0","id":${escaped(id)},"method":"session.login","params":{"user":${escaped(user)},` +
      `"password":${escaped(password)},"create":true}}\n`,
  );
  expect(await program.reply(id)).toMatchObject({ result: { user } });
});

test('before login, a peer that reads nothing has only one request read', async () => {
  const board = await TestBoard.start();
  const other = await board.program('other');
  const ends = serverEnds();
  const stranger = await board.connectProgram();
  stranger.socket.pause();
  stranger.write('{"jsonrpc":"2.0","id":1,"method":"rpc.discover"}\n'.repeat(1000));
  stranger.write(ping(2, 255 * 1024).repeat(40));
  const end = last(ends);
  const read = await bytesReadAtStop(end, other);
  expect(read).toBeLessThan(512 * 1024);
  expect(end.writableLength).toBeLessThan(limits.strangerBacklog + 64 * 1024);
  // Nothing is lost: a stranger who reads in the end is answered.
  stranger.socket.resume();
  await stranger.until(() => (stranger.received.length === 1040 ? true : undefined));
});

test('requests that wait for the disk are limited by their bytes, whatever their number', async () => {
  const board = await TestBoard.start();
  const other = await board.program('other');
  const ends = serverEnds();
  const alice = await board.memberProgram('alice');
  const end = last(ends);
  const lock = board.database();
  lock.exec('BEGIN IMMEDIATE');
  const before = end.bytesRead;
  const content = 'x'.repeat(limits.content - 100);
  const params = { group: 'main', subject: 's', content };
  const posts = range(1, 100).map(() => alice.request('message.post', params));
  const read = (await bytesReadAtStop(end, other)) - before;
  expect(read).toBeGreaterThan(limits.requestBytes / 2);
  expect(read).toBeLessThan(limits.requestBytes + 256 * 1024);
  lock.exec('ROLLBACK');
  for (const reply of await Promise.all(posts)) expect(reply).toHaveProperty('result');
});

test('if too many bytes wait in total, only the connection with the most is closed', async () => {
  const board = await TestBoard.start({ limits: { waitingBytes: 512 * 1024 } });
  const alice = await board.memberProgram('alice');
  const some = await board.program('some');
  const ends = serverEnds();
  const most = await board.memberProgram('most');
  const closed = once(last(ends), 'close');
  some.write('{"jsonrpc":"2.0","id":"half');
  await alice.call('message.post', { group: 'main', subject: 's', content: 'x'.repeat(30_000) });
  most.socket.pause();
  const get =
    '{"jsonrpc":"2.0","id":1,"method":"message.get","params":{"group":"main","number":1}}\n';
  most.write(get.repeat(400));
  for (let at = 0; at < 30; at++) most.write(ping(2, 200 * 1024));
  await closed;
  some.write('"}\n');
  expect(await some.call('ping', {})).toEqual({});
  expect(await alice.call('ping', {})).toEqual({});
});

test.each([
  ['an array 100,000 deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  [
    'an object of 20,000 members',
    `{${range(1, 20_000)
      .map((n) => `"k${n}":1`)
      .join()}}`,
  ],
  ['params that are 17 deep', `{"jsonrpc":"2.0","id":1,"method":"ping","params":${'['.repeat(16)}`],
])('%s is refused before it is parsed', async (_, line) => {
  const board = await TestBoard.start();
  const alice = await board.program('alice');
  const { error } = await alice.replyToLine(line);
  expect(error?.data.code).toBe('INVALID_REQUEST');
  expect(error?.message).toMatch(/it is nested more than 16 deep|it has more than 1024 values/);
});

test.each([
  ['of short lines', ping(1).repeat(40_000)],
  ['of deep arrays', `${'['.repeat(100_000)}${']'.repeat(20_000)}\n`.repeat(20)],
  ['that never ends', `{"x":"${'x'.repeat(3 * 1024 * 1024)}`],
])(
  'of input %s, a connection is read about 64 KiB in each turn of the event loop',
  async (_, input) => {
    const board = await TestBoard.start();
    const ends = serverEnds();
    const alice = await board.program('alice');
    const end = last(ends);
    let most = 0;
    let before = end.bytesRead;
    const goal = before + 2 * 1024 * 1024;
    const done = new Promise<void>((resolve) => {
      const look = () => {
        most = Math.max(most, end.bytesRead - before);
        before = end.bytesRead;
        if (before >= Math.min(goal, input.length)) resolve();
        else setImmediate(look);
      };
      setImmediate(look);
    });
    alice.write(input);
    await done;
    // One piece that waits in the socket, and one that is read after it.
    expect(most).toBeLessThanOrEqual(2 * 64 * 1024);
  },
);

test('brackets, commas and quotes inside strings are text', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const content = '[{,"\\'.repeat(500);
  await alice.call('message.post', { group: 'main', subject: '[[[[{{,,"\\', content });
  expect(await alice.call('message.get', { group: 'main', number: 1 })).toMatchObject({ content });
});

test('an error does not repeat more than a few words of what was wrong', async () => {
  const board = await TestBoard.start();
  const alice = await board.program('alice');
  const long = 'x'.repeat(100_000);
  for (const line of [
    `{"jsonrpc":"2.0","id":1,"method":"ping","params":{"${long}":1}}`,
    `{"jsonrpc":"2.0","id":1,"method":"${long}"}`,
    `{"jsonrpc":"2.0","id":"${long}","method":"ping"}`,
    `{"${long}"`,
  ]) {
    const reply = await alice.replyToLine(line);
    expect(reply).toHaveProperty('error');
    expect(JSON.stringify(reply).length).toBeLessThan(1000);
  }
});

test('a user who reconnects does not get a new burst of commands', async () => {
  const board = await TestBoard.start({ limits: { commandsPerSecond: 0.1, commandBurst: 10 } });
  const outcomes: string[] = [];
  for (let round = 0; round < 4; round++) {
    const alice = await board.program('alice');
    for (let at = 0; at < 4; at++) {
      const { error } = await alice.request('ping', {});
      outcomes.push(error?.data.code ?? 'ok');
    }
    alice.socket.resetAndDestroy();
    await alice.closed();
    await board.person(`other${round}`);
  }
  // Each login is a command as well.
  expect(outcomes.filter((code) => code === 'ok').length).toBeLessThanOrEqual(10 - 1);
  expect(outcomes.slice(8)).not.toContain('ok');
});

test('other members get answers while a long list is encoded, and the list is complete', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const bob = await board.program('bob');
  board
    .database()
    .prepare(
      `INSERT INTO messages (group_id, number, sender_id, posted_at, subject, content, milestone)
       WITH RECURSIVE numbers(number) AS
         (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 1500)
       SELECT group_id, number, user_id, joined_at + number, ?, 'c', iif(number % 64, NULL, 1) FROM memberships, numbers`,
    )
    .run('字'.repeat(limits.subject));
  const numbers = async (bounds: object) => {
    const page = await alice.call('message.list', { group: 'main', limit: 1000, ...bounds });
    return [page.messages.map(({ number }) => number), page.more] as const;
  };
  let made = false;
  const list = numbers({}).finally(() => {
    made = true;
  });
  await bob.call('ping', {});
  expect(made).toBe(false);
  expect(await list).toEqual([range(501, 1500), true]);
  expect(await numbers({ before: 501 })).toEqual([range(1, 500), false]);
  expect(await numbers({ after: 100, limit: 333 })).toEqual([range(101, 433), true]);
  expect(await numbers({ after: 1000 })).toEqual([range(1001, 1500), false]);
  expect(await numbers({ after: 100, before: 151 })).toEqual([range(101, 150), false]);
});

test('a login is answered before its first notice, however much is unread', async () => {
  const board = await TestBoard.start();
  const writer = await board.memberProgram('writer');
  const reader = await board.memberProgram('reader');
  const groups = ['general', 'news', 'help', 'random'];
  for (const group of groups) {
    await reader.call('group.join', { group });
    await writer.call('group.join', { group });
  }
  await reader.call('session.logout', {});
  await reader.closed();
  const post = (group: string) =>
    writer.request('message.post', { group, subject: 's', content: 'c' });
  await Promise.all(groups.flatMap((group) => range(1, 300).map(() => post(group))));
  const again = await board.connectProgram();
  const login = again.request('session.login', { user: 'reader' });
  while (!again.received.some(({ id }) => id === 1)) await post('main');
  await login;
  expect(again.received[0]).toMatchObject({ id: 1, result: { user: 'reader' } });
  expect(again.received[0]?.result).toMatchObject({
    memberships: [{}, { unread: 300 }, { unread: 300 }, { unread: 300 }, { unread: 300 }],
  });
});
