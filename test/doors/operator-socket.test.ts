import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { connectedSessions } from '../../src/cli/reaching/connected.ts';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { TestBoard } from '../helpers/board.ts';
import { runCli } from '../helpers/cli.ts';
import { TestServer } from '../helpers/server.ts';
import { tempFolder } from '../helpers/temp.ts';

function socketOf(data: string): string {
  return `${databaseFile(data)}.sock`;
}

test('stats shows for each session its user, if logged in, its start, its encoding and its address', async () => {
  const board = await TestBoard.start();
  const began = Date.now();
  const alice = await board.person('alice');
  await board.protect('bob', 'correct horse');
  await board.protectedProgram('bob', 'correct horse');
  await board.protectedProgram('bob', 'correct horse');
  await (await board.connect()).expect('What is your username? ');

  const sessions = (await connectedSessions(databaseFile(board.data))) ?? [];
  const address = '127.0.0.1';
  const since = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(sessions).toEqual([
    { session: 1, user: 'alice', since, encoding: 'text', address },
    { session: 3, user: 'bob', since, encoding: 'json', address },
    { session: 4, user: 'bob', since, encoding: 'json', address },
    { session: 5, user: null, since, encoding: 'text', address },
  ]);
  const times = sessions.map((session) => Date.parse(session.since));
  expect(times).toEqual([...times].sort());
  // Two clocks, one of them rounded.
  expect(times[0]).toBeGreaterThanOrEqual(began - 1);
  expect(times[3]).toBeLessThanOrEqual(Date.now() + 1);

  const { stdout } = await runCli(['stats', '--data', board.data]);
  const table = stdout.split('\n\n')[1]?.replace(/\S+T\S+Z/g, 'TIME');
  expect(table).toBe(
    [
      '2 users connected, 4 sessions',
      'SESSION  USER             SINCE                 ENCODING  ADDRESS',
      '      1  alice            TIME  text      127.0.0.1',
      '      3  bob              TIME  json      127.0.0.1',
      '      4  bob              TIME  json      127.0.0.1',
      '      5  (not logged in)  TIME  text      127.0.0.1',
    ].join('\n'),
  );

  alice.send('%exit');
  await alice.toEnd();
  const left = await connectedSessions(databaseFile(board.data));
  expect(left?.map(({ session }) => session)).toEqual([3, 4, 5]);
});

test('only the operator can ask for the list of sessions, and gets one answer to any input', async () => {
  const data = join(tempFolder(), 'open to all');
  mkdirSync(data, { mode: 0o755 });
  const board = await TestBoard.start({ data });
  const { mode } = statSync(socketOf(data));
  expect((mode & 0o777).toString(8)).toBe('600');
  const peer = connect(socketOf(data));
  peer.end('{"sessions": "all"}\n');
  expect(await text(peer)).toBe('{"sessions":[]}');

  await board.stop();
  expect(existsSync(socketOf(data))).toBe(false);
  expect(await connectedSessions(databaseFile(data))).toBeNull();
});

test('the operator socket of a killed server is replaced', async () => {
  const server = await TestServer.start();
  const { data } = server;
  server.signal('SIGKILL');
  await server.exited();
  expect(existsSync(socketOf(data))).toBe(true);
  expect(await connectedSessions(databaseFile(data))).toBeNull();
  await TestBoard.start({ data });
  expect(await connectedSessions(databaseFile(data))).toEqual([]);
});

test('a server that cannot have its operator socket runs without it, and its log and stats say so', async () => {
  const long = join(tempFolder(), 'a'.repeat(100));
  const server = await TestServer.start({ data: long });
  await server.logged('the path of the folder is too long for a socket');
  const { stdout } = await runCli(['stats', '--data', long]);
  expect(stdout).toContain(
    '\n\nThe server does not show you its connections. Run this as root or as the user that runs the server; if that does not help, see the log of the server.\n\n',
  );

  const taken = tempFolder();
  writeFileSync(socketOf(taken), 'somebody else wrote this');
  const board = await TestBoard.start({ data: taken });
  await board.person('alice');
  expect(await connectedSessions(databaseFile(taken))).toBeNull();
  expect(readFileSync(socketOf(taken), 'utf8')).toBe('somebody else wrote this');
});
