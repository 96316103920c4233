import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get } from 'node:http';
import { get as getSecurely } from 'node:https';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { TestBoard } from '../helpers/board.ts';
import { makeCertificate, readCertificate } from '../helpers/certificate.ts';
import { halfHello } from '../helpers/half-hello.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { TextPeer } from '../helpers/text-peer.ts';
import { scrape } from './scrape.ts';

const folder = mkdtempSync(join(tmpdir(), 'corkboard-'));
const certificate = readCertificate(makeCertificate('board', folder));
afterAll(() => rmSync(folder, { recursive: true }));
const metrics = { host: '127.0.0.1', port: 0 };

async function rawSocket(port: number, first?: Buffer | string): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  if (first !== undefined) socket.write(first);
  return socket.resume();
}

async function secureSocket(port: number): Promise<TLSSocket> {
  const socket = connectTls({ host: '127.0.0.1', port, ca: certificate.cert });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

/** Waits until a socket is closed, however that happens. */
async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise<void>((resolve) => socket.once('close', () => resolve()));
}

/** Sends a byte every 20 ms until the socket is closed. */
function trickle(socket: Socket): void {
  const timer = setInterval(() => socket.write(Buffer.from([0])), 20);
  socket.once('close', () => clearInterval(timer));
}

test('peers that never finish a TLS handshake are counted, and other peers still connect', async () => {
  const board = await TestBoard.start({ certificate, metrics, limits: { connections: 4 } });
  const half = await Promise.all(
    Array.from({ length: 40 }, () => rawSocket(board.port, halfHello)),
  );
  const arrivals = () => scrape(board.metricsUrl);
  while ((await arrivals())['corkboard_arrivals{state="handshake"}'] !== half.length);
  const alice = new JsonPeer(await secureSocket(board.port));
  expect(await alice.call('ping', {})).toEqual({});
  expect(await arrivals()).toMatchObject({ 'corkboard_connections_total{door="tls"}': 1 });
});

test('a TLS handshake has a deadline that no byte renews', async () => {
  const board = await TestBoard.start({ certificate, metrics, arrivalTime: 300 });
  const sockets = await Promise.all(
    [halfHello, Buffer.from([0x16]), undefined].map((first) => rawSocket(board.port, first)),
  );
  const [half] = sockets;
  if (half) trickle(half);
  await Promise.all(sockets.map(closed));
  expect(await scrape(board.metricsUrl)).toMatchObject({
    // The two that had begun one.
    corkboard_handshakes_failed_total: 2,
    'corkboard_arrivals{state="handshake"}': 0,
    'corkboard_connections_total{door="tls"}': 0,
  });
});

test('the deadline for arriving does not end a connection that was accepted', async () => {
  const board = await TestBoard.start({ certificate, arrivalTime: 200 });
  const peer = new JsonPeer(await secureSocket(board.port));
  await peer.call('session.login', { user: 'alice' });
  // Another one comes later, and is closed at its deadline.
  const silent = await rawSocket(board.port);
  await closed(silent);
  expect(await peer.call('ping', {})).toEqual({});
});

test('a failed TLS handshake closes the socket at once', async () => {
  const board = await TestBoard.start({ certificate });
  const garbage = await rawSocket(board.port, Buffer.concat([halfHello, Buffer.alloc(2000, 7)]));
  await closed(garbage);
});

test('a peer cannot have TLS 1.2 negotiated again', async () => {
  const board = await TestBoard.start({ certificate });
  const socket = connectTls({
    host: '127.0.0.1',
    port: board.port,
    ca: certificate.cert,
    maxVersion: 'TLSv1.2',
  });
  await once(socket, 'secureConnect');
  const failure = await new Promise<Error | null>((resolve) => {
    socket.on('error', resolve);
    socket.renegotiate({}, resolve);
  });
  expect(failure?.message).toMatch(/no renegotiation|renegotiation/i);
});

test('a person gets the greeting, whether they wait for it or write first', async () => {
  const board = await TestBoard.start();
  const silent = await board.connect();
  await silent.expect('What is your username? ');
  const quick = await board.connect();
  quick.send('alice');
  const seen = await quick.expect('Welcome alice');
  expect(seen).toMatch(/^Welcome to corkboard .*\nWhat is your username\? \[INFO\] /);
});

const notWeb = 'This is a corkboard, not a web server. Use `corkboard chat` or `nc`.\n';

test.each([
  { over: 'http', to: 'plain' },
  { over: 'https', to: 'tls' },
  { over: 'http', to: 'tls' },
])(
  'an HTTP client over $over is answered in HTTP by a board that speaks $to',
  async ({ over, to }) => {
    const board = await TestBoard.start(to === 'tls' ? { certificate } : {});
    const url = `${over}://127.0.0.1:${board.port}/metrics`;
    const request = over === 'https' ? getSecurely(url, { ca: certificate.cert }) : get(url);
    const [response] = await once(request, 'response');
    expect(response.statusCode).toBe(400);
    expect(await text(response)).toBe(notWeb);
  },
);

test('an HTTP client at a full board gets an HTTP answer that says so', async () => {
  const board = await TestBoard.start({ limits: { connections: 1 } });
  await board.person('alice');
  const [response] = await once(get(`http://127.0.0.1:${board.port}/`), 'response');
  expect(response.statusCode).toBe(503);
  expect(await text(response)).toContain('too many connections to this board');
});

test.each(['\r', '\n', '\r\n', '\r\0'])('a person’s lines may end in %j', async (ending) => {
  const board = await TestBoard.start();
  const peer = await board.connect();
  for (const line of ['alice', '%join', '%post one two', '%list', '%exit']) {
    peer.write(`${line}${ending}`);
  }
  const seen = await peer.toEnd();
  expect(seen).toContain('Welcome alice');
  expect(seen).toContain('[SUCCESS] Message 1 ');
  expect(seen).toContain('Goodbye.');
  expect(seen).not.toContain('[ERROR]');
});

test('a peer that is turned away is closed, whatever it sends', async () => {
  const board = await TestBoard.start({ limits: { connections: 1 } });
  await board.person('alice');
  const flood = await rawSocket(board.port);
  const chunk = Buffer.alloc(64 * 1024, 0x61);
  const pour = () => {
    while (!flood.destroyed && flood.write(chunk));
  };
  flood.on('drain', pour);
  pour();
  await closed(flood);
});

test('a person who sends one byte at a time is accepted before the line is complete', async () => {
  const board = await TestBoard.start();
  const peer = new TextPeer(await rawSocket(board.port));
  peer.write('\r');
  await peer.expect('What is your username? ');
  for (const byte of 'PROXY\r') peer.write(byte);
  await peer.expect('Welcome PROXY');
});
