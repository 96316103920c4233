// The memory of a connection: members who are logged in, are in one group, and send nothing. The first time that they come, a
// server also grows by what does not depend on their number: compiled code, and arenas of `malloc` in the threads of V8. So
// they leave, and come once more.
import { join } from 'node:path';
import type { Benchmark, Chart, Context, Results, Row } from './lib/benchmark.ts';
import { makeBoard } from './lib/boards.ts';
import { openMany, openMembers, type Peer, pause } from './lib/peers.ts';
import { atMost, sample } from './lib/report.ts';
import { collectable, type Measured, startBoard, startFloor } from './lib/servers.ts';

// Milliseconds until the notices about new members have been sent, and connections have dropped what they need only while they work.
const settled = 3000;

export default { name: 'idle', run } satisfies Benchmark;

async function run(context: Context): Promise<Results> {
  const counts = context.quick ? [100, 500] : [1000, 10_000];
  const rows: Row[] = [];
  const again: Row[] = [];
  for (const count of counts) {
    const { first, second } = await measure(context, count);
    rows.push(first);
    again.push(second);
  }
  return { rows: [...withBar(rows), ...withBar(again)], charts: [chart(counts, again)] };
}

/** The last row is held to a bar. */
function withBar(rows: Row[]): Row[] {
  const most = rows[rows.length - 1];
  const { corkboard, 'floor (c)': floor } = most.samples;
  return [...rows.slice(0, -1), { ...most, bar: atMost(1.3, corkboard, floor, 'floor (c)') }];
}

async function measure(context: Context, count: number): Promise<{ first: Row; second: Row }> {
  const data = join(context.folder, `board-${count}`);
  makeBoard(data, (maker) => {
    const user = maker.users(count);
    const group = maker.groups(1);
    for (let at = 0; at < count; at++) maker.member(group, user + at);
  });
  const again: Row['samples'] = { corkboard: [], 'floor (c)': [] };
  const twice = async (name: string, server: Measured, open: () => Promise<Peer[]>) => {
    const first = await perPeer(server, count, open);
    again[name].push(await perPeer(server, count, open));
    await server.stop();
    return first;
  };
  const samples = await sample(context, {
    corkboard: async () => {
      const server = await startBoard(context, data, collectable);
      return twice('corkboard', server, () => openMembers(server.port, count, (at) => `u${at}`));
    },
    'floor (c)': async () => {
      const server = await startFloor('idle', [], collectable);
      return twice('floor (c)', server, () => openMany(server.port, count));
    },
  });
  const unit = 'KiB each';
  return {
    first: { what: `${count} members`, unit, samples },
    second: { what: `${count} members who come back`, unit, samples: again },
  };
}

async function perPeer(server: Measured, count: number, open: () => Promise<Peer[]>) {
  const before = await server.collected();
  const peers = await open();
  await pause(settled);
  const after = await server.collected();
  for (const peer of peers) peer.close();
  await pause(settled);
  return (after - before) / count / 1024;
}

function chart(counts: number[], rows: Row[]): Chart {
  return {
    file: 'idle',
    title: 'Memory of a connection that is idle',
    x: { name: 'connections', values: counts, bars: true },
    y: { name: 'KiB' },
    lines: Object.fromEntries(
      Object.keys(rows[0].samples).map((name) => [name, rows.map(({ samples }) => samples[name])]),
    ),
  };
}
