import type { Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { limits } from '../../src/protocol/limits.ts';
import { TestBoard } from '../helpers/board.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { numbersIn, range, rule, serverEnds } from './support.ts';

const mebi = 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Bytes that this process, server and peers, holds on to. */
function held(): number {
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/**
 * Waits until the server neither reads from nor writes to a peer any more, while it answers
 * another; returns the most that waited to be written meanwhile.
 */
async function stalled(end: Socket, other: JsonPeer): Promise<number> {
  let most = 0;
  let before = '';
  for (let same = 0; same < 20; ) {
    // Two commits, so that a write of the first peer is not what the server waits for.
    await other.call('group.join', { group: 'help' });
    await other.call('group.leave', { group: 'help' });
    most = Math.max(most, end.writableLength);
    const now = `${end.bytesRead} ${end.bytesWritten} ${end.writableLength}`;
    same = now === before ? same + 1 : 0;
    before = now;
  }
  return most;
}

function lines(count: number, line: (number: number) => string): Buffer {
  return Buffer.from(
    range(1, count)
      .map((number) => `${line(number)}\n`)
      .join(''),
  );
}

// Answers that the system's buffers cannot hold, so that all behind them has to wait.
const content = 'x'.repeat(limits.content);
const large = 500;
const pings = 100_000;

/** All replies that may wait do, and at most the one that went past it with them. */
function expectBacklog(bytes: number): void {
  expect(bytes).toBeGreaterThan(limits.replyBacklog);
  expect(bytes).toBeLessThan(limits.replyBacklog + 2 * limits.content);
}

test('100,000 pings that a person sends before reading wait unread, and are answered', async () => {
  const board = await TestBoard.start();
  const ends = serverEnds();
  const alice = await board.member('alice');
  const bob = await board.program('bob');
  const [end] = ends;
  if (!end) throw new Error('nobody connected');
  await alice.ask(`%post s ${content}`);
  const requests = [lines(large, () => '%message 1'), lines(pings, () => '%ping')];
  const [before, taken] = [held(), end.bytesRead];
  alice.socket.pause();
  for (const each of requests) alice.write(each);
  expectBacklog(await stalled(end, bob));
  expect(end.bytesRead - taken).toBeLessThan(mebi / 2);
  expect(held() - before).toBeLessThan(16 * mebi);
  alice.send('%exit');
  alice.socket.resume();
  const [messages = '', pongs] = (await alice.toEnd()).split(/(?<=-\n)(?=\[)/);
  expect(messages.split(content).length - 1).toBe(large);
  expect(pongs).toBe(`${'[INFO] pong\n'.repeat(pings)}[INFO] Goodbye.\n`);
});

test('100,000 pings that a program sends before reading are answered in order', async () => {
  const board = await TestBoard.start();
  const ends = serverEnds();
  const flood = await board.memberProgram('flood');
  const bob = await board.program('bob');
  const [end] = ends;
  if (!end) throw new Error('nobody connected');
  await flood.call('message.post', { group: 'main', subject: 's', content });
  const get = '"method":"message.get","params":{"group":"main","number":1}';
  const requests = [
    lines(large, (id) => `{"jsonrpc":"2.0","id":"m${id}",${get}}`),
    lines(pings, (id) => `{"jsonrpc":"2.0","id":"p${id}","method":"ping"}`),
  ];
  const from = flood.received.length;
  const [before, taken] = [held(), end.bytesRead];
  flood.socket.pause();
  for (const each of requests) flood.write(each);
  expectBacklog(await stalled(end, bob));
  expect(end.bytesRead - taken).toBeLessThan(mebi / 2);
  expect(held() - before).toBeLessThan(16 * mebi);
  flood.socket.resume();
  await flood.reply(`p${pings}`);
  expect(flood.received.slice(from).map(({ id }) => id)).toEqual([
    ...range(1, large).map((id) => `m${id}`),
    ...range(1, pings).map((id) => `p${id}`),
  ]);
});

test('a list of 20,000 messages for a client that pauses is made as it is read', async () => {
  const board = await TestBoard.start();
  const ends = serverEnds();
  const alice = await board.member('alice');
  const bob = await board.program('bob');
  const [end] = ends;
  if (!end) throw new Error('nobody connected');
  board
    .database()
    .prepare(
      `INSERT INTO messages (group_id, number, sender_id, posted_at, subject, content, milestone)
       WITH RECURSIVE numbers(number) AS
         (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 20000)
       SELECT group_id, number, user_id, joined_at + number, ?, 'c', iif(number % 64, NULL, 1) FROM memberships, numbers`,
    )
    .run('🍣'.repeat(limits.subject));
  const before = held();
  alice.socket.pause();
  alice.send('%list all', '%exit');
  // A page of a thousand messages, on top of what may wait.
  expect(await stalled(end, bob)).toBeLessThan(2 * mebi);
  expect(held() - before).toBeLessThan(32 * mebi);
  expect(end.bytesWritten).toBeLessThan(16 * mebi);
  alice.socket.resume();
  const shown = await alice.toEnd();
  expect(shown.startsWith('--- Group: main History ---\n')).toBe(true);
  expect(shown.endsWith(`\n${rule}\n[INFO] Goodbye.\n`)).toBe(true);
  expect(numbersIn(shown)).toEqual(range(1, 20_000));
});
