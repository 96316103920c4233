// A person lists every message of a group of a million and reads slowly. Meanwhile another member sends one
// request after the other. Measures the server's memory, and how long that member waits.
import type { Benchmark, Context, Results, Row } from './lib/benchmark.ts';
import { largeBoard } from './lib/boards.ts';
import { Peer, pause, quantile, request } from './lib/peers.ts';
import { atMost, sample } from './lib/report.ts';
import { type Measured, startBoard } from './lib/servers.ts';

// How long the slow reader waits between two reads of a socket's buffer, in milliseconds.
const nap = 10;

export default { name: 'listing', run } satisfies Benchmark;

async function run(context: Context): Promise<Results> {
  const { data } = largeBoard(context);
  const growth: Growth[] = [];
  const calm: number[][] = [];
  await sample(context, {
    'p99 meanwhile': async () => {
      const board = await startBoard(context, data);
      const member = await Peer.open(board.port);
      await member.call('session.login', { user: 'u2' });
      await others(member, 2000);
      const before = await others(member, 2000);
      const { times, grown } = await during(board, member);
      const { grown: grownAgain } = await during(board, member);
      member.close();
      await board.stop();
      calm.push(before);
      growth.push({ times, grown, grownAgain });
      return quantile(times, 0.99);
    },
  });
  return { rows: rowsOf(calm, growth) };
}

interface Growth {
  readonly times: number[];
  readonly grown: number;
  readonly grownAgain: number;
}

function rowsOf(calm: number[][], growth: Growth[]): Row[] {
  const memory = growth.map(({ grown }) => grown / 2 ** 20);
  const again = growth.map(({ grownAgain }) => grownAgain / 2 ** 20);
  const p99 = {
    calm: calm.map((times) => quantile(times, 0.99)),
    meanwhile: growth.map(({ times }) => quantile(times, 0.99)),
  };
  const met = Math.max(...memory) < 10;
  return [
    {
      what: 'memory',
      unit: 'MiB more',
      samples: { meanwhile: memory },
      bar: { says: '< 10', met },
    },
    { what: 'memory, once more', unit: 'MiB more', samples: { meanwhile: again } },
    {
      what: 'others',
      unit: 'ms, p99',
      samples: p99,
      bar: atMost(2, p99.meanwhile, p99.calm, 'calm'),
    },
  ];
}

/** Measures the round trips of another member and the growth of the server's memory during the listing. */
async function during(board: Measured, member: Peer) {
  const reader = await Peer.open(board.port);
  await reader.until('u1\n', /for every command/);
  const before = board.memory;
  let grown = 0;
  let ended = false;
  const listing = slowly(reader, '%grouplist g1 all\n').then(() => {
    ended = true;
  });
  const times: number[] = [];
  while (!ended) {
    times.push(...(await others(member, 50)));
    grown = Math.max(grown, board.memory - before);
  }
  await listing;
  reader.close();
  return { times: times.sort((a, b) => a - b), grown };
}

/** Sends a command and reads its reply slowly, up to the rule that ends a list. */
async function slowly(peer: Peer, command: string): Promise<void> {
  let napping = true;
  const { socket } = peer;
  const done = peer.until(command, /-{40}\n/).then(() => {
    napping = false;
  });
  while (napping) {
    socket.pause();
    await pause(nap);
    socket.resume();
    await new Promise(setImmediate);
  }
  return done;
}

async function others(member: Peer, count: number): Promise<number[]> {
  const times: number[] = [];
  for (let at = 0; at < count; at++) {
    times.push(...(await oneTrip(member)));
    await pause(1);
  }
  return times.sort((a, b) => a - b);
}

async function oneTrip(member: Peer): Promise<number[]> {
  const start = performance.now();
  await member.ask(request('group.members', { group: 'g3' }));
  return [performance.now() - start];
}
