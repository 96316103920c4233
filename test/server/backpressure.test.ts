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
    await other.call('ping', {});
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

test('a person who sends 100,000 pings before reading gets every answer', async () => {
  const board = await TestBoard.start();
  const ends = serverEnds();
  const alice = await board.person('alice');
  const bob = await board.program('bob');
  const [end] = ends;
  if (!end) throw new Error('nobody connected');
  const pings = lines(100_000, () => '%ping');
  const before = held();
  alice.socket.pause();
  alice.write(pings);
  expect(await stalled(end, bob)).toBeLessThan(mebi);
  expect(held() - before).toBeLessThan(64 * mebi);
  alice.send('%whoami');
  alice.socket.resume();
  const shown = await alice.expect('You are alice, in no group yet.\n');
  expect(shown).toBe(`${'[INFO] pong\n'.repeat(100_000)}[INFO] You are alice, in no group yet.\n`);
});

test('a program that sends 100,000 pings before reading gets every answer, in order', async () => {
  const board = await TestBoard.start();
  const ends = serverEnds();
  const flood = await board.program('flood');
  const bob = await board.program('bob');
  const [end] = ends;
  if (!end) throw new Error('nobody connected');
  const pings = lines(100_000, (id) => `{"jsonrpc":"2.0","id":"p${id}","method":"ping"}`);
  const from = flood.received.length;
  const before = held();
  flood.socket.pause();
  flood.write(pings);
  expect(await stalled(end, bob)).toBeLessThan(mebi);
  expect(held() - before).toBeLessThan(64 * mebi);
  flood.socket.resume();
  await flood.reply('p100000');
  expect(flood.received.slice(from).map(({ id }) => id)).toEqual(
    range(1, 100_000).map((id) => `p${id}`),
  );
});

test('answers of 64 MiB that nobody reads yet wait to be made', async () => {
  const board = await TestBoard.start();
  const ends = serverEnds();
  const reader = await board.memberProgram('reader');
  const bob = await board.program('bob');
  const [end] = ends;
  if (!end) throw new Error('nobody connected');
  const content = 'x'.repeat(limits.content);
  await reader.call('message.post', { group: 'main', subject: 's', content });
  const params = '{"group":"main","number":1}';
  const gets = lines(
    2048,
    (id) => `{"jsonrpc":"2.0","id":"g${id}","method":"message.get","params":${params}}`,
  );
  const before = held();
  reader.socket.pause();
  reader.write(gets);
  expect(await stalled(end, bob)).toBeLessThan(mebi);
  expect(held() - before).toBeLessThan(16 * mebi);
  expect(end.bytesWritten).toBeLessThan(48 * mebi);
  reader.socket.resume();
  expect(await reader.reply('g2048')).toMatchObject({ result: { number: 1, content } });
});

test('a list of 20,000 messages to one who pauses is made as it is read', async () => {
  const board = await TestBoard.start();
  const ends = serverEnds();
  const alice = await board.member('alice');
  const bob = await board.program('bob');
  const [end] = ends;
  if (!end) throw new Error('nobody connected');
  board
    .database()
    .prepare(
      `INSERT INTO messages (group_id, number, sender_id, posted_at, subject, content)
       WITH RECURSIVE numbers(number) AS
         (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < 20000)
       SELECT group_id, number, user_id, joined_at + number, ?, 'c' FROM memberships, numbers`,
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
