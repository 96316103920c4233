// One sender with 64 posts outstanding in a group of connected members, each post committed before
// it is told. What is counted is the notices that arrive at members.
import { contestants } from './lib/crowd.ts';
import { closedLoop, pause } from './lib/peers.ts';
import { atLeast, sample } from './lib/report.ts';

const outstanding = 64;
const crowds = [10, 100, 1000];
const names = ['corkboard', 'floor (b)', 'redis', 'inspircd'];

export default { name: 'notices', run };

async function run(context) {
  const rows = [];
  for (const members of crowds) rows.push(await measure(context, members));
  const { samples } = rows.at(-1);
  const bars = [
    atLeast(0.5, samples.corkboard, samples['floor (b)'], 'floor (b)'),
    ...['redis', 'inspircd']
      .filter((name) => samples[name])
      .map((name) => atLeast(1, samples.corkboard, samples[name], name)),
  ];
  const held = bars.map((bar) => ({ ...rows.at(-1), bar }));
  return { rows: [...rows.slice(0, -1), ...held], charts: [chart(rows)] };
}

async function measure(context, members) {
  const all = await contestants(context, members, names);
  const seconds = context.quick ? 0.5 : 3;
  const sources = Object.entries(all).map(([name, each]) => [
    name,
    () => deliveries(each, seconds),
  ]);
  const samples = await sample(context, Object.fromEntries(sources));
  for (const each of Object.values(all)) await each.stop();
  return { what: `${members} members`, unit: 'deliveries/s', samples };
}

/** All members are sent the same: one counts lines, and so how long they are; all count bytes. */
async function deliveries({ sender, members, linesPerNotice, request }, seconds) {
  const [counter, ...others] = members;
  for (const other of others) other.counting = false;
  const bytes = () => members.reduce((sum, member) => sum + member.bytes, 0);
  const before = { bytes: counter.bytes, lines: counter.lines };
  const rate = await closedLoop([sender], { outstanding, seconds, request, count: bytes });
  // Until what was answered has arrived.
  await pause(500);
  const size = (counter.bytes - before.bytes) / (counter.lines - before.lines);
  return rate / size / linesPerNotice;
}

function chart(rows) {
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
