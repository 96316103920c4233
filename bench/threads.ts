// How long a member waits in a group of 100,000 messages in 500 threads: for the list of threads, for one thread, for
// the next unread message, and for the unread counts of all groups. Every second message is read, so that the marks are
// ranges where they fit.
import { join } from 'node:path';
import type { Benchmark, Context, Results, Row } from './lib/benchmark.ts';
import { type Maker, makeBoard } from './lib/boards.ts';
import { openMembers, type Peer, quantile, request, roundTrips } from './lib/peers.ts';
import { sampleOf } from './lib/report.ts';
import { startBoard } from './lib/servers.ts';

const messages = 100_000;
const threads = 500;
// Read one by one, with an unread message between two of them.
const readAlone = 100;

const asked = {
  'the newest 20 threads': () => request('thread.list', { group: 'g0', limit: 20 }),
  'the newest 100 threads': () => request('thread.list', { group: 'g0', limit: 100 }),
  'the first messages of a thread': () => request('thread.get', { group: 'g0', thread: 7 }),
  'the next unread message': () => request('message.next', { group: 'g0' }),
  'unread counts of all groups': () => request('group.list', {}),
};

export default { name: 'threads', run } satisfies Benchmark;

async function run(context: Context): Promise<Results> {
  const data = join(context.folder, 'board');
  makeBoard(data, fill);
  const board = await startBoard(context, data);
  const [reader] = await openMembers(board.port, 1, (at) => `u${at}`);
  await readSome(reader);
  const count = context.quick ? 20 : 200;
  const sources = Object.fromEntries(
    Object.entries(asked).map(([what, ask]) => [
      what,
      () => roundTrips(reader, Array.from({ length: count }, ask)),
    ]),
  );
  const times = await sampleOf(context, sources, (all) => quantile(all, 0.99));
  reader.close();
  await board.stop();
  return { rows: [rowOf('p50', 0.5), rowOf('p99', 0.99)] };

  function rowOf(what: string, part: number): Row {
    const samples = Object.entries(times).map(([name, runs]) => [
      name,
      runs.map((all) => quantile(all, part)),
    ]);
    return { what, unit: 'ms', samples: Object.fromEntries(samples) };
  }
}

/** Each message after the first of each thread replies to the message of its thread before it. */
function fill(maker: Maker): void {
  const firstUser = maker.users(10);
  const group = maker.groups(1);
  maker.messages(group, messages, { firstUser, users: 10 });
  maker.run(
    `UPDATE messages SET reply_to = number - ${threads}, thread = 1 + (number - 1) % ${threads}
     WHERE number > ${threads}`,
  );
  maker.member(group, firstUser);
}

async function readSome(reader: Peer): Promise<void> {
  for (let number = 2; number <= 2 * readAlone; number += 2) {
    await reader.call('message.markRead', { group: 'g0', ranges: [[number, number]] });
  }
}
