// What a connection costs in memory: members that are logged in, in a group, and say nothing.
import { join } from 'node:path';
import { makeBoard } from './lib/boards.ts';
import { openMany, openMembers, pause } from './lib/peers.ts';
import { atMost, sample } from './lib/report.ts';
import { collectable, startBoard, startFloor } from './lib/servers.ts';

export default { name: 'idle', run };

async function run(context) {
  const counts = context.quick ? [100, 500] : [1000, 10_000];
  const rows = [];
  for (const count of counts) rows.push(await measure(context, count));
  const { samples } = rows.at(-1);
  rows.at(-1).bar = atMost(1.5, samples.corkboard, samples['floor (c)'], 'floor (c)');
  return { rows, charts: [chart(counts, rows)] };
}

async function measure(context, count) {
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

async function perPeer(server, count, open) {
  const before = await server.collected();
  const peers = await open();
  // Until who came has been told.
  await pause(2500);
  const after = await server.collected();
  for (const peer of peers) peer.close();
  await server.stop();
  return (after - before) / count / 1024;
}

function chart(counts, rows) {
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
