import { once } from 'node:events';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Client, ClientChannel } from 'ssh2';
import { expect, onTestFinished, test } from 'vitest';
import { boardError } from '../../src/protocol/errors.ts';
import { tempFolder } from '../helpers/temp.ts';
import { answering, LibraryClient } from './client.ts';
import { lacks, makeKey, run, startSsh, type TestSsh, typing } from './support.ts';

const noSsh = lacks('ssh', 'ssh-keygen');

/** What is private in the client of ssh2. */
interface Inside {
  readonly _protocol: {
    channelClose(id: number): void;
    session(channel: number, window: number, packet: number): void;
    ping(): void;
  };
}

function protocolOf(client: Client): Inside['_protocol'] {
  return (client as unknown as Inside)._protocol;
}

/** Has a client keep its CHANNEL_CLOSE back. @returns sends it */
function keepClosed(client: Client): () => void {
  const protocol = protocolOf(client);
  const close = protocol.channelClose.bind(protocol);
  const kept: number[] = [];
  protocol.channelClose = (id) => void kept.push(id);
  return () => {
    for (const id of kept) close(id);
  };
}

async function loggedIn({ port }: TestSsh): Promise<LibraryClient> {
  const client = new LibraryClient(port, 'alice', [answering('alice')]);
  expect(await client.isIn()).toBe(true);
  return client;
}

/** Runs a command until its exit code has come, not to the end of the session. */
async function exitOf({ client }: LibraryClient, command: string): Promise<ClientChannel> {
  return new Promise<ClientChannel>((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error) return reject(error);
      channel.on('error', () => {}).on('exit', () => resolve(channel));
      channel.end().resume();
    });
  });
}

test('a session ends when the client has closed it: until then the connection stays and the place is taken', async () => {
  // A busy machine needs a part of it between the login and the session.
  const idleTime = 1000;
  const ssh = await startSsh({
    limits: { idleTime, tending: 20, sessionsPerConnection: 1 },
    receive: async () => 7,
  });
  const client = await loggedIn(ssh);
  const close = keepClosed(client.client);
  await exitOf(client, 'x');
  await expect(client.shell()).rejects.toThrow('Channel open failure');
  // Longer than a connection without a session has.
  const { server } = ssh;
  const ended = performance.now();
  while (performance.now() < ended + 2 * idleTime) await answered(client.client);
  expect(ssh.log.map(({ text }) => text)).toEqual(['logged in over SSH']);
  const closing = server.close(10_000);
  await answered(client.client);
  close();
  await Promise.all([closing, client.closed]);
});

/** Resolves when the server has answered a global request. */
async function answered(client: Client): Promise<void> {
  const { _callbacks: waiting } = client as unknown as { _callbacks: (() => void)[] };
  await new Promise<void>((resolve) => {
    waiting.push(resolve);
    protocolOf(client).ping();
  });
}

test.skipIf(noSsh)('ssh shows why the server has ended the connection', async () => {
  const ssh = await startSsh({
    limits: { strangersPerNetwork: 1, loginTime: 1500, idleTime: 300, authRequests: 2 },
    sessions: 1,
  });
  ssh.board.users.set('dave', 'secret123');
  const late = typing('ssh', ssh.ssh('dave@127.0.0.1'));
  await late.shows('Password:');
  const crowded = await run('ssh', ssh.ssh('alice@127.0.0.1', 'x'));
  expect(crowded.stderr).toContain('Too many connections are logging in. Try again in a moment.');
  await expect
    .poll(() => ssh.log.map(({ text }) => text), { timeout: 20_000 })
    .toContain('closed an SSH connection: did not log in in time');
  // While ssh asks for a password, it does not read.
  late.type('secret123\r');
  await late.shows('The login took longer than 1.5 s. Connect again.');
  expect(await late.exited).toBe(255);
  const idle = await run('ssh', ssh.ssh('-N', 'alice@127.0.0.1'));
  expect(idle).toMatchObject({ code: 255 });
  expect(idle.stderr).toContain('Nothing was started for 0.3 s. Connect again.');
  const guest = await loggedIn(ssh);
  await guest.shell();
  const full = await run('ssh', ssh.ssh('alice@127.0.0.1', 'x'));
  expect(full.stderr).toContain('All places of this board for SSH are taken. Try again later.');
  guest.client.end();
  await guest.closed;
  const keys = Array.from({ length: 3 }, () => ['-i', makeKey().file]).flat();
  const many = await run('ssh', ssh.ssh(...keys, '-o', 'BatchMode=yes', 'dave@127.0.0.1'));
  expect(many.stderr).toContain('Too many attempts to log in. Connect again.');
  ssh.board.refusal = boardError('BANNED', 'Scanning');
  const banned = await run('ssh', ssh.ssh('erin@127.0.0.1', 'x'));
  expect(banned.stderr).toContain('Scanning');
  ssh.board.refusal = new Error('a bug');
  const bug = await run('ssh', ssh.ssh('erin@127.0.0.1', 'x'));
  expect(bug.stderr).toContain('The server failed to log you in. It has been logged.');
  expect(bug.stderr).not.toContain('a bug');
  expect(ssh.log).toContainEqual(expect.objectContaining({ level: 'error' }));
});

test.skipIf(noSsh)('ssh without a session is told that the server ends', async () => {
  const ssh = await startSsh();
  const idle = run('ssh', ssh.ssh('-N', 'alice@127.0.0.1'));
  await expect.poll(() => ssh.log.length).toBe(1);
  await ssh.server.close(10_000);
  expect((await idle).stderr).toContain('The server is shutting down. Come again in a moment.');
});

test('connections and sessions of one address are limited, and a visitor past the limit is told why', async () => {
  const ssh = await startSsh({ limits: { sessionsPerNetwork: 2 }, countsLoopback: true });
  const first = await loggedIn(ssh);
  await first.shell();
  await first.shell();
  expect(await first.run('x')).toEqual({
    code: 3,
    stdout: '',
    stderr: expect.stringContaining('Your address has 2 connections or sessions already.'),
  });
  const second = await loggedIn(ssh);
  const third = await loggedIn(ssh);
  await third.closed;
  expect(ssh.log.at(-1)?.text).toBe(
    'closed an SSH connection: too many connections from its network',
  );
  second.client.end();
  await second.closed;
  await expect
    .poll(async () => {
      const next = new LibraryClient(ssh.port, 'alice', [answering('alice')]);
      return (
        (await next.isIn()) &&
        Promise.race([next.closed.then(() => false), answered(next.client).then(() => true)])
      );
    })
    .toBe(true);
});

test('a session that is closed before it runs anything is closed by the server too, and is forgotten', async () => {
  const ssh = await startSsh({ limits: { sessionsInAll: 60 } });
  const client = await loggedIn(ssh);
  for (let at = 0; at < 50; at++) await openedAndClosed(client.client);
  expect(await client.run('x', 'hello')).toMatchObject({ code: 7, stdout: 'hello' });
  for (let at = 0; at < 9; at++) await openedAndClosed(client.client);
  await client.closed;
  expect(ssh.log.at(-1)?.text).toBe('closed an SSH connection: has opened too many sessions');
});

/** Opens a session, closes it, and resolves when the server has closed it too. */
async function openedAndClosed(client: Client): Promise<void> {
  interface Channels {
    readonly _chanMgr: { add(waiting: unknown): number; remove(id: number): void };
    readonly _protocol: Inside['_protocol'] & {
      readonly _handlers: Record<string, (protocol: unknown, ...args: never[]) => void>;
    };
  }
  const { _chanMgr: channels, _protocol: protocol } = client as unknown as Channels;
  const { _handlers: handlers } = protocol;
  const { CHANNEL_CLOSE: closed, CHANNEL_OPEN_CONFIRMATION: confirmed } = handlers;
  const id = channels.add(() => {});
  await new Promise<void>((resolve) => {
    handlers.CHANNEL_OPEN_CONFIRMATION = (_, info: { sender: number }) =>
      protocol.channelClose(info.sender);
    handlers.CHANNEL_CLOSE = (_, recipient: number) => {
      if (recipient === id) resolve();
    };
    protocol.session(id, 1024 * 1024, 32 * 1024);
  });
  channels.remove(id);
  if (closed) handlers.CHANNEL_CLOSE = closed;
  if (confirmed) handlers.CHANNEL_OPEN_CONFIRMATION = confirmed;
}

test.skipIf(noSsh)(
  'a subsystem that is refused ends at once, also over a connection that is shared',
  async () => {
    const ssh = await startSsh();
    const { file } = makeKey();
    const control = join(tempFolder(), 's');
    const shared = ['-i', file, '-o', `ControlPath=${control}`];
    const main = run('ssh', ssh.ssh(...shared, '-M', '-N', 'alice@127.0.0.1'));
    onTestFinished(async () => void (await main));
    await expect
      .poll(async () => (await run('ssh', ssh.ssh(...shared, '-O', 'check', 'x'))).code)
      .toBe(0);
    for (let at = 0; at < 6; at++) {
      const refused = await run('ssh', ssh.ssh(...shared, '-s', 'x', 'sftp'));
      expect(refused.code).toBe(255);
    }
    expect(await run('ssh', ssh.ssh(...shared, 'x', 'echo'), 'hi')).toMatchObject({ stdout: 'hi' });
    await run('ssh', ssh.ssh(...shared, '-O', 'exit', 'x'));
  },
);

test('a session that starts nothing is closed with the reason, and others go on', async () => {
  const ssh = await startSsh({ limits: { startTime: 300, sessionsPerConnection: 2 } });
  const client = await loggedIn(ssh);
  const shell = await client.shell();
  const id = 4711;
  const handlers = (
    protocolOf(client.client) as unknown as {
      _handlers: Record<string, (_: unknown, id: number, data: Buffer) => void>;
    }
  )._handlers;
  const said: string[] = [];
  const closed = new Promise<void>((resolve) => {
    const { CHANNEL_CLOSE: close } = handlers;
    handlers.CHANNEL_EXTENDED_DATA = (_, __, data) => void said.push(data.toString());
    handlers.CHANNEL_CLOSE = (protocol, recipient, data) =>
      recipient === id ? resolve() : close?.(protocol, recipient, data);
  });
  protocolOf(client.client).session(id, 1024 * 1024, 32 * 1024);
  await closed;
  expect(said.join('')).toBe('corkboard: Nothing was started for 0.3 s.\n');
  // Its place is free, without an answer of the client.
  expect(await client.run('x', 'hello')).toMatchObject({ stdout: 'hello' });
  shell.end('\x04').resume();
  expect(await once(shell, 'exit')).toEqual([7]);
});

test('a signal ends the program, and the client learns which signal it was', async () => {
  const ssh = await startSsh({
    receive: async ({ gone }) => {
      if (!gone.aborted) await once(gone, 'abort');
      return 0;
    },
  });
  const client = await loggedIn(ssh);
  const channel = await client.shell();
  const exit = once(channel, 'exit');
  channel.resume();
  channel.signal('USR1');
  await answered(client.client);
  await setImmediate();
  expect(ssh.visitors[0]?.gone.aborted).toBe(false);
  channel.signal('TERM');
  expect((await exit).slice(0, 2)).toEqual([null, 'SIGTERM']);
  await client.shell();
});
