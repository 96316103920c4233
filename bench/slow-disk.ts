// A disk with slow syncs: how long members wait for pings and lists while ten others post. `strace`, which must
// be installed, delays the syncs. For a machine that others use too, the times are also shown without waiting for a core.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import type { Benchmark, Context, Results, Row } from './lib/benchmark.ts';
import { makeBoard } from './lib/boards.ts';
import { openMembers, type Peer, pause, quantile, request } from './lib/peers.ts';
import { sample } from './lib/report.ts';
import { startBoard, waitedForCore } from './lib/servers.ts';

const posters = 10;
const postsPerSecond = 30;
const readers = 10;
// Milliseconds between two requests of a reader.
const pace = 20;
const delays = [0, 20, 100];
const content = 'x'.repeat(120);

export default { name: 'slow-disk', run } satisfies Benchmark;

const kinds = ['ping', 'list', 'post'] as const;
type Kind = (typeof kinds)[number];
interface Summary {
  readonly p50: number;
  readonly p99: number;
  /** The p99 of the times without waiting for a core. */
  readonly own: number;
}

type Summaries = Record<Kind, Summary>;

async function run(context: Context): Promise<Results> {
  if (spawnSync('strace', ['-V']).error) throw new Error('slow-disk needs strace');
  const names = delays.map((delay) => `+${delay} ms`);
  const times: Record<string, Summaries[]> = Object.fromEntries(names.map((name) => [name, []]));
  const sources = delays.map((delay, at) => {
    const source = async () => {
      const measured = await onBoard(context, delay);
      times[names[at]].push(measured);
      return measured.ping.p99;
    };
    return [names[at], source] as const;
  });
  await sample(context, Object.fromEntries(sources));
  const row = (kind: Kind, part: keyof Summary): Row => ({
    what: `${kind}, ${part === 'own' ? 'p99 without waiting for a core' : part}`,
    unit: 'ms',
    samples: Object.fromEntries(names.map((name) => [name, times[name].map((t) => t[kind][part])])),
  });
  return { rows: kinds.flatMap((kind) => [row(kind, 'p50'), row(kind, 'p99'), row(kind, 'own')]) };
}

async function onBoard(context: Context, delay: number): Promise<Summaries> {
  const data = join(context.folder, `board-${Date.now()}`);
  makeBoard(data, (maker) => {
    const user = maker.users(posters + readers);
    const group = maker.groups(1);
    maker.messages(group, 1000, { firstUser: user, users: posters });
    for (let at = 0; at < posters + readers; at++) maker.member(group, user + at);
  });
  const board = await startBoard(context, data, [], {}, slowSyncs(delay));
  const peers = await openMembers(board.port, posters + readers, (at) => `u${at}`);
  const times: Record<Kind, Time[]> = { ping: [], list: [], post: [] };
  const timed = async (peer: Peer, line: string): Promise<Time> => {
    const waited = { server: board.waited, load: waitedForCore() };
    const start = performance.now();
    // The id of the reply: notices have none.
    await peer.until(line, /"id":7,/);
    const whole = performance.now() - start;
    // Both may have waited at the same time.
    const lost = Math.max(board.waited - waited.server, waitedForCore() - waited.load);
    return { whole, own: Math.max(0, whole - lost) };
  };
  const end = performance.now() + (context.quick ? 1000 : 5000);
  const post = request('message.post', { group: 'g0', subject: 'bench', content }, 7);
  const requests = {
    ping: request('ping', {}, 7),
    list: request('message.list', { group: 'g0' }, 7),
  };
  await Promise.all([
    ...peers.slice(0, posters).map(async (peer, at) => {
      await pause((at * 1000) / postsPerSecond);
      while (performance.now() < end) {
        const next = performance.now() + (posters * 1000) / postsPerSecond;
        times.post.push(await timed(peer, post));
        await pause(next - performance.now());
      }
    }),
    ...peers.slice(posters).map(async (peer, at) => {
      await pause((at * pace) / readers);
      for (let turn = 0; performance.now() < end; turn++) {
        const kind = turn % 2 === 0 ? 'ping' : 'list';
        times[kind].push(await timed(peer, requests[kind]));
        await pause(pace);
      }
    }),
  ]);
  for (const peer of peers) peer.close();
  await board.stop();
  const summary = (all: readonly Time[]) => {
    const of = (key: keyof Time, part: number) =>
      quantile(
        all.map((time) => time[key]).sort((a, b) => a - b),
        part,
      );
    return { p50: of('whole', 0.5), p99: of('whole', 0.99), own: of('own', 0.99) };
  };
  return { ping: summary(times.ping), list: summary(times.list), post: summary(times.post) };
}

interface Time {
  /** Milliseconds until the reply. */
  readonly whole: number;
  /** The same without the time for which the server or the load waited for a core, whichever waited longer: an estimate. */
  readonly own: number;
}

/** The command that runs a program with syncs that take `delay` milliseconds longer. No other call is delayed. */
function slowSyncs(delay: number): string[] {
  if (delay === 0) return [];
  const calls = 'fdatasync,fsync';
  const inject = `inject=${calls}:delay_exit=${delay * 1000}`;
  // If strace attached to a running process, it would stop the process at every call and not only at syncs.
  const quick = ['-f', '-D', '--seccomp-bpf', '-qq', '-o', '/dev/null'];
  return ['strace', ...quick, '-e', `trace=${calls}`, '-e', inject];
}
