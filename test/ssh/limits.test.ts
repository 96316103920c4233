import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { AnyAuthMethod, Client } from 'ssh2';
import { expect, onTestFinished, test } from 'vitest';
import { sshLimits } from '../../src/ssh/limits.ts';
import { Places } from '../../src/ssh/places.ts';
import { disconnectPayload } from '../../src/ssh/private.ts';
import { agentOf, answering, LibraryClient, libraryKey } from './client.ts';
import { startSsh, type TestSsh } from './support.ts';

/** Connects without ever logging in. */
async function stranger(port: number): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port });
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => {});
  await once(socket, 'data');
  return socket;
}

/** Whether the server refuses a new connection at once. */
async function isRefused(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => {});
  const [first] = await once(socket, 'data');
  socket.destroy();
  return String(first).includes('Too many connections are logging in.');
}

function texts({ log }: TestSsh): string[] {
  return log.map(({ text }) => text);
}

/** What is private in the client of ssh2. */
interface Inside {
  readonly _sock: Socket;
  readonly _protocol: { rekey(): void; ping(): void };
}

/** How the client of ssh2 sends a packet. */
interface Sending {
  readonly _protocol: {
    readonly _packetRW: {
      readonly write: {
        readonly allocStart: number;
        alloc(bytes: number): Buffer;
        finalize(packet: Buffer): Buffer;
      };
    };
    readonly _cipher: { encrypt(packet: Buffer): void };
  };
}

function sendPacket(client: Client, payload: Buffer): void {
  const { _packetRW: packets, _cipher: cipher } = (client as unknown as Sending)._protocol;
  const packet = packets.write.alloc(payload.length);
  packet.set(payload, packets.write.allocStart);
  cipher.encrypt(packets.write.finalize(packet));
}

function inside(client: Client): Inside {
  return client as unknown as Inside;
}

test('8 connections from one network may be without a login, and a place is free again when one ends', async () => {
  const ssh = await startSsh();
  const sockets = await Promise.all(Array.from({ length: 8 }, () => stranger(ssh.port)));
  expect(await isRefused(ssh.port)).toBe(true);
  expect(await isRefused(ssh.port)).toBe(true);
  expect(texts(ssh)).toEqual(['refused a connection: too many have not logged in']);
  sockets[0]?.destroy();
  await expect.poll(() => isRefused(ssh.port)).toBe(false);
});

test('64 connections in all may be without a login, and a /64 of IPv6 counts as one address', () => {
  const places = new Places(sshLimits.strangers, sshLimits.strangersPerNetwork);
  const taken = Array.from({ length: 64 }, (_, at) => places.take(`192.0.2.${at % 8}`));
  expect(taken.filter((place) => typeof place !== 'function')).toEqual([]);
  expect(places.take('198.51.100.1')).toBe('full');
  for (const free of taken) if (typeof free === 'function') free();
  for (let at = 0; at < 8; at++) expect(places.take(`2001:db8::${at}`)).toBeTypeOf('function');
  expect(places.take('2001:db8::ffff')).toBe('fullNetwork');
  expect(places.take('2001:db8:0:1::1')).toBeTypeOf('function');
});

test('connections that have logged in do not take the places of strangers', async () => {
  const { port } = await startSsh({ limits: { strangersPerNetwork: 1 } });
  for (let at = 0; at < 3; at++) {
    expect(await new LibraryClient(port, 'alice', [answering('alice')]).isIn()).toBe(true);
  }
  await stranger(port);
  expect(await isRefused(port)).toBe(true);
});

test('a connection that does not log in in time is closed, whatever it sends', async () => {
  const ssh = await startSsh({ limits: { loginTime: 300 } });
  const silent = await stranger(ssh.port);
  const talking = await stranger(ssh.port);
  talking.write('SSH-2.0-test\r\n');
  const asking = new LibraryClient(ssh.port, 'alice', [
    'none',
    { type: 'keyboard-interactive', username: 'alice', prompt: () => {} },
  ]);
  ssh.board.users.set('alice', 'secret123');
  await Promise.all([once(silent, 'close'), once(talking, 'close'), asking.closed]);
  expect(texts(ssh)).toContain('closed an SSH connection: did not log in in time');
  expect(ssh.board.open).toBe(0);
});

test('a program that is not an SSH client is told so at its first line, and logged once a minute', async () => {
  const ssh = await startSsh();
  const lines = [
    'GET / HTTP/1.1\r\n',
    '\x16\x03\x01',
    'SSH-1.5-old\n',
    `SSH-2.0-${'x'.repeat(300)}`,
    '\n',
  ];
  for (const line of lines) {
    const socket = await stranger(ssh.port);
    const said = text(socket);
    socket.write(line);
    expect(await said).toBe('This is an SSH server. Connect with ssh.\r\n');
  }
  expect(texts(ssh)).toEqual([
    'closed an SSH connection: the identification string is not that of an SSH client',
  ]);
});

test('a connection may ask 30 times to be authenticated', async () => {
  const ssh = await startSsh();
  ssh.board.users.set('alice', 'secret123');
  const wrong: AnyAuthMethod = { type: 'password', username: 'alice', password: 'wrong' };
  const client = new LibraryClient(ssh.port, 'alice', Array(40).fill(wrong));
  await client.closed;
  // One answer is that of the beginning, before any request.
  expect(client.answers).toHaveLength(31);
  expect(texts(ssh)).toContain('closed an SSH connection: too many requests to authenticate');
});

test('20 questions whether a key is welcome are free, and further ones count', async () => {
  const { port } = await startSsh();
  const keys = Array.from({ length: 60 }, () => libraryKey().key);
  const probing = (count: number): AnyAuthMethod => {
    return { type: 'agent', username: 'alice', agent: agentOf(keys.slice(0, count)) };
  };
  const few = new LibraryClient(port, 'alice', [probing(49), answering('alice')]);
  expect(await few.isIn()).toBe(true);
  const many = new LibraryClient(port, 'alice', [probing(50), answering('alice')]);
  expect(await many.isIn()).toBe(false);
});

test('a stranger can send 256 KiB', async () => {
  const ssh = await startSsh();
  const socket = await stranger(ssh.port);
  socket.write('SSH-2.0-test\r\n');
  // SSH_MSG_IGNORE, which is allowed at any time.
  const packet = Buffer.alloc(32 * 1024);
  packet.writeUInt32BE(packet.length - 4);
  packet[4] = 4;
  packet[5] = 2;
  for (let at = 0; at < 9; at++) socket.write(packet);
  await once(socket, 'close');
  expect(texts(ssh)).toEqual(['closed an SSH connection: sent too much before the login']);
});

test('a connection has at most 4 sessions', async () => {
  const { port, visitors } = await startSsh();
  const client = new LibraryClient(port, 'alice', [answering('alice')]);
  await client.isIn();
  const channels = [];
  for (let at = 0; at < 4; at++) channels.push(await client.shell());
  await expect(client.shell()).rejects.toThrow('Channel open failure');
  const [first] = channels;
  first?.end('\x04').resume();
  if (first) await once(first, 'close');
  await client.shell();
  expect(visitors).toHaveLength(5);
});

test('past the limit of sessions a visitor is told so, and a place is free again when one ends', async () => {
  const { port, server } = await startSsh({ sessions: 2 });
  const client = new LibraryClient(port, 'alice', [answering('alice')]);
  await client.isIn();
  const first = await client.shell();
  server.sessions = 1;
  expect(await client.run('x')).toEqual({
    code: 3,
    stdout: '',
    stderr: expect.stringContaining('All places of this board for SSH are taken'),
  });
  first.end('\x04').resume();
  await once(first, 'close');
  expect(await client.run('x')).toMatchObject({ code: 7 });
});

test('a connection without a session is closed', async () => {
  const ssh = await startSsh({ limits: { idleTime: 200 } });
  const client = new LibraryClient(ssh.port, 'alice', [answering('alice')]);
  expect(await client.isIn()).toBe(true);
  await client.closed;
  expect(texts(ssh)).toContain('closed an SSH connection: had no session');
});

test('a client that answers nothing for three questions is closed, and its visitor has gone', async () => {
  const { port, visitors } = await startSsh({ limits: { keepAlive: 100 } });
  const client = new LibraryClient(port, 'alice', [answering('alice')]);
  await client.isIn();
  await client.shell();
  const gone = visitors[0]?.gone;
  inside(client.client)._sock.pause();
  if (gone && !gone.aborted) await once(gone, 'abort');
});

test('a client that begins an exchange of keys and does not finish it is closed', async () => {
  const ssh = await startSsh({ limits: { exchangeTime: 200, tending: 100 } });
  const client = new LibraryClient(ssh.port, 'alice', [answering('alice')]);
  await client.isIn();
  await client.shell();
  const { _protocol, _sock } = inside(client.client);
  _protocol.rekey();
  _sock.pause();
  await expect
    .poll(() => texts(ssh))
    .toContain('closed an SSH connection: did not finish the exchange of keys');
  await expect.poll(() => ssh.visitors[0]?.gone.aborted).toBe(true);
});

test.each([
  { how: 'in the middle of a packet', first: 1000, second: 8 * 1024 * 1024 },
  { how: 'after its last byte', first: 2 * 1024 * 1024, second: 1 },
])('a client that sends more than the window allows, $how, is closed', async (sent) => {
  const ssh = await startSsh({
    receive: async ({ gone }) => {
      if (!gone.aborted) await once(gone, 'abort');
      return 0;
    },
  });
  const client = new LibraryClient(ssh.port, 'alice', [answering('alice')]);
  await client.isIn();
  const channel = await client.shell();
  const { outgoing } = channel as unknown as { outgoing: { window: number } };
  expect(outgoing.window).toBe(2 * 1024 * 1024);
  channel.write(Buffer.alloc(sent.first));
  expect(outgoing.window).toBe(2 * 1024 * 1024 - sent.first);
  outgoing.window = 2 ** 30;
  channel.write(Buffer.alloc(sent.second));
  await client.closed;
  expect(texts(ssh).filter((text) => text.includes('window'))).toEqual([
    'closed an SSH connection: sent more than the window allows',
  ]);
});

test('a client for which more bytes wait than the limit allows is closed', async () => {
  expect(sshLimits.unsent).toBe(1024 * 1024);
  const ssh = await startSsh({ limits: { unsent: 64 * 1024 } });
  const client = new LibraryClient(ssh.port, 'alice', [answering('alice')]);
  await client.isIn();
  await client.shell();
  // In place of a client that reads nothing: the kernel would keep some MiB before they wait in the server.
  const { connections } = ssh.server as unknown as { connections: Map<Socket, unknown> };
  const [socket] = connections.keys();
  socket?.cork();
  // Each of these questions has an answer of about 50 bytes.
  for (let at = 0; at < 5000; at++) inside(client.client)._protocol.ping();
  await client.closed;
  expect(texts(ssh)).toContain('closed an SSH connection: does not read what it is sent');
  // It is cut off at once, with what waits.
  expect(socket).toMatchObject({ destroyed: true, writableEnded: false });
  expect(ssh.visitors[0]?.gone.aborted).toBe(true);
});

test('a stranger that says it has very many answers is refused before they are looked for', async () => {
  const ssh = await startSsh();
  ssh.board.users.set('alice', 'secret123');
  let ask = () => {};
  const asked = new Promise<void>((resolve) => {
    ask = resolve;
  });
  const client = new LibraryClient(ssh.port, 'alice', [
    { type: 'keyboard-interactive', username: 'alice', prompt: () => ask() },
  ]);
  await asked;
  const packet = Buffer.alloc(5);
  packet[0] = 61;
  packet.writeUInt32BE(0x7fff_ffff, 1);
  const before = process.memoryUsage().heapUsed + process.memoryUsage().external;
  sendPacket(client.client, packet);
  await client.closed;
  const after = process.memoryUsage().heapUsed + process.memoryUsage().external;
  expect(after - before).toBeLessThan(50 * 1024 * 1024);
  expect(texts(ssh)).toEqual([
    'closed an SSH connection: the client has ended it, or broke the protocol',
  ]);
});

test.each([0, 1, 1023])(
  'a session with packets of at most %i bytes is refused, and others are served',
  async (size) => {
    const { port } = await startSsh();
    const client = new LibraryClient(port, 'alice', [answering('alice')]);
    await client.isIn();
    type Open = (channel: number, window: number, packet: number) => void;
    const { _protocol: protocol } = client.client as unknown as { _protocol: { session: Open } };
    const open = protocol.session.bind(protocol);
    protocol.session = (channel, window) => open(channel, window, size);
    await expect(client.shell()).rejects.toThrow('the packets are too small');
    protocol.session = open;
    expect(await client.run('echo', 'hello')).toMatchObject({ code: 7, stdout: 'hello' });
  },
);

test('a client that keeps to the window is never closed, however long the program waits', async () => {
  const sent = 8 * 1024 * 1024;
  let read = () => {};
  const reading = new Promise<void>((resolve) => {
    read = resolve;
  });
  const ssh = await startSsh({
    receive: async ({ input }) => {
      await reading;
      let bytes = 0;
      for await (const chunk of input) bytes += chunk.length;
      return bytes === sent ? 7 : 1;
    },
  });
  const client = new LibraryClient(ssh.port, 'alice', [answering('alice')]);
  await client.isIn();
  const channel = await client.shell();
  const exit = once(channel, 'exit');
  channel.end(Buffer.alloc(sent));
  const { outgoing } = channel as unknown as { outgoing: { window: number } };
  await expect.poll(() => outgoing.window).toBe(0);
  read();
  expect(await exit).toContain(7);
  expect(texts(ssh)).toEqual(['logged in over SSH']);
});

test('what a stranger says at its end is a short field of one log line', async () => {
  const ssh = await startSsh();
  for (let time = 0; time < 3; time++) {
    const client = new LibraryClient(ssh.port, 'alice', []);
    const { client: library } = client;
    await once(library, 'handshake');
    // SSH_MSG_DISCONNECT (RFC 4253, section 11.1), whose words ssh2 does not let a client choose.
    const words = `\x1b]0;evil\x07 ${time} ${'x'.repeat(20_000)}`;
    sendPacket(library, disconnectPayload(2, words));
    await client.closed;
  }
  const [line] = ssh.log;
  expect(ssh.log).toHaveLength(1);
  expect(line?.text).toBe(
    'closed an SSH connection: the client has ended it, or broke the protocol',
  );
  expect(`${line?.fields.said}`).toMatch(/^␛\]0;evil␇ 0 x+$/);
  expect(`${line?.fields.said}`.length).toBeLessThanOrEqual(100);
});
