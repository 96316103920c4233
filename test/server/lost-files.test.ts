import { copyFileSync, mkdirSync, readdirSync, readlinkSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { askHealth } from '../doors/scrape.ts';
import { runCli, runJson } from '../helpers/cli.ts';
import { JsonPeer } from '../helpers/json-peer.ts';
import { TestServer } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';

/** A server as a process of its own, and alice, a member of main who has posted three times. */
async function boardInUse() {
  const data = join(tempFolder(), 'data');
  const server = await TestServer.start({ data, args: ['--metrics', '127.0.0.1:0'] });
  const alice = await JsonPeer.member(server.port, 'alice');
  for (const subject of ['one', 'two', 'three']) await post(alice, subject);
  return { server, data, alice, file: databaseFile(data) };
}

async function post(peer: JsonPeer, subject: string): Promise<string> {
  const { error } = await peer.request('message.post', { group: 'main', subject, content: 'x' });
  return error ? error.data.code : 'acknowledged';
}

async function subjects(peer: JsonPeer): Promise<string[]> {
  const { messages } = await peer.call('message.list', { group: 'main' });
  return messages.map(({ subject }) => subject);
}

/** What a server that is started on `data` has of main. */
async function subjectsIn(data: string): Promise<string[]> {
  const server = await TestServer.start({ data });
  const alice = await JsonPeer.login(server.port, 'alice');
  const found = await subjects(alice);
  await server.stop();
  return found;
}

/** The ways in which the files go; each gives how they come back. */
const losses: [name: string, lost: string, lose: (data: string, file: string) => () => void][] = [
  [
    'the folder is moved away',
    '',
    (data) => {
      renameSync(data, `${data}-away`);
      return () => renameSync(`${data}-away`, data);
    },
  ],
  [
    'another folder is in its place',
    '',
    (data, file) => {
      renameSync(data, `${data}-away`);
      mkdirSync(data);
      copyFileSync(join(`${data}-away`, 'corkboard.db'), file);
      return () => {
        rmSync(data, { recursive: true });
        renameSync(`${data}-away`, data);
      };
    },
  ],
  [
    'another file is in the place of the database',
    '',
    (_, file) => {
      copyFileSync(file, `${file}.copy`);
      renameSync(file, `${file}.away`);
      renameSync(`${file}.copy`, file);
      return () => renameSync(`${file}.away`, file);
    },
  ],
  ...['-wal', '-shm'].map((ending): (typeof losses)[number] => [
    `${ending} is moved away`,
    ending,
    (_, file) => {
      renameSync(file + ending, `${file}.away`);
      return () => renameSync(`${file}.away`, file + ending);
    },
  ]),
];

test.each(losses)(
  'when %s, no post is acknowledged and reading works, and after its return everything works',
  async (_, ending, lose) => {
    const { server, data, alice, file } = await boardInUse();
    const back = lose(data, file);
    expect(await post(alice, 'lost')).toBe('STORAGE_FAILED');
    expect(await subjects(alice)).toEqual(['one', 'two', 'three']);
    const health = await askHealth(server.metricsUrl);
    expect(health.status).toBe(503);
    expect(health.text).toContain(`(${file}${ending} is `);
    for (let more = 0; more < 20; more++) await post(alice, 'lost');
    back();
    expect(await post(alice, 'four')).toBe('acknowledged');
    server.signal('SIGKILL');
    await server.exited();
    const lines = server.lines('Nothing can be written');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({
      level: 50,
      file,
      msg: expect.stringContaining(`${file}${ending} is `),
    });
    expect(server.log).not.toContain('"stack"');
    expect(await subjectsIn(data)).toEqual(['one', 'two', 'three', 'four']);
    expect((await runCli(['db', 'check', '--data', data])).stdout).toBe('ok\n');
  },
);

test('a board whose lock file was removed logs it and keeps running', async () => {
  const { server, alice, file } = await boardInUse();
  rmSync(`${file}.lock`);
  await server.logged('a second server could start');
  expect(await post(alice, 'four')).toBe('acknowledged');
  await server.stop();
  expect(server.lines('a second server')).toHaveLength(1);
});

test('a server without writes logs that its files were deleted', async () => {
  const { server, data, alice } = await boardInUse();
  alice.socket.destroy();
  rmSync(data, { recursive: true });
  await server.logged('Nothing can be written');
  expect((await askHealth(server.metricsUrl)).status).toBe(503);
});

test.each(['-wal', '-shm'])(
  'a board whose %s was removed has lost nothing after a restart',
  async (ending) => {
    const { server, data, alice, file } = await boardInUse();
    rmSync(file + ending);
    expect(await post(alice, 'lost')).toBe('STORAGE_FAILED');
    await server.logged('Restart the server');
    expect(await server.stop()).toBe(0);
    expect(await subjectsIn(data)).toEqual(['one', 'two', 'three']);
  },
);

test('commits in a removed log are in the database once the server says so, before any restart', async () => {
  const { server, data, file } = await boardInUse();
  rmSync(`${file}-wal`);
  await server.logged('everything that was acknowledged is in the database');
  server.signal('SIGKILL');
  await server.exited();
  rmSync(`${file}-wal`, { force: true });
  expect(await subjectsIn(data)).toEqual(['one', 'two', 'three']);
});

test('a server that has lost its folder removes nothing of the board that is there when it ends', async () => {
  const { server, data } = await boardInUse();
  renameSync(data, `${data}-away`);
  const other = await TestServer.start({ data });
  const bob = await JsonPeer.member(other.port, 'alice');
  expect(await post(bob, 'of the other')).toBe('acknowledged');
  expect(await server.stop()).toBe(0);
  expect(await post(bob, 'still')).toBe('acknowledged');
  other.signal('SIGKILL');
  await other.exited();
  expect(await subjectsIn(data)).toEqual(['of the other', 'still']);
});

test.skipIf(process.platform !== 'linux')(
  'the files that the server still has open can be copied as docs/operations.md says',
  async () => {
    const { server, data } = await boardInUse();
    rmSync(data, { recursive: true });
    await server.logged('Nothing can be written');
    const rescued = tempFolder();
    const open = `/proc/${server.child.pid}/fd`;
    for (const name of readdirSync(open)) {
      const [, ending] =
        /corkboard\.db(|-wal) \(deleted\)$/.exec(readlinkSync(join(open, name))) ?? [];
      if (ending !== undefined) copyFileSync(join(open, name), databaseFile(rescued) + ending);
    }
    expect(await runJson(['db', 'check', '--data', rescued])).toMatchObject({ ok: true });
    expect(await subjectsIn(rescued)).toEqual(['one', 'two', 'three']);
  },
);
