import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { Charges } from '../../src/core/charges.ts';
import { Rate } from '../../src/core/rate.ts';
import { Input } from '../../src/doors/stream/input.ts';
import { limits, serverLimits } from '../../src/protocol/limits.ts';
import { TestBoard } from '../helpers/board.ts';
import { range, serverEnds } from './support.ts';

const KiB = 1024;
const MiB = 1024 * KiB;
const { commandsPerSecond } = serverLimits;
const { unfinishedBurst, unfinishedPerSecond } = limits;

// The whole budget of the program would take seconds to use up.
const setBudget = (burst: number, perSecond: number) =>
  Object.assign(limits, { unfinishedBurst: burst, unfinishedPerSecond: perSecond });
beforeEach(() => setBudget(MiB, 4 * MiB));
afterEach(() => setBudget(unfinishedBurst, unfinishedPerSecond));

/** Sends `chunk` again and again, as fast as the server reads. */
async function flood(port: number, chunk: Buffer, first: string): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {}).resume();
  await once(socket, 'connect');
  if (first) socket.write(first);
  const more = () => {
    while (socket.write(chunk));
    socket.once('drain', more);
  };
  more();
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
}

const bytesOf = (ends: readonly Socket[]) => ends.reduce((sum, end) => sum + end.bytesRead, 0);

const letters = (length: number) => Buffer.alloc(length, 'x');
// IAC NOP.
const commands = (length: number) => Buffer.alloc(length, Buffer.from([255, 241]));

test.each<[string, Buffer, string, number]>([
  ['lines without an end', letters(64 * KiB), '', 1],
  ['lines without an end in other pieces', letters(30_000), '', 1],
  ["telnet's commands alone", commands(64 * KiB), '', 1],
  ["telnet's commands after a name is asked for", commands(64 * KiB), 'x', 1],
  ["letters between telnet's commands", Buffer.concat([commands(30_000), letters(1)]), '', 1],
  ['lines without an end of users', letters(64 * KiB), 'NAME\n', 2],
])(
  'ten connections that send %s are read at the rate that they share',
  async (_, chunk, first, part) => {
    const board = await TestBoard.start({ limits: { commandsPerSecond } });
    const ends = serverEnds();
    const start = performance.now();
    await Promise.all(
      range(1, 10).map((n) => flood(board.port, chunk, first.replace('NAME', `user${n}`))),
    );
    const least = 8 * MiB * part;
    await until(() => bytesOf(ends) >= least);
    const seconds = (performance.now() - start) / 1000;
    // Beside the shared budget: what each may send on its own, a chunk that is over the budget, and what Node reads ahead.
    const each = 3 * 64 * KiB + limits.ownUnfinishedBurst + seconds * limits.ownUnfinishedPerSecond;
    const shared = part * (limits.unfinishedBurst + seconds * limits.unfinishedPerSecond);
    expect(bytesOf(ends)).toBeLessThan(shared + 10 * each);
  },
);

test.each<[string, Buffer, string]>([
  ['strangers send lines without an end', letters(64 * KiB), ''],
  ["strangers send telnet's commands", commands(64 * KiB), ''],
  ['users send lines without an end', letters(64 * KiB), 'NAME\n'],
])('a person who types key by key is answered while a hundred %s', async (_, chunk, first) => {
  // What the attackers owe would take minutes.
  setBudget(MiB, 16 * KiB);
  const board = await TestBoard.start({ limits: { commandsPerSecond } });
  const ends = serverEnds();
  await Promise.all(
    range(1, 100).map((n) => flood(board.port, chunk, first.replace('NAME', `user${n}`))),
  );
  await until(() => ends.length === 100 && ends.every((end) => end.isPaused()));
  const alice = await board.connect();
  const end = ends.at(-1);
  alice.socket.setNoDelay(true);
  await alice.expect('What is your username? ');
  for (const key of 'alice\n%whoami\n') {
    const read = end?.bytesRead ?? 0;
    alice.write(key);
    await until(() => (end?.bytesRead ?? 0) > read);
  }
  expect(await alice.expect(/alice.*\n.*alice/s)).toContain('Welcome alice');
});

test("the time in which telnet's commands are removed is charged", () => {
  const charges = new Charges(serverLimits, { delays: 0 });
  const costs = charges.connect(undefined);
  const owner = {
    full: false,
    open: () => undefined,
    receive: () => {},
    endOfInput: () => {},
    heldChanged: () => {},
  };
  const input = new Input(new PassThrough(), costs, new Rate(0, 0), false, owner);
  const start = performance.now();
  input.data(commands(8 * MiB));
  const milliseconds = performance.now() - start;
  expect(costs.mark().charged).toBeGreaterThan(milliseconds / 2);
  expect(charges.unfinished.strangers.full).toBe(false);
  expect(charges.unfinished.strangers.wait).toBeGreaterThan(0);
});

test("a few letters between telnet's commands keep no large chunk in memory", () => {
  const charges = new Charges(serverLimits, { delays: 0 });
  let kept = 0;
  const owner = {
    full: false,
    open: (bytes: Buffer) => {
      kept = bytes.buffer.byteLength;
      return undefined;
    },
    receive: () => {},
    endOfInput: () => {},
    heldChanged: () => {},
  };
  const costs = charges.connect(undefined);
  const input = new Input(new PassThrough(), costs, new Rate(0, 0), false, owner);
  input.data(Buffer.concat([commands(60 * KiB), letters(1)]));
  expect(kept).toBeLessThanOrEqual(Buffer.poolSize);
});
