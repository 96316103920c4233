// Durable posts of 120 bytes: each connection posts in a group of its own, so that nobody is told,
// and what is measured is taking posts in.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { makeBoard } from './lib/boards.mjs';
import { closedLoop, openMany, openMembers, request } from './lib/peers.mjs';
import { atLeast, sample } from './lib/report.mjs';
import { startBoard, startFloor, startRedis } from './lib/servers.mjs';

const connections = 128;
const content = 'x'.repeat(120);
// Behind the groups that a new board begins with.
const firstGroup = 6;

const shapes = [
  { peers: 128, outstanding: 32, factor: 0.5 },
  { peers: 128, outstanding: 1, factor: 0.6 },
  { peers: 1, outstanding: 1, factor: 0.7 },
];

export default { name: 'posts', run };

async function run(context) {
  const contestants = await start(context);
  const rows = [];
  for (const { peers, outstanding, factor } of shapes) {
    const seconds = context.quick ? 0.5 : 3;
    const sources = Object.entries(contestants).map(([name, { peers: all, ...how }]) => [
      name,
      () => closedLoop(all.slice(0, peers), { outstanding, seconds, ...how }),
    ]);
    const samples = await sample(context, Object.fromEntries(sources));
    const bar = atLeast(factor, samples.corkboard, samples['floor (a)'], 'floor (a)');
    rows.push({ what: `${peers} × ${outstanding}`, unit: 'posts/s', samples, bar });
  }
  for (const { peers, server } of Object.values(contestants)) {
    for (const peer of peers) peer.close();
    await server.stop();
  }
  return { rows, charts: [chart(rows)] };
}

/** Everyone who takes posts, with its connections and what is sent over each. */
async function start(context) {
  const template = join(context.folder, 'template');
  makeBoard(template, fill);
  const copy = (name) => {
    cpSync(template, join(context.folder, name), { recursive: true });
    return join(context.folder, name);
  };
  const board = await startBoard(context, copy('board'));
  const floor = await startFloor('insert', [join(copy('floor'), 'corkboard.db'), firstGroup]);
  const contestants = {
    corkboard: {
      server: board,
      peers: await openMembers(board.port, connections, (at) => `u${at}`),
      request: (at) =>
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

function fill(maker) {
  const user = maker.users(connections);
  const group = maker.groups(connections);
  for (let at = 0; at < connections; at++) maker.member(group + at, user + at);
}

function xadd(at) {
  const words = ['XADD', `g${at}`, '*', 'subject', 'bench', 'content', content];
  return `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`;
}

function chart(rows) {
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
