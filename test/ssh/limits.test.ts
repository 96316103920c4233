import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { AnyAuthMethod, Client } from 'ssh2';
import { expect, onTestFinished, test } from 'vitest';
import { sshLimits } from '../../src/ssh/limits.ts';
import { Strangers } from '../../src/ssh/strangers.ts';
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

/** Whether the server closes a new connection at once. */
async function isRefused(port: number): Promise<boolean> {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => {});
  const answered = once(socket, 'data').then(() => false);
  const closed = once(socket, 'close').then(() => true);
  const refused = await Promise.race([answered, closed]);
  socket.destroy();
  return refused;
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
  const strangers = new Strangers(sshLimits);
  const leaves = Array.from({ length: 64 }, (_, at) => strangers.enter(`192.0.2.${at % 8}`));
  expect(leaves).not.toContain(undefined);
  expect(strangers.enter('198.51.100.1')).toBeUndefined();
  for (const leave of leaves) leave?.();
  for (let at = 0; at < 8; at++) expect(strangers.enter(`2001:db8::${at}`)).toBeDefined();
  expect(strangers.enter('2001:db8::ffff')).toBeUndefined();
  expect(strangers.enter('2001:db8:0:1::1')).toBeDefined();
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

test('what is no SSH client is closed at its first line, and logged once a minute', async () => {
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
    socket.write(line);
    await once(socket, 'close');
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

test('a client that sends more than the window allows is closed', async () => {
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
  outgoing.window = 2 ** 30;
  // What comes after the last byte of the window is ignored (RFC 4254, section 5.2), so no packet ends there.
  channel.write(Buffer.alloc(1000));
  channel.write(Buffer.alloc(8 * 1024 * 1024));
  await client.closed;
  expect(texts(ssh)).toContain('closed an SSH connection: sent more than the window allows');
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
    const { _packetRW: packets, _cipher: cipher } = (library as unknown as Sending)._protocol;
    const { allocStart: start } = packets.write;
    const packet = packets.write.alloc(13 + words.length);
    packet[start] = 1;
    packet.writeUInt32BE(2, start + 1);
    packet.writeUInt32BE(words.length, start + 5);
    packet.write(words, start + 9);
    packet.writeUInt32BE(0, start + 9 + words.length);
    cipher.encrypt(packets.write.finalize(packet));
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
