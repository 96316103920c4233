// Durable posts of 120 bytes. In most rows each connection posts in a group of its own, so that the server
// sends no notices. In the last row all connections post in one group.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import type { Benchmark, Chart, Context, Results, Row } from './lib/benchmark.ts';
import { type Maker, makeBoard } from './lib/boards.ts';
import { closedLoop, type Load, openMany, openMembers, type Peer, request } from './lib/peers.ts';
import { atLeast, sample } from './lib/report.ts';
import { type Measured, startBoard, startFloor, startRedis } from './lib/servers.ts';

const connections = 128;
const content = 'x'.repeat(120);
// The first number after the groups of a new board.
const firstGroup = 6;

const shapes = [
  { peers: 128, outstanding: 32, factor: 0.5 },
  { peers: 16, outstanding: 32, factor: 0.5 },
  { peers: 128, outstanding: 1, factor: 0.6 },
  { peers: 1, outstanding: 1, factor: 0.7 },
];
// Connections that post in one group, and are notified of each other's posts.
const crowd = 16;

export default { name: 'posts', run } satisfies Benchmark;

async function run(context: Context): Promise<Results> {
  const contestants = await start(context);
  const rows: Row[] = [];
  for (const { peers, outstanding, factor } of shapes) {
    const seconds = context.quick ? 0.5 : 3;
    const processor: Record<string, number[]> = {};
    const sources = Object.entries(contestants).map(([name, { peers: all, server, ...how }]) => {
      processor[name] = [];
      const work = () => closedLoop(all.slice(0, peers), { outstanding, seconds, ...how });
      const source = async () => {
        const { rate, cost } = await measured(server, seconds, work);
        processor[name].push(cost);
        return rate;
      };
      return [name, source] as const;
    });
    const samples = await sample(context, Object.fromEntries(sources));
    const bar = atLeast(factor, samples.corkboard, samples['floor (a)'], 'floor (a)');
    const what = `${peers} × ${outstanding}`;
    rows.push({ what, unit: 'posts/s', samples, bar });
    rows.push({ what: `${what}, processor time of one`, unit: 'µs', samples: processor });
  }
  rows.push(...(await intoOneGroup(context, contestants.corkboard)));
  for (const { peers, server } of Object.values(contestants)) {
    for (const peer of peers) peer.close();
    await server.stop();
  }
  return { rows, charts: [chart(rows.filter(({ unit }) => unit === 'posts/s'))] };
}

/** @returns the rate of `work` a second, and the server's processor time for each post, in microseconds */
async function measured(server: Measured, seconds: number, work: () => Promise<number>) {
  const before = server.processor;
  const start = performance.now();
  const rate = await work();
  const wall = (performance.now() - start) / 1000;
  // `work` takes longer than it measures, at about the same rate.
  return { rate, cost: ((server.processor - before) * 1e6) / (rate * Math.max(wall, seconds)) };
}

async function intoOneGroup(context: Context, { server, peers }: Contestant): Promise<Row[]> {
  const posters = peers.slice(0, crowd);
  for (const peer of posters) await peer.call('group.join', { group: firstGroup + connections });
  const costs: number[] = [];
  const samples = await sample(context, {
    corkboard: async () => {
      const seconds = context.quick ? 0.5 : 3;
      const { rate, cost } = await measured(server, seconds, () => postTogether(posters, seconds));
      costs.push(cost);
      return rate;
    },
  });
  const what = `${crowd} × 32 in one group`;
  return [
    { what, unit: 'posts/s', samples },
    { what: `${what}, processor time of one`, unit: 'µs', samples: { corkboard: costs } },
  ];
}

/** Each poster sends 32 posts, and the next 32 after their replies. Notices count as lines too. */
function postTogether(posters: Peer[], seconds: number): Promise<number> {
  const post = request('message.post', {
    group: firstGroup + connections,
    subject: 'bench',
    content,
  });
  // For each post, the poster gets a reply and all others a notice.
  const options = { request: () => post, outstanding: 32, seconds, linesPerReply: posters.length };
  return closedLoop(posters, options);
}

/** A server that accepts posts, with its connections and the request of each. */
interface Contestant extends Pick<Load, 'request' | 'linesPerReply'> {
  readonly server: Measured;
  readonly peers: Peer[];
}

async function start(context: Context): Promise<Record<string, Contestant>> {
  const template = join(context.folder, 'template');
  makeBoard(template, fill);
  const copy = (name: string) => {
    cpSync(template, join(context.folder, name), { recursive: true });
    return join(context.folder, name);
  };
  const board = await startBoard(context, copy('board'));
  const floor = await startFloor('insert', [
    join(copy('floor'), 'corkboard.db'),
    String(firstGroup),
  ]);
  const contestants: Record<string, Contestant> = {
    corkboard: {
      server: board,
      peers: await openMembers(board.port, connections, (at) => `u${at}`),
      request: (at: number) =>
        request('message.post', { group: firstGroup + at, subject: 'bench', content }),
    },
    'floor (a)': {
      server: floor,
      peers: await openMany(floor.port, connections, { width: 1 }),
      request: () => `${content}\n`,
    },
  };
  const redis = await startRedis(context.folder);
  if (!redis) return contestants;
  const peers = await openMany(redis.port, connections);
  return { ...contestants, redis: { server: redis, peers, request: xadd, linesPerReply: 2 } };
}

function fill(maker: Maker): void {
  const user = maker.users(connections);
  const group = maker.groups(connections + 1);
  for (let at = 0; at < connections; at++) maker.member(group + at, user + at);
}

function xadd(at: number): string {
  const words = ['XADD', `g${at}`, '*', 'subject', 'bench', 'content', content];
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}

function chart(rows: Row[]): Chart {
  const names = Object.keys(rows[0].samples);
  return {
    file: 'posts',
    title: 'Durable posts of 120 bytes',
    x: {
      name: 'connections × posts outstanding on each',
      values: rows.map(({ what }) => what),
      bars: true,
    },
    y: { name: 'posts a second', log: true },
    lines: Object.fromEntries(
      names.map((name) => [name, rows.map(({ samples }) => samples[name])]),
    ),
  };
}
