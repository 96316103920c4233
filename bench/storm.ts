// Members come back at once, by name and by token: how many a second are logged in, with their unread
// counts, and how long a member's posts take meanwhile. Each is in `g0`, as all are, and in four smaller
// groups.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { makeBoard } from './lib/boards.ts';
import { openMany, Peer, quantile, request } from './lib/peers.ts';
import { atLeast, sample } from './lib/report.ts';
import { startBoard, startFloor } from './lib/servers.ts';

const smallGroups = 40;
const unread = 20;

export default { name: 'storm', run };

async function run(context) {
  const count = context.quick ? 500 : 5000;
  makeBoard(join(context.folder, 'template'), (maker) => fill(maker, count));
  const storms = { 'by name': [], 'by token': [] };
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
  const of = (show) =>
    Object.fromEntries(Object.entries(storms).map(([name, all]) => [name, all.map(show)]));
  const bar = atLeast(0.4, rates['by name'], rates['floor (c)'], 'floor (c)');
  const meanwhile = (part) => of(({ times }) => quantile(times, part));
  const rows = [
    { what: `${count} members`, unit: 'in/s', samples: rates, bar },
    { what: 'processor time of a login', unit: 'µs', samples: of(({ cost }) => cost) },
    { what: 'a post meanwhile, p50', unit: 'ms', samples: meanwhile(0.5) },
    { what: 'a post meanwhile, p99', unit: 'ms', samples: meanwhile(0.99) },
    { what: 'a post meanwhile, slowest', unit: 'ms', samples: meanwhile(1) },
    { what: 'posts meanwhile', unit: 'posts', samples: of(({ times }) => times.length) },
  ];
  return { rows };
}

function fill(maker, count) {
  const user = maker.users(count);
  const group = maker.groups(smallGroups + 1);
  for (let at = 0; at <= smallGroups; at++) {
    maker.messages(group + at, unread, { firstUser: user, users: count });
  }
  for (let at = 0; at < count; at++) {
    maker.member(group, user + at);
    for (let nth = 0; nth < 4; nth++) {
      maker.member(group + 1 + ((at + nth * 10) % smallGroups), user + at);
    }
  }
}

async function onBoard(context, count, byToken) {
  const data = join(context.folder, 'board');
  cpSync(join(context.folder, 'template'), data, { recursive: true });
  const tokens = byToken ? await tokensOf(context, data, count) : [];
  const board = await startBoard(context, data);
  const poster = await Peer.open(board.port);
  await poster.call('session.login', { user: 'poster' });
  await poster.call('group.join', { group: 'main' });
  const posting = keepPosting(poster);
  const login = (at) =>
    byToken
      ? request('session.resume', { token: tokens[at] })
      : request('session.login', { user: `u${at}` });
  const before = board.processor;
  const rate = await come(board.port, count, (peer, at) => peer.until(login(at), /"unread":/));
  const cost = ((board.processor - before) * 1e6) / count;
  const times = await posting.stop();
  poster.close();
  await board.stop();
  return { rate, cost, times };
}

/** Logs all members in and stops the board, as before a restart. */
async function tokensOf(context, data, count) {
  const board = await startBoard(context, data);
  const tokens = [];
  const enter = async (peer, at) => {
    tokens[at] = (await peer.call('session.login', { user: `u${at}` })).token;
  };
  const peers = await openMany(board.port, count, { enter });
  await board.stop();
  for (const peer of peers) peer.close();
  return tokens;
}

async function onFloor(count) {
  const floor = await startFloor('idle');
  const rate = await come(floor.port, count, (peer) => peer.until('', /hello/));
  await floor.stop();
  return rate;
}

/** All connect at once; `enter` resolves when one is in. @returns how many are in, a second */
async function come(port, count, enter) {
  const start = performance.now();
  const peers = await openMany(port, count, { width: count, enter });
  const seconds = (performance.now() - start) / 1000;
  for (const peer of peers) peer.close();
  return count / seconds;
}

/** One post after the other, until `stop` returns what each has taken. */
function keepPosting(peer) {
  const post = request('message.post', { group: 'main', subject: 'bench', content: 'x' });
  const times = [];
  let going = true;
  const done = (async () => {
    while (going) {
      const start = performance.now();
      await peer.ask(post);
      times.push(performance.now() - start);
    }
  })();
  return {
    stop: async () => {
      going = false;
      await done;
      return times.sort((a, b) => a - b);
    },
  };
}
