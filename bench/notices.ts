// One sender with 64 posts outstanding in a group of connected members. Each post is committed before it is
// announced. Counts the notices that arrive at members.
import type { Benchmark, Chart, Context, Results, Row } from './lib/benchmark.ts';
import { type Contestant, contestants } from './lib/crowd.ts';
import { closedLoop, pause } from './lib/peers.ts';
import { atLeast, sample } from './lib/report.ts';

const outstanding = 64;
const crowds = [10, 100, 1000];
const names = ['corkboard', 'floor (b)', 'redis', 'inspircd'];

export default { name: 'notices', run } satisfies Benchmark;

async function run(context: Context): Promise<Results> {
  const rows: Row[] = [];
  for (const members of crowds) rows.push(await measure(context, members));
  const most = rows[rows.length - 1];
  const { samples } = most;
  const bars = [
    atLeast(0.5, samples.corkboard, samples['floor (b)'], 'floor (b)'),
    ...['redis', 'inspircd']
      .filter((name) => samples[name])
      .map((name) => atLeast(1, samples.corkboard, samples[name], name)),
  ];
  const held = bars.map((bar) => ({ ...most, bar }));
  return { rows: [...rows.slice(0, -1), ...held], charts: [chart(rows)] };
}

async function measure(context: Context, members: number): Promise<Row> {
  const all = await contestants(context, members, names);
  const seconds = context.quick ? 0.5 : 3;
  const sources = Object.entries(all).map(
    ([name, each]) => [name, () => deliveries(each, seconds)] as const,
  );
  const samples = await sample(context, Object.fromEntries(sources));
  for (const each of Object.values(all)) await each.stop();
  return { what: `${members} members`, unit: 'deliveries/s', samples };
}

/** All members receive the same. So one member counts lines too, which gives their length, and the others only bytes. */
async function deliveries(
  { sender, members, linesPerNotice, request }: Contestant,
  seconds: number,
): Promise<number> {
  const [counter, ...others] = members;
  for (const other of others) other.counting = false;
  const bytes = () => members.reduce((sum, member) => sum + member.bytes, 0);
  const before = { bytes: counter.bytes, lines: counter.lines };
  const rate = await closedLoop([sender], { outstanding, seconds, request, count: bytes });
  // Until the last notices have arrived.
  await pause(500);
  const size = (counter.bytes - before.bytes) / (counter.lines - before.lines);
  return rate / size / linesPerNotice;
}

function chart(rows: Row[]): Chart {
  const found = Object.keys(rows[0].samples);
  return {
    file: 'notices',
    title: 'Notices of one sender with 64 posts outstanding',
    x: { name: 'members', values: crowds },
    y: { name: 'deliveries a second', log: true },
    lines: Object.fromEntries(
      found.map((name) => [name, rows.map(({ samples }) => samples[name])]),
    ),
  };
}
