// Members come back at once: how many a second are in, with their unread counts, and what one who is
// inside waits for its posts meanwhile. Each is in `g0`, which all are in, and in four smaller groups.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { makeBoard } from './lib/boards.mjs';
import { openMany, Peer, quantile, request } from './lib/peers.mjs';
import { atLeast, sample } from './lib/report.mjs';
import { startBoard, startFloor } from './lib/servers.mjs';

const smallGroups = 40;
const unread = 20;

export default { name: 'storm', run };

async function run(context) {
  const count = context.quick ? 500 : 5000;
  makeBoard(join(context.folder, 'template'), (maker) => fill(maker, count));
  const posts = [];
  const samples = await sample(context, {
    corkboard: async () => {
      const { rate, times } = await onBoard(context, count);
      posts.push(times);
      return rate;
    },
    'floor (c)': () => onFloor(count),
  });
  const bar = atLeast(0.4, samples.corkboard, samples['floor (c)'], 'floor (c)');
  const rows = [
    { what: `${count} members`, unit: 'in/s', samples, bar },
    meanwhile('p50', 0.5, posts),
    meanwhile('slowest', 1, posts),
    {
      what: 'posts meanwhile',
      unit: 'posts',
      samples: { corkboard: posts.map((all) => all.length) },
    },
  ];
  return { rows };
}

function meanwhile(what, part, posts) {
  const samples = { corkboard: posts.map((times) => quantile(times, part)) };
  return { what: `a post meanwhile, ${what}`, unit: 'ms', samples };
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

async function onBoard(context, count) {
  const data = join(context.folder, 'board');
  cpSync(join(context.folder, 'template'), data, { recursive: true });
  const board = await startBoard(context, data);
  const poster = await Peer.open(board.port);
  await poster.call('session.login', { user: 'poster' });
  await poster.call('group.join', { group: 'main' });
  const posting = keepPosting(poster);
  const rate = await come(board.port, count, (peer, at) =>
    peer.until(request('session.login', { user: `u${at}` }), /"unread":/),
  );
  const times = await posting.stop();
  poster.close();
  await board.stop();
  return { rate, times };
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
