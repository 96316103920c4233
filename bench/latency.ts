// From the sending of a post to the arrival of its notice: 200 members, 50 posts a second.
import type { Benchmark, Context, Results, Row } from './lib/benchmark.ts';
import { type Contestant, contestants } from './lib/crowd.ts';
import { pause, quantile } from './lib/peers.ts';
import { sampleOf } from './lib/report.ts';
import { diskSyncs } from './lib/servers.ts';

const members = 200;
const rate = 50;

export default { name: 'latency', run } satisfies Benchmark;

async function run(context: Context): Promise<Results> {
  const all = await contestants(context, members, ['corkboard', 'floor (b)']);
  const count = rate * (context.quick ? 2 : 10);
  const sources = {
    corkboard: () => latencies(all.corkboard, count),
    'floor (b)': () => latencies(all['floor (b)'], count),
    sync: async () => diskSyncs(context.folder, count, 1000 / rate),
  };
  const times = await sampleOf(context, sources, (sorted) => quantile(sorted, 0.5));
  for (const each of Object.values(all)) await each.stop();
  return { rows: [row('p50', 0.5, times), row('p99', 0.99, times)] };
}

type Times = Record<'corkboard' | 'floor (b)' | 'sync', number[][]>;

function row(what: string, part: number, times: Times): Row {
  const at = (name: keyof Times) => times[name].map((sorted) => quantile(sorted, part));
  const samples = {
    corkboard: at('corkboard'),
    'floor (b)': at('floor (b)'),
    'one disk sync': at('sync'),
  };
  const allowed = samples['floor (b)'].map(
    (floor, run) => 1.5 * floor + samples['one disk sync'][run],
  );
  const ratios = samples.corkboard.map((value, run) => value / allowed[run]);
  const met =
    quantile(
      [...ratios].sort((a, b) => a - b),
      0.5,
    ) <= 1;
  return { what, unit: 'ms', samples, bar: { says: '≤ 1.5 × floor (b) + a sync', ratios, met } };
}

/** @returns the milliseconds from each post to the arrival of its notice at each member, sorted */
async function latencies(
  { sender, members: crowd, request }: Contestant,
  count: number,
): Promise<number[]> {
  const sent: number[] = [];
  const times: number[] = [];
  for (const member of crowd) {
    let next = 0;
    member.onLines = (came) => {
      const now = performance.now();
      for (let line = 0; line < came; line++) times.push(now - sent[next++]);
    };
  }
  const start = performance.now();
  for (let at = 0; at < count; at++) {
    await pause(Math.max(0, start + (at * 1000) / rate - performance.now()));
    sent.push(performance.now());
    sender.write(request());
  }
  while (times.length < count * crowd.length) await pause(10);
  return times.sort((a, b) => a - b);
}
