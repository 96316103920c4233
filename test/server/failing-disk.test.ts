import { execFileSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { askHealth } from '../doors/scrape.ts';
import { TestBoard } from '../helpers/board.ts';
import { runCli } from '../helpers/cli.ts';
import { canMount, fillDisk, smallDisk } from '../helpers/disk.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { tempFolder } from '../helpers/temp.ts';
import { TextPeer } from '../helpers/text-peer.ts';
import { range } from './support.ts';

const content = 'x'.repeat(20_000);

/** Posts until one is refused; gives the numbers that were acknowledged, and the refusal. */
async function postUntilRefused(peer: JsonPeer) {
  const acknowledged: number[] = [];
  for (;;) {
    const { result, error } = await peer.request('message.post', {
      group: 'main',
      subject: 's',
      content,
    });
    if (error) return { acknowledged, refusal: error.data.code };
    acknowledged.push((result as { number: number }).number);
  }
}

async function numbersIn(peer: JsonPeer): Promise<number[]> {
  const { messages } = await peer.call('message.list', { group: 'main', limit: 1000 });
  return messages.map(({ number }) => number);
}

test.skipIf(!canMount)(
  'on a full disk posts are refused, reads work and /healthz reports it, until there is space',
  async () => {
    const data = smallDisk(4096);
    const fillers = [join(data, 'filler'), join(data, 'another')] as const;
    for (const filler of fillers) writeFileSync(filler, Buffer.alloc(1024 * 1024));
    const board = await TestBoard.start({ data, metrics: { host: '127.0.0.1', port: 0 } });
    const alice = await board.memberProgram('alice');
    const { acknowledged, refusal } = await postUntilRefused(alice);

    expect(refusal).toBe('STORAGE_FAILED');
    expect(acknowledged.length).toBeGreaterThan(10);
    expect(await numbersIn(alice)).toEqual(acknowledged);
    // There may still be room for a write as small as that of the question.
    let health = await askHealth(board.metricsUrl);
    while (health.status === 200) health = await askHealth(board.metricsUrl);
    expect(health).toEqual({
      status: 503,
      text: expect.stringMatching(
        /^The board cannot use its disk just now;.* \(.*(full|no space).*\)\n$/,
      ),
    });
    rmSync(fillers[0]);
    expect(await askHealth(board.metricsUrl)).toEqual({ status: 200, text: 'ok\n' });
    const post = { group: 'main', subject: 'again', content };
    const { number } = await alice.call('message.post', post);
    expect(number).toBe(acknowledged.length + 1);

    // It closes on a full disk too, and leaves everything in the log.
    const { acknowledged: more } = await postUntilRefused(alice);
    await board.restart(() => rmSync(fillers[1]));
    const again = await board.program('alice');
    expect(await numbersIn(again)).toEqual([...acknowledged, number, ...more]);
  },
);

test.skipIf(!canMount)(
  'on a full disk users can log in to read, with a warning, and new names are refused',
  async () => {
    const data = smallDisk(4096);
    const filler = join(data, 'filler');
    const board = await TestBoard.start({ data });
    const alice = await board.memberProgram('alice');
    await alice.call('message.post', { group: 'main', subject: 'before', content: 'to read' });
    const bob = await board.memberProgram('bob');
    const { token } = await (await board.connectProgram()).call('session.login', { user: 'carol' });
    await runCli(['user', 'create', 'dave', '--no-password', '--data', data]);
    await runCli(['user', 'ban', 'dave', '--data', data]);
    bob.socket.end();
    await bob.closed();
    fillDisk(filler);

    const login = async (params: object) => {
      const peer = await board.connectProgram();
      return { peer, ...(await peer.request('session.login', params)) };
    };
    // The first to write finds out.
    expect((await login({ user: 'first' })).error?.data.code).toBe('STORAGE_FAILED');
    const again = await login({ user: 'bob' });
    expect(again.result).toMatchObject({ user: 'bob', readOnly: true });
    expect(await numbersIn(again.peer)).toEqual([1]);
    const post = { group: 'main', subject: 's', content: 'x' };
    expect(await again.peer.errorOf('message.post', post)).toMatchObject({
      word: 'STORAGE_FAILED',
    });
    expect((await login({ user: 'new' })).error?.data.code).toBe('STORAGE_FAILED');
    expect((await login({ user: 'dave' })).error?.data.code).toBe('BANNED');
    const resumed = await (await board.connectProgram()).request('session.resume', { token });
    expect(resumed.result).toMatchObject({ user: 'carol', readOnly: true });
    const back = await board.connectProgram();
    const given = again.result as { token: string };
    const own = await back.request('session.resume', { token: given.token });
    expect(own.result).toMatchObject({ user: 'bob', readOnly: true });

    const person = await TextPeer.connect(board.port);
    person.send('alice2');
    await person.expect('The board cannot use its disk just now');
    back.socket.end();
    await back.closed();
    person.send('bob');
    await person.expect('The board cannot write to its disk just now: you can read');
    person.send('%list');
    await person.expect('before');
    person.send('%message 1');
    await person.expect('to read');
    person.send('%post "x" y');
    await person.expect('The board cannot use its disk just now');

    rmSync(filler);
    expect((await login({ user: 'new' })).result).not.toHaveProperty('readOnly');
  },
);

test.skipIf(!canMount)(
  'a server that cannot write to the disk at its start says so in one line',
  async () => {
    const data = smallDisk(4096);
    const board = await TestBoard.start({ data });
    await board.stop();
    execFileSync('mount', ['-o', 'remount,ro', data]);
    const { code, stderr } = await runCli(['serve', '--port', '0', '--data', data]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^corkboard: The database cannot be used: .*readonly.*\n$/);
  },
);

/** A stopped board with messages in main, whose file another test may damage. */
async function filledBoard(messages: number): Promise<TestBoard> {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  for (const subject of range(1, messages).map(String)) {
    await alice.call('message.post', { group: 'main', subject, content });
  }
  return board;
}

function damage(file: string, from: number, bytes: number): void {
  const open = openSync(file, 'r+');
  writeSync(open, Buffer.alloc(bytes, 0xa5), 0, bytes, from);
  closeSync(open);
}

test('a damaged page fails the requests that need it, and no others; repaired, everything is there', async () => {
  const board = await filledBoard(60);
  const file = databaseFile(board.data);
  const sound = `${file}.sound`;
  await board.restart(() => {
    copyFileSync(file, sound);
    // Contents in the middle: nothing that a start or a login reads.
    const { size } = statSync(file);
    damage(file, Math.floor(size * 0.4), Math.floor(size * 0.3));
  });
  const alice = await board.program('alice');
  const outcomes = new Set<string>();
  for (const number of range(1, 60)) {
    const { error } = await alice.request('message.get', { group: 'main', number });
    outcomes.add(error?.data.code ?? 'read');
  }
  expect([...outcomes].sort()).toEqual(['STORAGE_FAILED', 'read']);
  expect(await alice.call('ping', {})).toEqual({});

  await board.stop();
  const check = await runCli(['db', 'check', '--data', board.data]);
  expect(check.code).toBe(1);
  await board.restart(() => copyFileSync(sound, file));
  expect(await numbersIn(await board.program('alice'))).toEqual(range(1, 60));
});

test('if the newest message cannot be read, the server does not start, and releases the board', async () => {
  const board = await filledBoard(20);
  const file = databaseFile(board.data);
  const sound = `${file}.sound`;
  const start = board.restart(() => {
    copyFileSync(file, sound);
    const { size } = statSync(file);
    damage(file, Math.floor(size / 2), Math.floor(size / 2));
  });
  await expect(start).rejects.toThrow('malformed');
  await board.restart(() => copyFileSync(sound, file));
  expect(await numbersIn(await board.program('alice'))).toEqual(range(1, 20));
});

test('a damaged database header is reported in one line', async () => {
  const board = await filledBoard(1);
  await board.stop();
  damage(databaseFile(board.data), 0, 16);
  const { code, stderr } = await runCli(['serve', '--port', '0', '--data', board.data]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^corkboard: .*is damaged or is not a database.*Restore a backup.*\n$/);
});

test('a damaged log keeps all commits before the damage, and none after it', async () => {
  const board = await filledBoard(20);
  const from = databaseFile(board.data);
  const data = tempFolder();
  const file = databaseFile(data);
  // As a crash leaves them: the log not yet brought into the database.
  copyFileSync(from, file);
  copyFileSync(`${from}-wal`, `${file}-wal`);
  const size = readFileSync(`${file}-wal`).length;
  damage(`${file}-wal`, Math.floor(size * 0.6), 100);

  const after = await TestBoard.start({ data });
  const alice = await after.program('alice');
  const numbers = await numbersIn(alice);
  expect(numbers).toEqual(range(1, numbers.length));
  expect(numbers.length).toBeGreaterThan(5);
  expect(numbers.length).toBeLessThan(20);
  expect((await runCli(['db', 'check', '--data', data])).code).toBe(0);
});
