// How long a member waits in groups of growing size: for the newest 100 headers, for one message by its
// number, and for a join. The member who reads has joined in the middle.
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Benchmark, Chart, Context, Results, Row } from './lib/benchmark.ts';
import { largeBoard } from './lib/boards.ts';
import { Peer, quantile, request, roundTrips } from './lib/peers.ts';
import { atMost, sampleOf } from './lib/report.ts';
import { startBoard } from './lib/servers.ts';

export default { name: 'reads', run } satisfies Benchmark;

async function run(context: Context): Promise<Results> {
  const { data, sizes } = largeBoard(context);
  await readWhole(join(data, 'corkboard.db'));
  const board = await startBoard(context, data);
  const peer = await Peer.open(board.port);
  await peer.call('session.login', { user: 'u0' });
  const joiner = await Peer.open(board.port);
  await joiner.call('session.login', { user: `joiner${Date.now()}` });
  const rows: Row[] = [];
  const charts: Chart[] = [];
  for (const [what, measure] of Object.entries(asked(context, peer, joiner))) {
    const found = await growth(context, sizes, measure);
    rows.push(...found.map((row) => ({ ...row, what: `${what}, ${row.what}` })));
    charts.push(chart(what, sizes, found));
  }
  peer.close();
  joiner.close();
  await board.stop();
  return { rows, charts };
}

/**
 * Brings the file into the system's cache. What grows with a board is measured here, not what its disk
 * takes for a page that nobody has read since the machine was started.
 */
async function readWhole(file: string): Promise<void> {
  for await (const _ of createReadStream(file, { highWaterMark: 1 << 20 }));
}

/** Measures requests about the group `g<at>`, which has `size` messages. @returns sorted milliseconds */
type Measure = (at: number, size: number) => Promise<number[]>;

/** The measured requests, by name. */
function asked({ quick }: Context, peer: Peer, joiner: Peer): Record<string, Measure> {
  const count = quick ? 100 : 1000;
  const times = (ask: () => string) => Array.from({ length: count }, ask);
  return {
    'newest 100 headers': (at) =>
      roundTrips(
        peer,
        times(() => request('message.list', { group: `g${at}` })),
      ),
    'one message': (at, size) =>
      roundTrips(
        peer,
        times(() => {
          const number = 1 + Math.floor(size / 2 + (Math.random() * size) / 2);
          return request('message.get', { group: `g${at}`, number: Math.min(number, size) });
        }),
      ),
    joining: (at) => joins(joiner, `g${at}`, count / 2),
  };
}

async function joins(peer: Peer, group: string, count: number): Promise<number[]> {
  const all: number[] = [];
  for (let done = 0; done < count; done++) {
    all.push(...(await roundTrips(peer, [request('group.join', { group })])));
    await peer.ask(request('group.leave', { group }));
  }
  return all.sort((a, b) => a - b);
}

/** Rows for p50 and p99, with the group sizes side by side. */
async function growth(context: Context, sizes: number[], measure: Measure): Promise<Row[]> {
  const named = sizes.map((size) => size.toLocaleString('en'));
  const sources = named.map((name, at) => [name, () => measure(at, sizes[at])] as const);
  // The first reads come from the disk, and are not measured.
  for (const [at, size] of sizes.entries()) await measure(at, size);
  const times = await sampleOf(context, Object.fromEntries(sources), (all) => quantile(all, 0.99));
  const row = (what: string, part: number): Row => ({
    what,
    unit: 'ms',
    samples: Object.fromEntries(
      named.map((name) => [name, times[name].map((all) => quantile(all, part))]),
    ),
  });
  const p99 = row('p99', 0.99);
  const [least, most] = [p99.samples[named[0]], p99.samples[named[named.length - 1]]];
  return [row('p50', 0.5), { ...p99, bar: atMost(1.3, most, least, `at ${named[0]}`) }];
}

function chart(what: string, sizes: number[], rows: Row[]): Chart {
  return {
    file: `reads-${what.replaceAll(' ', '-')}`,
    title: `A member waits for: ${what}`,
    x: { name: 'messages in the group', values: sizes.map((size) => size.toLocaleString('en')) },
    y: { name: 'milliseconds' },
    lines: Object.fromEntries(rows.map((row) => [row.what, Object.values(row.samples)])),
  };
}
