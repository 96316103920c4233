import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test, vi } from 'vitest';
import { Allowances } from '../../src/core/allowance.ts';
import { Connection } from '../../src/doors/stream/connection.ts';
import { Parts } from '../../src/doors/stream/parts.ts';
import { WorkingConnections } from '../../src/doors/stream/resting.ts';
import { TestBoard } from '../helpers/board.ts';
import { requestLine } from '../helpers/json-lines.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { range } from './support.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const members = 500;
// What an idle member may take beside its socket. It was 700 when this was written, and 4,300 when each connection kept
// everything that it needs for its work.
const mostBytes = 1300;

function heap(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Opens connections, each of which sends `lines` one by one and waits for the answer to each. */
function open(port: number, lines: () => string[]): Promise<Socket[]> {
  return Promise.all(
    Array.from({ length: members }, async () => {
      const socket = connect(port, '127.0.0.1');
      onTestFinished(() => void socket.destroy());
      for (const line of lines()) {
        socket.write(line);
        await once(socket, 'data');
      }
      return socket.resume();
    }),
  );
}

/** Bytes of heap, once what earlier tests and connections have left is freed. */
async function steadyHeap(): Promise<number> {
  let before = Number.POSITIVE_INFINITY;
  let now = heap();
  while (before - now > 20 * members) {
    await pause(500);
    before = now;
    now = heap();
  }
  return now;
}

/** Bytes of heap for each connection, of both of its ends. */
async function bytesEach(port: number, lines: () => string[], most: number) {
  for (const socket of await open(port, lines)) socket.destroy();
  const before = await steadyHeap();
  await open(port, lines);
  const each = () => (heap() - before) / members;
  await vi.waitFor(() => expect(each()).toBeLessThan(most), { timeout: 20_000, interval: 500 });
  return each();
}

/** Waits until the server has looked at the connection of a user so many times. @returns whether it was idle, each time */
async function looks(user: string, times: number): Promise<unknown[]> {
  const rest = vi.spyOn(Connection.prototype, 'rest');
  const isOf = (at: number) =>
    (rest.mock.contexts[at] as Connection).session.login?.user.name === user;
  const found = () => rest.mock.results.filter((_, at) => isOf(at)).map(({ value }) => value);
  await vi.waitFor(() => expect(found().length).toBeGreaterThanOrEqual(times), 10_000);
  const idle = found();
  rest.mockRestore();
  return idle;
}

async function untilIdle(user: string): Promise<void> {
  while (!(await looks(user, 1)).includes(true));
}

/** Waits until the connections of all these users have dropped their parts: up to ten seconds after a costly write, and a look. */
async function untilAllIdle(users: readonly string[]): Promise<void> {
  const idle = new Set<string | undefined>();
  const { rest } = Connection.prototype;
  const spy = vi.spyOn(Connection.prototype, 'rest').mockImplementation(function (
    this: Connection,
  ) {
    const isIdle = rest.call(this);
    if (isIdle && !this.session.hasEnded) idle.add(this.session.login?.user.name);
    return isIdle;
  });
  onTestFinished(() => void spy.mockRestore());
  await vi.waitFor(() => expect([...idle]).toEqual(expect.arrayContaining([...users])), 40_000);
  spy.mockRestore();
}

// The heap has much else, such as code that V8 compiles meanwhile: half a megabyte, now and then.
test('an idle member takes little memory beside its socket', {
  timeout: 60_000,
  retry: 2,
}, async () => {
  const floor = createServer((socket) => socket.on('data', () => socket.write('\n')));
  floor.listen(0, '127.0.0.1');
  await once(floor, 'listening');
  onTestFinished(() => void floor.close());
  const { port } = floor.address() as AddressInfo;
  const ofSocket = await bytesEach(port, () => ['\n'], 10_000);

  const board = await TestBoard.start();
  const most = ofSocket + mostBytes;
  let users = 0;
  const login = () => requestLine('session.login', { user: `u${users++}` }, 1);
  const join = requestLine('group.join', { group: 'main' }, 2);
  await bytesEach(board.port, () => [login(), join], most);
});

test('a member who was idle is answered and notified as before', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const bob = await board.member('bob');
  for (let round = 0; round < 2; round++) {
    await untilIdle('bob');
    await alice.call('message.post', { group: 'main', subject: `s${round}`, content: 'c' });
    await bob.expect(`s${round}`);
    await untilIdle('bob');
    await bob.ask(`%message ${round + 1}`);
    await alice.call('ping', {});
  }
});

test('half a line that comes before a silence is kept until its end comes', async () => {
  const board = await TestBoard.start();
  const carol = await board.program('carol');
  const line = requestLine('server.info', {}, 77);
  carol.write(line.slice(0, 20));
  expect(await looks('carol', 2)).not.toContain(true);
  carol.write(line.slice(20));
  await carol.until(() => carol.received.find(({ id }) => id === 77));
});

test('a silence gives a user no new rate before the old one is full again', async () => {
  const board = await TestBoard.start({ limits: { commandsPerSecond: 0.01, commandBurst: 3 } });
  const dave = await board.program('dave');
  await dave.call('ping', {});
  await dave.call('ping', {});
  expect(await looks('dave', 2)).not.toContain(true);
  expect(await dave.errorOf('ping', {})).toMatchObject({ word: 'RATE_LIMITED' });
});

test('a notice makes no queue of requests for the members whom it reaches', async () => {
  const board = await TestBoard.start();
  const poster = await board.memberProgram('poster');
  const names = range(1, 5).map((n) => `member${n}`);
  const members = await Promise.all(names.map((name) => board.memberProgram(name)));
  await untilAllIdle(['poster', ...names]);
  const queues = vi.spyOn(Parts.prototype, 'requests', 'get');
  onTestFinished(() => queues.mockRestore());
  await poster.call('message.post', { group: 'main', subject: 's', content: 'c' });
  await Promise.all(
    members.map((member) =>
      member.until(() => member.received.find(({ method }) => method === 'message.posted')),
    ),
  );
  // The poster's own.
  expect(new Set(queues.mock.contexts).size).toBe(1);
});

const ways: [string, (board: TestBoard, peers: JsonPeer[]) => unknown][] = [
  ['their clients end them', (_, peers) => peers.map(({ socket }) => socket.end())],
  ['their network fails', (_, peers) => peers.map(({ socket }) => socket.resetAndDestroy())],
  ['the server shuts down', (board) => board.stop()],
];

test.each(ways)(
  'connections that end while they are idle make no parts and use no allowance if %s',
  async (_, end) => {
    const board = await TestBoard.start();
    const names = range(1, 5).map((n) => `user${n}`);
    const peers = await Promise.all(names.map((name) => board.program(name)));
    await untilAllIdle(names);
    const parts = vi.spyOn(WorkingConnections.prototype, 'add');
    const uses = vi.spyOn(Allowances.prototype, 'use');
    // The end of each session is stored, and the connection is charged for it.
    const charge = vi.spyOn(Connection.prototype, 'charge');
    onTestFinished(() => void vi.restoreAllMocks());
    await end(board, peers);
    await vi.waitFor(() => expect(charge).toHaveBeenCalledTimes(5), 10_000);
    expect(parts).not.toHaveBeenCalled();
    expect(uses).not.toHaveBeenCalled();
  },
);

test('what a peer sends after the server has closed its idle connection is dropped, and uses no allowance', async () => {
  const board = await TestBoard.start();
  const erin = await board.program('erin');
  await untilAllIdle(['erin']);
  const uses = vi.spyOn(Allowances.prototype, 'use');
  const data = vi.spyOn(Connection.prototype, 'streamData');
  onTestFinished(() => void vi.restoreAllMocks());
  erin.socket.allowHalfOpen = true;
  await board.operate((operator) => operator.banUser('erin', 'spam'));
  await erin.until(() => erin.received.find(({ method }) => method === 'session.closing'));
  erin.write(requestLine('ping', {}, 99));
  await vi.waitFor(() => expect(data).toHaveBeenCalled());
  erin.socket.end();
  await erin.closed();
  expect(erin.received.map(({ id }) => id)).not.toContain(99);
  expect(uses).not.toHaveBeenCalled();
});
