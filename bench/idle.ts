// The memory of a connection: members who are logged in, are in one group, and send nothing.
import { join } from 'node:path';
import type { Benchmark, Chart, Context, Results, Row } from './lib/benchmark.ts';
import { makeBoard } from './lib/boards.ts';
import { openMany, openMembers, type Peer, pause } from './lib/peers.ts';
import { atMost, sample } from './lib/report.ts';
import { collectable, type Measured, startBoard, startFloor } from './lib/servers.ts';

export default { name: 'idle', run } satisfies Benchmark;

async function run(context: Context): Promise<Results> {
  const counts = context.quick ? [100, 500] : [1000, 10_000];
  const rows: Row[] = [];
  for (const count of counts) rows.push(await measure(context, count));
  const most = rows[rows.length - 1];
  const { corkboard, 'floor (c)': floor } = most.samples;
  const barred = { ...most, bar: atMost(1.5, corkboard, floor, 'floor (c)') };
  return { rows: [...rows.slice(0, -1), barred], charts: [chart(counts, rows)] };
}

async function measure(context: Context, count: number): Promise<Row> {
  const data = join(context.folder, `board-${count}`);
  makeBoard(data, (maker) => {
    const user = maker.users(count);
    const group = maker.groups(1);
    for (let at = 0; at < count; at++) maker.member(group, user + at);
  });
  const samples = await sample(context, {
    corkboard: async () => {
      const server = await startBoard(context, data, collectable);
      return perPeer(server, count, () => openMembers(server.port, count, (at) => `u${at}`));
    },
    'floor (c)': async () => {
      const server = await startFloor('idle', [], collectable);
      return perPeer(server, count, () => openMany(server.port, count));
    },
  });
  return { what: `${count} members`, unit: 'KiB each', samples };
}

async function perPeer(server: Measured, count: number, open: () => Promise<Peer[]>) {
  const before = await server.collected();
  const peers = await open();
  // Until the notices about new members have been sent.
  await pause(2500);
  const after = await server.collected();
  for (const peer of peers) peer.close();
  await server.stop();
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
