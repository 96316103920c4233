import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Context } from './benchmark.ts';
import { makeBoard } from './boards.ts';
import { openMany, openMembers, Peer, pause, request } from './peers.ts';
import { type Measured, startBoard, startFloor, startInspircd, startRedis } from './servers.ts';

const subject = 'What came of the walk along the river';
// As long as the notice of such a post of the board.
const notice = 'n'.repeat(178);

/** Milliseconds after which the notices about new members have been sent: the board sends them once a second. */
const presenceTold = 1500;

/** A sender and members at a server. */
export interface Contestant {
  readonly server: Measured;
  readonly sender: Peer;
  readonly members: Peer[];
  /** The request that the sender repeats. */
  readonly request: () => string;
  readonly linesPerNotice: number;
  stop(): Promise<void>;
}

type Launch = (context: Context, members: number) => Promise<Contestant | undefined>;

/** Starts each of the `named` servers that is installed, with a sender and `members` members. */
export async function contestants(
  context: Context,
  members: number,
  named: readonly string[],
): Promise<Record<string, Contestant>> {
  const found: Record<string, Contestant> = {};
  for (const name of named) {
    const folder = join(context.folder, `${name}-${members}`);
    mkdirSync(folder);
    const contestant = await launch[name]({ ...context, folder }, members);
    if (contestant) found[name] = contestant;
  }
  return found;
}

const launch: Record<string, Launch> = {
  corkboard: onBoard,
  'floor (b)': onFloor,
  redis: onRedis,
  inspircd: onInspircd,
};

async function onBoard(context: Context, members: number) {
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

async function onFloor(_context: Context, members: number) {
  const server = await startFloor('fanout');
  const sender = await Peer.open(server.port);
  const rest = await openMany(server.port, members);
  return contestant(server, sender, rest, { request: () => `${notice}\n` });
}

async function onRedis({ folder }: Context, members: number) {
  const server = await startRedis(folder);
  if (!server) return undefined;
  const sender = await Peer.open(server.port);
  const enter = (peer: Peer) => peer.ask('SUBSCRIBE g0\r\n', 6);
  const rest = await openMany(server.port, members, { enter });
  const publish = `*3\r\n$7\r\nPUBLISH\r\n$2\r\ng0\r\n$${notice.length}\r\n${notice}\r\n`;
  // Redis sends an array of three: seven lines a notice.
  return contestant(server, sender, rest, { request: () => publish, linesPerNotice: 7 });
}

/** The reply to a PING after each message says when the server has accepted the message. */
async function onInspircd({ folder }: Context, members: number) {
  const server = await startInspircd(folder);
  if (!server) return undefined;
  const enter = async (peer: Peer, at: number) => {
    await peer.until(`NICK n${at}\r\nUSER u 0 * :u\r\n`, / (376|422) /);
    await peer.until('JOIN #g0\r\n', / 366 /);
  };
  const [sender] = await openMany(server.port, 1, { enter });
  const rest = await openMany(server.port, members, { enter: (peer, at) => enter(peer, at + 1) });
  await pause(presenceTold);
  const message = `PRIVMSG #g0 :${notice.slice(40)}\r\nPING 1\r\n`;
  return contestant(server, sender, rest, { request: () => message });
}

function contestant(
  server: Measured,
  sender: Peer,
  members: Peer[],
  how: Pick<Contestant, 'request'> & Partial<Pick<Contestant, 'linesPerNotice'>>,
): Contestant {
  const stop = async () => {
    for (const peer of [sender, ...members]) peer.close();
    await server.stop();
  };
  return { server, sender, members, linesPerNotice: 1, ...how, stop };
}
