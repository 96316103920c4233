// What those inside notice while passwords are being guessed outside: 20 members in one group send
// rounds of pings, then of posts, undisturbed, and while 200 connections from addresses of their own
// try passwords as fast as they are answered.
import { join } from 'node:path';
import { Peer, quantile, request } from './lib/peers.ts';
import { startBoard } from './lib/servers.ts';

const members = 20;
const guessers = 200;

export default { name: 'login-flood', run };

async function run(context) {
  const rounds = context.quick ? 20 : 100;
  const board = await startBoard(context, join(context.folder, 'board'));
  const people = [];
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

async function enter(port, at) {
  const peer = await Peer.open(port);
  await peer.call('session.login', { user: `member${at}` });
  await peer.call('group.join', { group: 'main' });
  return peer;
}

async function both(people, rounds, when) {
  const post = { group: 'main', subject: 'bench', content: 'x'.repeat(120) };
  return [
    row(`ping, ${when}`, await measure(people, rounds, ['ping', {}])),
    row(`post, ${when}`, await measure(people, rounds, ['message.post', post])),
  ];
}

function row(what, times) {
  const at = (part) => [quantile(times, part)];
  return { what, unit: 'ms', samples: { p50: at(0.5), p99: at(0.99), slowest: at(1) } };
}

async function measure(people, rounds, [method, params]) {
  const times = [];
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

/** Each guesses at a name of its own, so that it is hashing that is measured, and not slowing down. */
function startFlood(port) {
  let flooding = true;
  for (let number = 0; number < guessers; number++) void guess(number);
  return {
    stop: () => {
      flooding = false;
    },
  };

  async function guess(number) {
    const address = `127.0.${1 + (number >> 7)}.${1 + (number & 127)}`;
    const params = { user: `guess${number}`, password: 'battery staple' };
    const peer = await Peer.open(port, address);
    // After the greeting and the line end that a program's first line is answered with.
    const guesses = request('session.login', params);
    await peer.ask(guesses, 3);
    while (flooding && !peer.socket.destroyed) await peer.ask(guesses);
    peer.close();
  }
}
