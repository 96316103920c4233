import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { makeBoard } from './boards.ts';
import { openMany, openMembers, Peer, pause, request } from './peers.ts';
import { startBoard, startFloor, startInspircd, startRedis } from './servers.ts';

const subject = 'What came of the walk along the river';
// As long as the notice of such a post.
const notice = 'n'.repeat(178);

/** Who came is told of once a second. */
const presenceTold = 1500;

/**
 * A sender and `members` members at each of those `named` that are installed, by name: the peers,
 * the server, what `closedLoop` has to know to send, and `stop`.
 */
export async function contestants(context, members, named) {
  const found = {};
  for (const name of named) {
    const folder = join(context.folder, `${name}-${members}`);
    mkdirSync(folder);
    const contestant = await launch[name]({ ...context, folder }, members);
    if (contestant) found[name] = contestant;
  }
  return found;
}

const launch = {
  corkboard: onBoard,
  'floor (b)': onFloor,
  redis: onRedis,
  inspircd: onInspircd,
};

async function onBoard(context, members) {
  const data = join(context.folder, 'board');
  makeBoard(data, (maker) => {
    const user = maker.users(members + 1);
    const group = maker.groups(1);
    for (let at = 0; at <= members; at++) maker.member(group, user + at);
  });
  const server = await startBoard(context, data);
  const [sender, ...rest] = await openMembers(server.port, members + 1, (at) => `u${at}`);
  await pause(presenceTold);
  const post = request('message.post', { group: 'g0', subject, content: 'x'.repeat(120) });
  return contestant(server, sender, rest, { request: () => post });
}

async function onFloor(_context, members) {
  const server = await startFloor('fanout');
  const sender = await Peer.open(server.port);
  const rest = await openMany(server.port, members);
  return contestant(server, sender, rest, { request: () => `${notice}\n` });
}

async function onRedis({ folder }, members) {
  const server = await startRedis(folder);
  if (!server) return undefined;
  const sender = await Peer.open(server.port);
  const enter = (peer) => peer.ask('SUBSCRIBE g0\r\n', 6);
  const rest = await openMany(server.port, members, { enter });
  const publish = `*3\r\n$7\r\nPUBLISH\r\n$2\r\ng0\r\n$${notice.length}\r\n${notice}\r\n`;
  // An array of three: seven lines a notice.
  return contestant(server, sender, rest, { request: () => publish, linesPerNotice: 7 });
}

/** A PING behind each message says when it was taken. */
async function onInspircd({ folder }, members) {
  const server = await startInspircd(folder);
  if (!server) return undefined;
  const enter = async (peer, at) => {
    await peer.until(`NICK n${at}\r\nUSER u 0 * :u\r\n`, / (376|422) /);
    await peer.until('JOIN #g0\r\n', / 366 /);
  };
  const [sender] = await openMany(server.port, 1, { enter });
  const rest = await openMany(server.port, members, { enter: (peer, at) => enter(peer, at + 1) });
  await pause(presenceTold);
  const message = `PRIVMSG #g0 :${notice.slice(40)}\r\nPING 1\r\n`;
  return contestant(server, sender, rest, { request: () => message });
}

function contestant(server, sender, members, how) {
  const stop = async () => {
    for (const peer of [sender, ...members]) peer.close();
    await server.stop();
  };
  return { server, sender, members, linesPerNotice: 1, ...how, stop };
}
