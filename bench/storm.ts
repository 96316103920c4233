// Members reconnect at once, by name or by token: measures the logins a second, with their unread counts, and how
// long the posts of another member take meanwhile. All are members of `g0`, and each of four smaller groups.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Benchmark, Context, Results, Row } from './lib/benchmark.ts';
import { type Maker, makeBoard } from './lib/boards.ts';
import { openMany, type Peer, quantile, request } from './lib/peers.ts';
import { atLeast, sample } from './lib/report.ts';
import { startBoard, startFloor } from './lib/servers.ts';

const smallGroups = 40;
const unreadEach = 20;

export default { name: 'storm', run } satisfies Benchmark;

async function run(context: Context): Promise<Results> {
  const count = context.quick ? 500 : 5000;
  makeBoard(join(context.folder, 'template'), (maker) => fill(maker, count));
  const storms: Record<'by name' | 'by token', Storm[]> = { 'by name': [], 'by token': [] };
  const rates = await sample(context, {
    'by name': async () => {
      const storm = await onBoard(context, count, false);
      storms['by name'].push(storm);
      return storm.rate;
    },
    'by token': async () => {
      const storm = await onBoard(context, count, true);
      storms['by token'].push(storm);
      return storm.rate;
    },
    'floor (c)': () => onFloor(count),
  });
  const of = (show: (storm: Storm) => number) =>
    Object.fromEntries(Object.entries(storms).map(([name, all]) => [name, all.map(show)]));
  const bar = atLeast(0.4, rates['by name'], rates['floor (c)'], 'floor (c)');
  const meanwhile = (part: number) => of(({ times }) => quantile(times, part));
  const rows: Row[] = [
    { what: `${count} members`, unit: 'in/s', samples: rates, bar },
    { what: 'processor time of a login', unit: 'µs', samples: of(({ cost }) => cost) },
    { what: 'a post meanwhile, p50', unit: 'ms', samples: meanwhile(0.5) },
    { what: 'a post meanwhile, p99', unit: 'ms', samples: meanwhile(0.99) },
    { what: 'a post meanwhile, slowest', unit: 'ms', samples: meanwhile(1) },
    { what: 'posts meanwhile', unit: 'posts', samples: of(({ times }) => times.length) },
  ];
  return { rows };
}

interface Storm {
  /** Logins a second. */
  readonly rate: number;
  /** Processor time of a login, in microseconds. */
  readonly cost: number;
  /** Milliseconds of each post meanwhile, sorted. */
  readonly times: number[];
}

function fill(maker: Maker, count: number): void {
  const user = maker.users(count);
  const group = maker.groups(smallGroups + 1);
  for (let at = 0; at <= smallGroups; at++) {
    maker.messages(group + at, unreadEach, { firstUser: user, users: count });
  }
  for (let at = 0; at < count; at++) {
    maker.member(group, user + at);
    for (let nth = 0; nth < 4; nth++) {
      maker.member(group + 1 + ((at + nth * 10) % smallGroups), user + at);
    }
  }
}

async function onBoard(context: Context, count: number, byToken: boolean): Promise<Storm> {
  const data = join(context.folder, 'board');
  cpSync(join(context.folder, 'template'), data, { recursive: true });
  const tokens = byToken ? await tokensOf(context, data, count) : [];
  const board = await startBoard(context, data);
  const posting = await startPoster(board.port);
  const login = (at: number) =>
    byToken
      ? request('session.resume', { token: tokens[at] })
      : request('session.login', { user: `u${at}` });
  const before = board.processor;
  const rate = await come(board.port, count, (peer, at) => peer.until(login(at), /"unread":/));
  const cost = ((board.processor - before) * 1e6) / count;
  const times = await posting.stop();
  await board.stop();
  return { rate, cost, times };
}

/** Logs all members in and stops the board, as before a restart. */
async function tokensOf(context: Context, data: string, count: number): Promise<string[]> {
  const board = await startBoard(context, data);
  const tokens: string[] = [];
  const enter = async (peer: Peer, at: number) => {
    tokens[at] = String((await peer.call('session.login', { user: `u${at}` })).token);
  };
  const peers = await openMany(board.port, count, { enter });
  await board.stop();
  for (const peer of peers) peer.close();
  return tokens;
}

async function onFloor(count: number): Promise<number> {
  const floor = await startFloor('idle');
  const rate = await come(floor.port, count, (peer) => peer.until('', /hello/));
  await floor.stop();
  return rate;
}

/** Opens all connections at once. `enter` resolves when one has logged in. @returns logins a second */
async function come(
  port: number,
  count: number,
  enter: (peer: Peer, at: number) => Promise<void>,
): Promise<number> {
  const start = performance.now();
  const peers = await openMany(port, count, { width: count, enter });
  const seconds = (performance.now() - start) / 1000;
  for (const peer of peers) peer.close();
  return count / seconds;
}

interface Posting {
  /** Resolves with the milliseconds of each post, sorted. */
  stop(): Promise<number[]>;
}

/** Starts a process that posts one message after the other. */
async function startPoster(port: number): Promise<Posting> {
  const poster = fork(fileURLToPath(new URL('lib/poster.ts', import.meta.url)), [String(port)]);
  await once(poster, 'message');
  return {
    stop: async () => {
      const times = once(poster, 'message');
      poster.send('stop');
      return (await times)[0];
    },
  };
}
