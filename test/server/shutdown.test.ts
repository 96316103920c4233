import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { JsonPeer } from '../helpers/json-peer.ts';
import { TestServer } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';
import { TextPeer } from '../helpers/text-peer.ts';

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s notifies the sessions and ends the server cleanly',
  async (signal) => {
    const server = await TestServer.start();
    const person = await TextPeer.connect(server.port);
    await person.expect('What is your username? ');
    const program = await JsonPeer.login(server.port, 'bot');

    server.signal(signal);

    expect(await person.toEnd()).toBe('[INFO] The server is shutting down. Goodbye.\n');
    const notice = await program.notice();
    expect(notice).toMatchObject({
      method: 'session.closing',
      params: { reason: 'The server is shutting down.', code: 'SHUTTING_DOWN' },
    });
    expect(await server.exited()).toBe(0);
  },
);

test('requests accepted before the signal are committed and answered', async () => {
  const data = tempFolder();
  const server = await TestServer.start({ data });
  const poster = await JsonPeer.login(server.port, 'poster');
  await poster.call('group.join', { group: 'main' });
  const posts = Array.from({ length: 500 }, (_, number) =>
    poster.request('message.post', { group: 'main', subject: `s${number}`, content: 'c' }),
  );
  await posts[0];
  server.signal('SIGTERM');
  const answered = (await Promise.allSettled(posts)).filter((post) => post.status === 'fulfilled');
  expect(await server.exited()).toBe(0);

  const again = await TestServer.start({ data });
  const reader = await JsonPeer.login(again.port, 'poster');
  const { messages } = await reader.call('message.list', { group: 'main', limit: 1000 });
  expect(messages.length).toBe(answered.length);
});

test('the server ends within five seconds even if a peer neither reads nor closes', async () => {
  const server = await TestServer.start();
  const peers = await Promise.all([1, 2, 3].map(() => TextPeer.connect(server.port)));
  for (const { socket } of peers) socket.pause();
  const from = performance.now();
  expect(await server.stop()).toBe(0);
  expect(performance.now() - from).toBeLessThan(5000);
});

/** The first process that a server has started, as soon as there is one. */
async function childOf({ child }: TestServer): Promise<number> {
  for (;;) {
    const [pid] = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8').split(' ');
    if (pid) return Number(pid);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Whether a process runs; one that has ended may wait for init to notice. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test.skipIf(process.platform !== 'linux').each(['one signal', 'two signals'])(
  'a backup that hangs does not delay the end of sessions and server (%s)',
  async (signals) => {
    const server = await TestServer.start({ args: ['--backup-dir', join(tempFolder(), 'b')] });
    const backup = await childOf(server);
    process.kill(backup, 'SIGSTOP');
    const program = await JsonPeer.login(server.port, 'bot');
    server.signal('SIGTERM');
    // A server that waited for the backup would say nothing, for ever.
    expect(await program.notice()).toMatchObject({ params: { code: 'SHUTTING_DOWN' } });
    if (signals === 'two signals') {
      // The same signal within 0.1 s is one that came twice.
      await program.closed();
      server.signal('SIGINT');
      expect(await server.exited()).toBe(1);
    } else {
      expect(await server.exited()).toBe(0);
    }
    await expect.poll(() => isAlive(backup), { timeout: 30_000 }).toBe(false);
  },
);

test('a second signal ends the server at once', async () => {
  const server = await TestServer.start();
  // It never sees the end of its connection, so that the server waits for it.
  const stuck = await JsonPeer.login(server.port, 'alice');
  stuck.socket.pause();
  server.signal('SIGINT');
  await server.logged('stopping');
  server.signal('SIGTERM');
  expect(await server.exited()).toBe(1);
});

test('a port that is in use is reported in one line', async () => {
  const first = await TestServer.start();
  const second = TestServer.start({ args: ['--port', String(first.port)] });
  await expect(second).rejects.toThrow(
    `corkboard: 127.0.0.1:${first.port} is in use already. Stop the program that has it, or choose another port with --port.\n`,
  );
});

test('a database of another server is reported in one line with its process', async () => {
  const first = await TestServer.start();
  await expect(TestServer.start({ data: first.data })).rejects.toThrow(
    new RegExp(
      `corkboard: .*corkboard\\.db is held by another corkboard server, process ${first.child.pid}\\.\n$`,
    ),
  );
});

test('a database that is held is free again after kill -9', async () => {
  const first = await TestServer.start();
  first.signal('SIGKILL');
  await first.exited();
  const second = await TestServer.start({ data: first.data });
  expect(second.port).toBeGreaterThan(0);
});

test('a folder that cannot be made is reported in one line', async () => {
  const file = join(tempFolder(), 'file');
  writeFileSync(file, '');
  await expect(TestServer.start({ data: join(file, 'data') })).rejects.toThrow(
    /did not start: corkboard: Cannot create .*\n$/,
  );
});

test('a file that is not a database is reported in one line', async () => {
  const data = tempFolder();
  writeFileSync(
    join(data, 'corkboard.db'),
    'no database at all, but text of some length'.repeat(100),
  );
  await expect(TestServer.start({ data })).rejects.toThrow(
    /did not start: corkboard: .* is damaged or is not a database .*\n$/,
  );
});
