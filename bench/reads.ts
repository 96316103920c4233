// What one member waits for in groups of growing size: the newest 100 headers, one message by its
// number, and joining. The member who reads has joined in the middle.
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { largeBoard } from './lib/boards.ts';
import { Peer, quantile, request, roundTrips } from './lib/peers.ts';
import { atMost, sample } from './lib/report.ts';
import { startBoard } from './lib/servers.ts';

export default { name: 'reads', run };

async function run(context) {
  const { data, sizes } = largeBoard(context);
  await readWhole(join(data, 'corkboard.db'));
  const board = await startBoard(context, data);
  const peer = await Peer.open(board.port);
  await peer.call('session.login', { user: 'u0' });
  const joiner = await Peer.open(board.port);
  await joiner.call('session.login', { user: `joiner${Date.now()}` });
  const rows = [];
  const charts = [];
  for (const [what, measure] of Object.entries(asked(context, peer, joiner))) {
    const found = await growth(context, sizes, measure);
    rows.push(...found.map((row) => ({ ...row, what: `${what}, ${row.what}` })));
    charts.push(chart(what, sizes, found));
  }
  peer.close();
  joiner.close();
  await board.stop();
  return { rows, charts };
}

/**
 * Brings the file into the system's cache. What grows with a board is measured here, not what its disk
 * takes for a page that nobody has read since the machine was started.
 */
async function readWhole(file) {
  for await (const _ of createReadStream(file, { highWaterMark: 1 << 20 }));
}

/** What is asked of a group, by name: functions of the group's place and its size. */
function asked({ quick }, peer, joiner) {
  const count = quick ? 100 : 1000;
  const times = (ask) => Array.from({ length: count }, ask);
  return {
    'newest 100 headers': (at) =>
      roundTrips(
        peer,
        times(() => request('message.list', { group: `g${at}` })),
      ),
    'one message': (at, size) =>
      roundTrips(
        peer,
        times(() => {
          const number = 1 + Math.floor(size / 2 + (Math.random() * size) / 2);
          return request('message.get', { group: `g${at}`, number: Math.min(number, size) });
        }),
      ),
    joining: (at) => joins(joiner, `g${at}`, count / 2),
  };
}

async function joins(peer, group, count) {
  const all = [];
  for (let done = 0; done < count; done++) {
    all.push(...(await roundTrips(peer, [request('group.join', { group })])));
    await peer.ask(request('group.leave', { group }));
  }
  return all.sort((a, b) => a - b);
}

/** Rows for p50 and p99, with the group sizes side by side. */
async function growth(context, sizes, measure) {
  const named = sizes.map((size) => size.toLocaleString('en'));
  const sources = named.map((name, at) => [name, () => measure(at, sizes[at])]);
  // What is read for the first time comes from the disk.
  for (const [at, size] of sizes.entries()) await measure(at, size);
  const times = await sample(context, Object.fromEntries(sources), (all) => quantile(all, 0.99));
  const row = (what, part) => ({
    what,
    unit: 'ms',
    samples: Object.fromEntries(
      named.map((name) => [name, times[name].map((all) => quantile(all, part))]),
    ),
  });
  const p99 = row('p99', 0.99);
  const [least, most] = [p99.samples[named[0]], p99.samples[named.at(-1)]];
  return [row('p50', 0.5), { ...p99, bar: atMost(1.3, most, least, `at ${named[0]}`) }];
}

function chart(what, sizes, rows) {
  return {
    file: `reads-${what.replaceAll(' ', '-')}`,
    title: `A member waits for: ${what}`,
    x: { name: 'messages in the group', values: sizes.map((size) => size.toLocaleString('en')) },
    y: { name: 'milliseconds' },
    lines: Object.fromEntries(rows.map((row) => [row.what, Object.values(row.samples)])),
  };
}
