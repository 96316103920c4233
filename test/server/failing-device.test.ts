import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { runCli } from '../helpers/cli.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { has } from '../helpers/programs.ts';
import { TestServer } from '../helpers/server.ts';
import { range } from './support.ts';

/**
 * Makes system calls of a server on one or both of its files fail, as those of a device do that
 * cannot write or sync, or of a file system that has become read-only; what is returned mends it.
 */
async function fail(
  { child, data }: TestServer,
  { calls, error, files = ['', '-wal'] }: { calls: string; error: string; files?: string[] },
): Promise<() => Promise<void>> {
  const paths = files.flatMap((suffix) => ['-P', databaseFile(data) + suffix]);
  const inject = ['-e', `trace=${calls}`, '-e', `inject=${calls}:error=${error}`];
  const args = ['-f', '-o', '/dev/null', '-p', String(child.pid), ...paths, ...inject];
  const device = spawn('strace', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  onTestFinished(() => void device.kill('SIGKILL'));
  const [said] = (await once(device.stderr, 'data')) as [Buffer];
  expect(said.toString()).toContain('attached');
  return async () => {
    device.kill('SIGINT');
    await once(device, 'exit');
  };
}

async function member(port: number): Promise<JsonPeer> {
  const alice = await JsonPeer.login(port, 'alice');
  return alice;
}

function post(peer: JsonPeer, subject: string) {
  return peer.request('message.post', { group: 'main', subject, content: 'x'.repeat(16_000) });
}

async function subjectsIn(peer: JsonPeer): Promise<string[]> {
  const { messages } = await peer.call('message.list', { group: 'main', limit: 1000 });
  return messages.map(({ subject }) => subject);
}

const failures = [
  { calls: 'pwrite64', error: 'EIO' },
  { calls: 'fsync,fdatasync', error: 'EIO' },
  { calls: 'pwrite64,ftruncate', error: 'EROFS' },
] as const;

// Strace stands in for the device.
test.skipIf(!has('strace'))(
  'while a device fails, posts are refused and nothing else; once it works again, all is as before',
  async () => {
    const server = await TestServer.start({ args: ['--rate', 'off'] });
    const alice = await member(server.port);
    await alice.call('group.join', { group: 'main' });
    const acknowledged: string[] = [];
    for (const failure of failures) {
      const subject = `${failure.calls} ${failure.error}`;
      const mend = await fail(server, failure);
      for (const time of ['first', 'second']) {
        const { error } = await post(alice, `${subject} ${time}`);
        expect(error?.data.code, subject).toBe('STORAGE_FAILED');
        expect(await subjectsIn(alice)).toEqual(acknowledged);
      }
      await mend();
      const { result } = await post(alice, subject);
      acknowledged.push(subject);
      expect(result).toMatchObject({ number: acknowledged.length });
    }

    // What the log holds cannot be brought into the database: nobody has to know.
    const mend = await fail(server, { ...failures[0], files: [''] });
    for (const subject of range(1, 300).map(String)) {
      acknowledged.push(subject);
      expect((await post(alice, subject)).result).toMatchObject({ number: acknowledged.length });
    }
    await mend();
    expect((await post(alice, 'last')).error).toBeUndefined();
    acknowledged.push('last');

    // The next to open it finds what was acknowledged, and nothing that was refused.
    server.signal('SIGKILL');
    await server.exited();
    const check = await runCli(['db', 'check', '--data', server.data]);
    expect(check.code).toBe(0);
    const { port } = await TestServer.start({ data: server.data });
    expect(await subjectsIn(await member(port))).toEqual(acknowledged);
  },
);

test.skipIf(!has('strace'))(
  'a post whose sync failed, and which a crash at once leaves in the log, is posted once',
  async () => {
    const server = await TestServer.start();
    const alice = await member(server.port);
    await alice.call('group.join', { group: 'main' });
    const doubtful = { group: 'main', subject: 'in doubt', content: 'x', key: 'in doubt' };
    await fail(server, failures[1]);
    const { error } = await alice.request('message.post', doubtful);
    expect(error?.data.code).toBe('STORAGE_FAILED');
    expect(await subjectsIn(alice)).toEqual([]);
    server.signal('SIGKILL');
    await server.exited();

    const { port } = await TestServer.start({ data: server.data });
    const again = await member(port);
    // The whole of it was written before the sync: the next server takes it for committed.
    expect(await subjectsIn(again)).toEqual(['in doubt']);
    for (const time of ['first', 'second']) {
      expect(await again.call('message.post', doubtful), time).toMatchObject({ number: 1 });
    }
    expect(await again.call('message.post', { ...doubtful, key: 'next' })).toMatchObject({
      number: 2,
    });
    expect(await subjectsIn(again)).toEqual(['in doubt', 'in doubt']);
  },
);
