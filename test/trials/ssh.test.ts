import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import ssh2 from 'ssh2';
import { expect, test } from 'vitest';
import { newPrivateKey } from '../../src/ssh/load.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { boardWithSsh, childOf } from '../ssh/board.ts';
import { answering, LibraryClient } from '../ssh/client.ts';
import { Random } from './random.ts';
import { report, setting } from './settings.ts';

const seconds = setting('seconds', 3);
const sessions = setting('sessions', 8);
const seed = setting('seed', 20261128);

/** What is private in a client of ssh2: where the payload of each packet passes before it is encrypted. */
interface Inside {
  _protocol: { _packetRW: { write: { finalize(payload: Buffer, force?: boolean): Buffer } } };
}

/** Changes bytes of the packet with this number, and of each later one once in `often`. */
function mutate(client: ssh2.Client, random: Random, first: number, often: number): void {
  const { write } = (client as unknown as Inside)._protocol._packetRW;
  const finalize = write.finalize.bind(write);
  let number = 0;
  write.finalize = (payload, force) => {
    const packet = finalize(payload, force);
    if (number++ === first || (number > first && random.once(often))) {
      // During an exchange of keys and before it, the packet has its length and padding first.
      const start = packet.length > 6 ? random.pick([0, 5]) : 0;
      for (let turn = random.whole(1, 4); turn > 0; turn--) {
        const at = random.whole(start, packet.length - 1);
        packet[at] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.whole(0, 255)]);
      }
    }
    return packet;
  };
}

/** Goes through a whole visit whose packets are damaged from one of them on. */
async function damagedVisit(port: number, random: Random): Promise<void> {
  const client = new ssh2.Client();
  const closed = new Promise<void>((resolve) => void client.on('close', () => resolve()));
  client.on('error', () => client.destroy());
  client.on('ready', () => {
    client.exec('groups', { pty: random.once(2), env: { LANG: 'C.UTF-8' } }, (error, channel) => {
      if (error) {
        client.end();
        return;
      }
      channel.on('error', () => {}).resume();
      channel.on('close', () => client.end());
      channel.end('text\n');
    });
  });
  // A damaged packet may leave both sides waiting for the other.
  const late = setTimeout(() => client.destroy(), 1000);
  client.connect({
    host: '127.0.0.1',
    port,
    username: 'fuzz',
    tryKeyboard: true,
    ...(random.once(2) && {
      privateKey: newPrivateKey(ssh2),
    }),
    authHandler: ['none', 'publickey', 'keyboard-interactive'],
  });
  client.on('keyboard-interactive', (_, __, ___, ____, done) => done([]));
  mutate(client, random, random.whole(0, 14), random.pick([2, 5, 1000]));
  await closed;
  clearTimeout(late);
}

/** Sends bytes of no protocol, or packets of no sense, before the first exchange of keys. */
async function noise(port: number, random: Random): Promise<void> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => {});
  const closed = once(socket, 'close').catch(() => {});
  if (!random.once(4)) socket.write('SSH-2.0-noise\r\n');
  for (let turn = random.whole(1, 20); turn > 0; turn--) {
    const bytes = Buffer.from(
      Array.from({ length: 8 * random.whole(1, 40) + 4 }, () => random.whole(0, 255)),
    );
    if (!random.once(3)) {
      bytes.writeUInt32BE(bytes.length - 4);
      bytes[4] = random.whole(0, 8);
      bytes[5] = random.whole(0, 110);
    }
    socket.write(bytes);
  }
  socket.end();
  // The server may wait for the rest of a packet.
  const late = setTimeout(() => socket.destroy(), 500);
  await closed;
  clearTimeout(late);
}

test(`for ${seconds} s, damaged packets at each stage of a connection harm neither the board nor the SSH server`, async () => {
  const { server, port } = await boardWithSsh();
  const peer = await JsonPeer.login(server.port, 'alice');
  const child = childOf(server);
  const random = new Random(seed);
  const until = performance.now() + seconds * 1000;
  let rounds = 0;
  let slowest = 0;
  while (performance.now() < until) {
    const visits = Array.from({ length: 5 }, () => damagedVisit(port, random));
    const noises = Array.from({ length: 2 }, () => noise(port, random));
    const began = performance.now();
    await peer.call('ping', {});
    slowest = Math.max(slowest, performance.now() - began);
    await Promise.all([...visits, ...noises]);
    rounds++;
  }
  expect(childOf(server)).toBe(child);
  expect(server.lines('SSH server')).toEqual([]);
  const honest = new LibraryClient(port, 'bob', [answering('bob')]);
  expect(await honest.run('groups')).toMatchObject({ code: 0 });
  expect(rounds).toBeGreaterThan(0);
  report(`seed ${seed}: ${7 * rounds} connections; the slowest ping took ${slowest.toFixed(0)} ms`);
});

test(`${sessions} sessions over SSH are served at the same time`, async () => {
  const { server, port } = await boardWithSsh();
  const child = childOf(server);
  const before = memoryOf(child);
  const screens = [];
  for (let at = 0; at < sessions; at++) {
    const client = new LibraryClient(port, `user${at}`, [answering(`user${at}`)]);
    if (!(await client.isIn())) throw new Error(`session ${at} was refused`);
    screens.push(await client.screen());
  }
  for (const { shows } of screens) await shows('You are in no group yet');
  const each = (memoryOf(child) - before) / sessions;
  report(`${sessions} sessions; ${each.toFixed(0)} KiB of memory for each`);
  await JsonPeer.login(server.port, 'alice');
  expect(childOf(server)).toBe(child);
});

/** The resident memory of a process, in KiB. */
function memoryOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
