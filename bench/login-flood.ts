// How members are affected by guesses of passwords: 20 members in one group send rounds of pings and then of
// posts, first undisturbed, and then while 200 connections, each from another address, try passwords as fast as
// they get replies.
import { join } from 'node:path';
import type { Benchmark, Context, Results, Row } from './lib/benchmark.ts';
import { Peer, quantile, request } from './lib/peers.ts';
import { startBoard } from './lib/servers.ts';

const members = 20;
const guessers = 200;

export default { name: 'login-flood', run } satisfies Benchmark;

async function run(context: Context): Promise<Results> {
  const rounds = context.quick ? 20 : 100;
  const board = await startBoard(context, join(context.folder, 'board'));
  const people: Peer[] = [];
  for (let at = 0; at < members; at++) people.push(await enter(board.port, at));
  await people[0].call('account.setPassword', { password: 'correct horse' });
  await both(people, rounds, 'warming up');
  const calm = await both(people, rounds, 'undisturbed');
  const flood = startFlood(board.port);
  const stormy = await both(people, rounds, `${guessers} guessing`);
  flood.stop();
  for (const peer of people) peer.close();
  await board.stop();
  return { rows: [...calm, ...stormy] };
}

async function enter(port: number, at: number): Promise<Peer> {
  const peer = await Peer.open(port);
  await peer.call('session.login', { user: `member${at}` });
  await peer.call('group.join', { group: 'main' });
  return peer;
}

async function both(people: Peer[], rounds: number, when: string): Promise<Row[]> {
  const post = { group: 'main', subject: 'bench', content: 'x'.repeat(120) };
  return [
    row(`ping, ${when}`, await measure(people, rounds, ['ping', {}])),
    row(`post, ${when}`, await measure(people, rounds, ['message.post', post])),
  ];
}

function row(what: string, times: number[]): Row {
  const at = (part: number) => [quantile(times, part)];
  return { what, unit: 'ms', samples: { p50: at(0.5), p99: at(0.99), slowest: at(1) } };
}

async function measure(
  people: Peer[],
  rounds: number,
  [method, params]: [string, object],
): Promise<number[]> {
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    await Promise.all(
      people.map(async (peer) => {
        const start = performance.now();
        await peer.call(method, params);
        times.push(performance.now() - start);
      }),
    );
  }
  return times.sort((a, b) => a - b);
}

/** Each connection guesses the password of another name, so that this measures hashing and not the pauses of a name. */
function startFlood(port: number): { stop(): void } {
  let flooding = true;
  for (let number = 0; number < guessers; number++) void guess(number);
  return {
    stop: () => {
      flooding = false;
    },
  };

  async function guess(number: number): Promise<void> {
    const address = `127.0.${1 + (number >> 7)}.${1 + (number & 127)}`;
    const params = { user: `guess${number}`, password: 'battery staple' };
    const peer = await Peer.open(port, address);
    // The greeting and the line end before the first reply to a program are lines too.
    const guesses = request('session.login', params);
    await peer.ask(guesses, 3);
    while (flooding && !peer.socket.destroyed) await peer.ask(guesses);
    peer.close();
  }
}
