import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { connect as connectTls } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { Outbox } from '../../src/doors/stream/outbox.ts';
import { limits } from '../../src/protocol/limits.ts';
import { TestBoard } from '../helpers/board.ts';
import { makeCertificate, readCertificate } from '../helpers/certificate.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { serverEnds } from './support.ts';

const tooMany = 'There are too many connections to this board. Try again later.';

test('a peer that does not log in in time is sent an error and closed; a member stays', async () => {
  const board = await TestBoard.start({ limits: { loginTime: 200 } });
  const alice = await board.program('alice');
  const silent = await board.connect();
  const slow = await board.connectProgram();
  slow.write('{"jsonrpc"');

  expect(await silent.toEnd()).toContain('[INFO] Nobody has logged in here within 1 s. Goodbye.\n');
  await slow.closed();
  expect(slow.received).toMatchObject([{ method: 'session.closing' }]);
  expect(await alice.call('ping', {})).toEqual({});
});

test('the last connection up to the limit is served, and the next is sent an error and closed', async () => {
  const board = await TestBoard.start({ limits: { connections: 2 } });
  const ends = serverEnds();
  const alice = await board.member('alice');
  const bob = await board.memberProgram('bob');

  const person = await board.connect();
  person.send('carol');
  expect(await person.toEnd()).toBe(`[INFO] ${tooMany} Goodbye.\n`);
  const silent = await board.connect();
  expect(await silent.toEnd()).toBe(`[INFO] ${tooMany} Goodbye.\n`);
  const program = await board.connectProgram();
  program.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
  await program.closed();
  expect(program.received).toMatchObject([
    { method: 'session.closing', params: { reason: tooMany } },
  ]);

  expect(await bob.call('ping', {})).toEqual({});
  const [end] = ends;
  const gone = end && once(end, 'close');
  alice.send('%exit');
  await alice.toEnd();
  alice.socket.destroy();
  await gone;
  expect(await (await board.person('carol')).ask('%whoami')).toContain('carol');
});

test('a TLS connection over the limit is closed without an error, and closing another makes room', async () => {
  const certificate = readCertificate(makeCertificate('board'));
  const board = await TestBoard.start({ certificate, limits: { connections: 1 } });
  const ends = serverEnds();
  const open = () => connectTls({ port: board.port, host: '127.0.0.1', rejectUnauthorized: false });
  const first = open();
  await once(first, 'secureConnect');
  const second = open();
  await new Promise((resolve) => second.on('error', () => {}).on('close', resolve));

  const [end] = ends;
  const gone = end && once(end, 'close');
  first.destroy();
  await gone;
  const third = open();
  await once(third, 'secureConnect');
  const peer = new JsonPeer(third);
  expect(await peer.call('ping', {})).toEqual({});
});

const outside = Object.values(networkInterfaces())
  .flatMap((addresses) => addresses ?? [])
  .find(({ internal, family }) => !internal && family === 'IPv4')?.address;

test.skipIf(!outside)(
  'the limit of connections per address holds, and this machine is exempt',
  async () => {
    const board = await TestBoard.start({
      host: ['0.0.0.0'],
      limits: { connectionsPerAddress: 1 },
    });
    const reach = async () => {
      const socket = connect({ port: board.port, host: outside ?? '' });
      await once(socket, 'connect');
      return new JsonPeer(socket);
    };
    const first = await reach();
    expect(await first.call('ping', {})).toEqual({});
    const second = await reach();
    second.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n');
    await second.closed();
    expect(second.received).toMatchObject([
      { params: { reason: 'There are too many connections from your address. Try again later.' } },
    ]);
    await board.program('alice');
    await board.program('bob');
  },
);

test('commands past the burst are refused and not carried out, in both encodings', async () => {
  const board = await TestBoard.start({ limits: { commandsPerSecond: 1, commandBurst: 5 } });
  const reader = await board.memberProgram('reader');
  const program = await board.memberProgram('program');
  const params = { group: 'main', subject: 's', content: 'c' };
  const posts = [1, 2, 3, 4, 5].map(() => program.request('message.post', params));
  const outcomes = (await Promise.all(posts)).map(({ error }) => error?.data.code ?? 'posted');
  expect(outcomes).toEqual(['posted', 'posted', 'posted', 'RATE_LIMITED', 'RATE_LIMITED']);

  const person = await board.connect();
  person.send('person', '%join', '%post s 4', '%post s 5', '%post s 6', '%post s 7');
  const shown = await person.expect(/\[ERROR\].*\n/);
  expect(shown.match(/^\[SUCCESS\] Message \d/gm)).toHaveLength(3);
  expect(shown).toContain('[ERROR] Too much at once; nothing was done. Try again in 1 s.\n');
  const { messages } = await reader.call('message.list', { group: 'main' });
  expect(messages.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5, 6]);
});

test('lines far past the rate are not read', async () => {
  const board = await TestBoard.start({ limits: { commandsPerSecond: 0.1, commandBurst: 10 } });
  const ends = serverEnds();
  const flood = await board.connectProgram();
  const other = await board.program('other');
  const [end] = ends;
  flood.write('{"jsonrpc":"2.0","id":1,"method":"ping"}\n'.repeat(100_000));
  await flood.until(() => flood.received[19]);
  expect(flood.received.filter(({ result }) => result)).toHaveLength(10);
  await other.call('ping', {});
  expect(end?.isPaused()).toBe(true);
  expect(end?.bytesRead).toBeLessThan(512 * 1024);
  // Twice the burst, and then one more each five seconds.
  expect(flood.received).toHaveLength(20);
});

test('past the limit of waiting requests, the socket is not read', async () => {
  const board = await TestBoard.start({ limits: { waitingRequests: 3 } });
  const ends = serverEnds();
  const alice = await board.program('alice');
  const [end] = ends;
  if (!end) throw new Error('nobody connected');
  const lock = board.database();
  lock.exec('BEGIN IMMEDIATE');
  // This one is under way, and those behind it have to wait for it.
  const join = alice.request('group.join', { group: 'main' });
  const read = async () => {
    const taken = end.bytesRead;
    const ping = alice.call('ping', {});
    while (end.bytesRead === taken) await new Promise((resolve) => setImmediate(resolve));
    return ping;
  };
  const pings = [read(), read()];
  while (end.bytesRead < alice.socket.bytesWritten) await new Promise((done) => setImmediate(done));
  expect(end.isPaused()).toBe(false);
  pings.push(read());
  while (!end.isPaused()) await new Promise((resolve) => setImmediate(resolve));
  pings.push(alice.call('ping', {}));
  lock.exec('ROLLBACK');
  expect(await join).toHaveProperty('result');
  expect(await Promise.all(pings)).toEqual([{}, {}, {}, {}]);
});

/** Both ends of a connection, of which the first writes nothing to the system. */
async function corkedPair(): Promise<[Socket, Socket]> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const far = connect({ port, host: '127.0.0.1' });
  const [near] = (await once(server, 'connection')) as [Socket];
  near.cork();
  onTestFinished(() => {
    near.destroy();
    far.destroy();
    server.close();
  });
  return [near, far];
}

test('a connection is closed at one byte more than the limit of unsent bytes', async () => {
  const [near] = await corkedPair();
  let overflows = 0;
  const overflowed = () => {
    overflows++;
  };
  const owner = { overflowed, drained: () => {}, heldChanged: () => {} };
  const outbox = new Outbox(near, 1000, 100, owner);
  outbox.push('x'.repeat(600));
  outbox.push(Buffer.alloc(400));
  expect([outbox.waiting, overflows]).toEqual([1000, 0]);
  outbox.push('x');
  outbox.push('x');
  expect([outbox.waiting, overflows]).toEqual([1001, 1]);
});

test('past the limit of unsent replies, the next request waits', async () => {
  const [near] = await corkedPair();
  const backlog = limits.replyBacklog;
  const owner = { overflowed: () => {}, drained: () => {}, heldChanged: () => {} };
  const outbox = new Outbox(near, backlog, backlog, owner);
  near.on('drain', () => outbox.drain());
  outbox.reply('x'.repeat(limits.replyBacklog));
  expect(outbox.congested).toBe(false);
  await outbox.ready();
  outbox.reply('x');
  expect(outbox.congested).toBe(true);
  let isReady = false;
  const ready = outbox.ready().then(() => {
    isReady = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isReady).toBe(false);
  near.uncork();
  await ready;
  expect(outbox.congested).toBe(false);
});

/** The timer that the system keeps for the server's end of a connection, from proc(5). */
function timerOf({ localPort = 0, remotePort = 0 }: Socket): string | undefined {
  const port = (number: number) => number.toString(16).toUpperCase().padStart(4, '0');
  const ends = `0100007F:${port(localPort)} 0100007F:${port(remotePort)} `;
  const line = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .find((each) => each.includes(ends));
  return line?.trim().split(/\s+/)[5];
}

test.skipIf(!existsSync('/proc/net/tcp'))(
  'TCP asks a silent peer whether it is still there',
  async () => {
    const board = await TestBoard.start({ limits: { keepAliveDelay: 42_000 } });
    const ends = serverEnds();
    await board.program('alice');
    const [end] = ends;
    if (!end) throw new Error('nobody connected');
    const [kind, when = ''] = timerOf(end)?.split(':') ?? [];
    // 02 is the timer of keepalive; its time is in hundredths of a second.
    expect(kind).toBe('02');
    expect(Number.parseInt(when, 16)).toBeGreaterThan(40_00);
    expect(Number.parseInt(when, 16)).toBeLessThanOrEqual(42_00);
  },
);
