// The cost of --metrics: node bench/trials/metrics.ts (after npm run build).
// Posts a second without --metrics and with, scraped every second; prints a table, asserts nothing.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Row } from '../lib/benchmark.ts';
import { type Maker, makeBoard } from '../lib/boards.ts';
import { closedLoop, openMembers, type Peer, request } from '../lib/peers.ts';
import { atLeast, machine, sample, table } from '../lib/report.ts';
import { pinLoad, startBoard, type Variables } from '../lib/servers.ts';

const connections = 128;
const runs = 5;
const seconds = 2;
const metricsAddress = '127.0.0.1:16390';
// In milliseconds. Prometheus usually scrapes every 15 s or less often.
const scrapeEvery = 1000;
// The first number after the groups of a new board.
const firstGroup = 6;

const folder = mkdtempSync(join(tmpdir(), 'corkboard-bench-'));
const shapes = [32, 1];

function fill(maker: Maker): void {
  const user = maker.users(connections);
  const group = maker.groups(connections);
  for (let at = 0; at < connections; at++) maker.member(group + at, user + at);
}

async function start(name: string, settings: Variables) {
  const data = join(folder, name);
  makeBoard(data, fill);
  const server = await startBoard({}, data, [], settings);
  const peers = await openMembers(server.port, connections, (at) => `u${at}`);
  return { server, peers };
}

const content = 'x'.repeat(120);
const post = (at: number) =>
  request('message.post', { group: firstGroup + at, subject: 'bench', content });

async function scraped(work: () => Promise<number>): Promise<number> {
  const scrape = async () => {
    const response = await fetch(`http://${metricsAddress}/metrics`);
    if (!response.ok) throw new Error(`metrics: ${response.status}`);
    await response.text();
  };
  await scrape();
  const timer = setInterval(scrape, scrapeEvery);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

pinLoad();
console.log(machine());
const without = await start('without', {});
const watched = await start('watched', { CORKBOARD_METRICS: metricsAddress });
const context = { runs, note: (text: string) => console.error(text) };
const rows: Row[] = [];
for (const outstanding of shapes) {
  const load = ({ peers }: { peers: Peer[] }) =>
    closedLoop(peers, { outstanding, seconds, request: post });
  const samples = await sample(context, {
    'without metrics': () => load(without),
    'with metrics': () => scraped(() => load(watched)),
  });
  const bar = atLeast(0.95, samples['with metrics'], samples['without metrics'], 'without');
  rows.push({ what: `${connections} × ${outstanding}`, unit: 'posts/s', samples, bar });
}
console.log(table(rows));
for (const { server, peers } of [without, watched]) {
  for (const peer of peers) peer.close();
  await server.stop();
}
rmSync(folder, { recursive: true, force: true });
