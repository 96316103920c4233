// Durable posts of 120 bytes at several builds, which take turns: node bench/trials/turns.ts FOLDER FOLDER …
//   --turns 9    --seconds 0.5    how many turns each build has, and how long one lasts
// A folder is a work tree of the project that is built (npm run build). Prints the processor time of a post, all threads of the
// server together, and its ratio to the first build in the same turn: what disturbs the machine disturbs both.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Maker } from '../lib/boards.ts';
import { closedLoop, openMembers, type Peer, pause, request } from '../lib/peers.ts';
import { machine } from '../lib/report.ts';
import { Measured, pinLoad } from '../lib/servers.ts';

const { values: options, positionals: builds } = parseArgs({
  allowPositionals: true,
  options: {
    turns: { type: 'string', default: '9' },
    seconds: { type: 'string', default: '0.5' },
  },
});
const turns = Number(options.turns);
const seconds = Number(options.seconds);

const connections = 128;
// Connections that post in one group.
const crowd = 16;
// The first number after the groups of a new board.
const firstGroup = 6;
const common = firstGroup + connections;
const content = 'x'.repeat(120);
// Milliseconds after which nobody is notified of the logins any more.
const presenceTold = 2500;

interface Contestant {
  readonly name: string;
  readonly server: Measured;
  readonly peers: Peer[];
}

interface Turn {
  /** Posts a second. */
  readonly rate: number;
  /** Processor time of a post, in microseconds. */
  readonly cost: number;
}

const post = (group: number) => request('message.post', { group, subject: 'bench', content });
const apart = (peers: Peer[], outstanding: number) =>
  closedLoop(peers, { outstanding, seconds, request: (at) => post(firstGroup + at) });

const shapes: Record<string, (peers: Peer[]) => Promise<number>> = {
  '128 × 32': (peers) => apart(peers, 32),
  '16 × 32': (peers) => apart(peers.slice(0, crowd), 32),
  '128 × 1': (peers) => apart(peers, 1),
  // For each post, the poster gets a reply and all others a notice.
  '16 × 32 in one group': (peers) =>
    closedLoop(peers.slice(0, crowd), {
      outstanding: 32,
      seconds,
      request: () => post(common),
      linesPerReply: crowd,
    }),
};

function fill(maker: Maker): void {
  const user = maker.users(connections);
  const group = maker.groups(connections + 1);
  for (let at = 0; at < connections; at++) maker.member(group + at, user + at);
  for (let at = 0; at < crowd; at++) maker.member(group + connections, user + at);
}

/** Each build makes its board with its own tables. */
async function start(build: string): Promise<Contestant> {
  const [file] = ['boards.ts', 'boards.mjs']
    .map((name) => join(resolve(build), 'bench/lib', name))
    .filter(existsSync);
  if (!file) throw new Error(`${build} has no bench/lib/boards.ts.`);
  const { makeBoard } = (await import(file)) as typeof import('../lib/boards.ts');
  const data = mkdtempSync(join(folder, 'board-'));
  makeBoard(data, fill);
  const program = join(resolve(build), 'dist/cli/main.js');
  const args = ['serve', '--port', '0', '--data', data, '--log-level', 'error'];
  const server = await Measured.node(program, args, { env: { CORKBOARD_RATE: 'off' } });
  const peers = await openMembers(server.port, connections, (at) => `u${at}`);
  return { name: basename(resolve(build)), server, peers };
}

/** Microseconds of processor time of all threads so far. */
function processorOf({ pid }: Measured): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const times = threads.map((id) => readFileSync(`/proc/${pid}/task/${id}/schedstat`, 'utf8'));
  return times.reduce((sum, time) => sum + Number(time.split(' ')[0]), 0) / 1000;
}

async function turnOf(
  { server, peers }: Contestant,
  work: (peers: Peer[]) => Promise<number>,
): Promise<Turn> {
  const before = processorOf(server);
  const began = performance.now();
  const rate = await work(peers);
  const took = Math.max((performance.now() - began) / 1000, seconds);
  return { rate, cost: (processorOf(server) - before) / (rate * took) };
}

function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function row(shape: string, name: string, own: Turn[], first: Turn[]): string {
  const costs = own.map(({ cost }) => cost);
  const ratio = median(own.map(({ cost }, at) => cost / (first[at]?.cost ?? Number.NaN)));
  const rate = median(own.map((turn) => turn.rate)).toFixed(0);
  const cost = `${median(costs).toFixed(1)} (${Math.min(...costs).toFixed(1)})`;
  return `| ${shape} | ${name} | ${rate} | ${cost} | ${ratio.toFixed(2)} |`;
}

const folder = mkdtempSync(join(tmpdir(), 'corkboard-bench-'));
pinLoad();
console.log(`${Object.values(machine()).join(' · ')}\n`);
const contestants: Contestant[] = [];
for (const build of builds) contestants.push(await start(build));
await pause(presenceTold);
console.log(
  '| posts | build | a second | µs each (lowest) | ratio |\n| --- | --- | --- | --- | --- |',
);
for (const [shape, work] of Object.entries(shapes)) {
  const all: Turn[][] = contestants.map(() => []);
  // The first turn is not counted: V8 compiles in it.
  for (let turn = 0; turn <= turns; turn++) {
    for (const [at, contestant] of contestants.entries()) {
      const result = await turnOf(contestant, work);
      if (turn > 0) all[at]?.push(result);
    }
  }
  for (const [at, { name }] of contestants.entries()) {
    console.log(row(shape, name, all[at] ?? [], all[0] ?? []));
  }
}
for (const { peers, server } of contestants) {
  for (const peer of peers) peer.close();
  await server.stop();
}
rmSync(folder, { recursive: true });
