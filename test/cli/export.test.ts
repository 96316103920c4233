import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { type FileChangeInfo, watch } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { formatTime } from '../../src/protocol/time.ts';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { TestBoard } from '../helpers/board.ts';
import { type CliResult, letGoLast, runCli, runHere, runJson, startCli } from '../helpers/cli.ts';
import { program } from '../helpers/server.ts';
import { groupNamed, login, post } from '../helpers/storage.ts';
import { tempFolder } from '../helpers/temp.ts';
import { boardFolder, fillMain, poster, queryRows, tamper } from './seed.ts';

function lines(file: string): Record<string, unknown>[] {
  const written = readFileSync(file, 'utf8').trimEnd().split('\n');
  return written.map((line) => JSON.parse(line) as Record<string, unknown>);
}

async function exported(data: string, ...options: string[]): Promise<string> {
  const file = join(tempFolder(), 'board.jsonl');
  await runJson(['export', file, '--data', data, ...options]);
  return file;
}

/** A board with all that is odd: gaps, a deleted sender, a banned user, reused and changed names. */
async function oddBoard(): Promise<string> {
  const data = await boardFolder(async (board) => {
    await poster(board, 'alice', 'main', ['one', 'two', 'three']);
    await poster(board, 'böb', 'news', ['␛[31m symbols', '𝒮 👩‍👩‍👧 \u200eﷺ e\u0301']);
    await poster(board, 'gone', 'news', ['from nobody']);
    const alice = await login(board, 'alice');
    await board.repository.join(alice, groupNamed('help'));
    await post(board, alice, 'once', { group: groupNamed('help'), key: 'key "1"' });
    await board.repository.post(alice, groupNamed('help'), { subject: 'empty', content: '' });
  });
  const hash = '$scrypt$ln=17,r=8,p=1$c2FsdHNhbHRzYWx0c2FsdA$a2V5';
  tamper(
    data,
    `DELETE FROM messages WHERE number = 2 AND group_id = 1;
     UPDATE groups SET message_count = 2, keep_messages = 7, keep_days = 30 WHERE id = 1;
     UPDATE messages SET sender_id = NULL WHERE sender_id = 3;
     DELETE FROM memberships WHERE user_id = 3; DELETE FROM users WHERE id = 3;
     UPDATE groups SET member_count = 1 WHERE id = 3;
     UPDATE users SET banned_at = 5, ban_reason = 'no \\ "reason"', password_hash = '${hash}' WHERE id = 2;
     DELETE FROM groups WHERE name = 'random';
     INSERT INTO groups (name, name_key, created_at) VALUES ('random', 'random', 9);
     UPDATE groups SET name = 'Aide', name_key = 'aide' WHERE name = 'help';
     INSERT INTO groups (name, name_key, created_at) VALUES ('brief', 'brief', 9);
     DELETE FROM groups WHERE name = 'brief'`,
  );
  return data;
}

test('an imported board equals the exported one, and its own export has the same bytes', async () => {
  const data = await oddBoard();
  const first = await exported(data);
  const copy = join(tempFolder(), 'new');
  const { stdout, code } = await runCli(['import', first, '--data', copy]);
  expect(code).toBe(0);
  expect(stdout).toBe(`Imported 5 groups, 2 users, 7 messages into ${databaseFile(copy)}.\n`);
  expect(readFileSync(await exported(copy), 'utf8')).toBe(readFileSync(first, 'utf8'));
  expect((await runHere(['db', 'check', '--data', copy])).stdout).toBe('ok\n');
  const all = 'id, name, name_key, description, created_at, last_number, member_count';
  const groups = `SELECT ${all}, message_count, keep_messages, keep_days FROM groups`;
  expect(queryRows(copy, groups)).toEqual(queryRows(data, groups));
  expect(queryRows(copy, 'SELECT * FROM users')).toEqual(queryRows(data, 'SELECT * FROM users'));
  expect(queryRows(copy, 'SELECT name FROM sqlite_schema')).toEqual(
    queryRows(data, 'SELECT name FROM sqlite_schema'),
  );
  expect(statSync(databaseFile(copy)).mode & 0o777).toBe(0o600);
  expect(readdirSync(copy).sort()).toEqual(['corkboard.db', 'corkboard.db.lock']);
  const made = (await runJson(['group', 'create', 'later', '--data', copy])) as { id: number };
  expect(made.id).toBe(8);
});

test('posts on an imported board are dated later than everything imported', async () => {
  const future = 3e15;
  const data = await boardFolder((board) => poster(board, 'alice', 'main', ['one']));
  tamper(data, `UPDATE messages SET posted_at = ${future}`);
  const copy = join(tempFolder(), 'new');
  await runJson(['import', await exported(data), '--data', copy]);
  const moved = await TestBoard.start({ data: copy });
  const alice = await moved.program('alice');
  const posted = await alice.call('message.post', {
    group: 'main',
    subject: 'two',
    content: '',
  });
  expect(posted.number).toBe(2);
  expect(posted.postedAt > formatTime(future)).toBe(true);
});

test('an export beside a server is a snapshot, and the WAL can be reset while its reader pauses', async () => {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  const say = (subject: string) =>
    alice.call('message.post', { group: 'main', subject, content: 'x'.repeat(30_000) });
  // More than pipes take.
  for (let number = 1; number <= 100; number++) await say(`${number}`);
  const { child, result } = startCli(['export', '--data', board.data]);
  child.stdout.pause();
  // Some of it has come: the snapshot is taken, and the rest waits to be read.
  await new Promise((resolve) => child.stdout.once('readable', resolve));
  await say('later');
  const database = board.database();
  const emptied = () => database.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  // The server may be indexing the message at this moment.
  await expect.poll(() => emptied()[0]?.busy, { timeout: 10_000 }).toBe(0);
  child.stdout.resume();
  const { code, stdout, stderr } = await result;
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [board100, ...others] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(board100).toMatchObject({ messages: 100, users: 1, memberships: 1 });
  expect(others.at(-1)).toMatchObject({ type: 'end', lines: 108 });
  expect(readdirSync(board.data).filter((name) => name.includes('export'))).toEqual([]);
});

test('an export of some groups has their members, and its import makes a board with main', async () => {
  const data = await boardFolder(async (board) => {
    await poster(board, 'alice', 'main', ['one']);
    await poster(board, 'bob', 'news', ['two']);
  });
  const news = await exported(data, '--group', 'news', '--group', '3');
  expect(lines(news).map(({ type, name, id }) => [type, name ?? id])).toEqual([
    ['board', undefined],
    ['user', 'bob'],
    ['group', 'news'],
    ['membership', undefined],
    ['message', undefined],
    ['end', undefined],
  ]);
  const copy = join(tempFolder(), 'new');
  await runJson(['import', news, '--data', copy]);
  expect(queryRows(copy, 'SELECT id, name FROM groups')).toEqual([
    { id: 1, name: 'main' },
    { id: 3, name: 'news' },
  ]);
  const again = await exported(copy, '--group', 'news');
  expect(readFileSync(again, 'utf8')).toBe(readFileSync(news, 'utf8'));
});

test('an export without passwords contains no hash', async () => {
  const data = await oddBoard();
  expect(readFileSync(await exported(data), 'utf8')).toContain('$scrypt$');
  const file = await exported(data, '--without-passwords');
  expect(readFileSync(file, 'utf8')).not.toContain('$scrypt$');
  expect(lines(file)[0]).toMatchObject({ passwords: false });
});

test('an export writes a complete, private file or no file, and overwrites only with --force', async () => {
  const data = await boardFolder((board) => poster(board, 'alice', 'main', ['one']));
  const file = join(tempFolder(), 'board.jsonl');
  writeFileSync(file, 'mine');
  expect(await runHere(['export', file, '--data', data])).toEqual({
    code: 1,
    stdout: '',
    stderr: `corkboard: ${file} is there already. Add --force to overwrite it.\n`,
  });
  expect(readFileSync(file, 'utf8')).toBe('mine');
  expect(await runJson(['export', file, '--force', '--data', data])).toEqual({
    file,
    users: 1,
    groups: 5,
    memberships: 1,
    messages: 1,
    deleted: 0,
    revisions: 0,
    lines: 10,
    bytes: statSync(file).size,
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(file, '..'))).toEqual(['board.jsonl']);
  const missing = await runHere(['export', join(file, '..', 'x'), '--data', join(data, 'no')]);
  expect(missing.code).toBe(1);
  expect(missing.stderr).toMatch(/^corkboard: There is no database at .*\n$/);
  expect(readdirSync(join(file, '..'))).toEqual(['board.jsonl']);
  expect(existsSync(join(data, 'no'))).toBe(false);
  const device = await runHere(['export', '/dev/null', '--force', '--data', data]);
  expect(device.stderr).toBe('corkboard: /dev/null is not a regular file. Name another file.\n');
});

test('an export ends with its reader, and Ctrl-C stops it at any point without leaving a file', async () => {
  const data = await boardFolder();
  fillMain(data, 100_000);
  const read = startCli(['export', '--data', data]);
  const ended = read.result.catch((error: Error) => error);
  read.child.stdout.once('data', () => read.child.stdout.destroy());
  const [code] = await once(read.child, 'exit');
  expect(code).toBe(0);
  await ended;
  const folder = tempFolder();
  const whileCopying = interrupted(folder, 'copying', ({ eventType }) => eventType === 'rename');
  const whileWriting = interrupted(folder, 'writing', ({ eventType }) => eventType === 'change');
  const nothing = {
    code: 130,
    stdout: '',
    stderr: 'corkboard: Interrupted; nothing was exported.\n',
  };
  expect([await whileCopying(data), await whileWriting(data)]).toEqual([nothing, nothing]);
  expect(readdirSync(folder)).toEqual([]);
  expect(await interruptedRedirect(data)).toBe(130);
});

test('SIGTERM ends an export whose reader reads nothing', async () => {
  const data = await boardFolder();
  fillMain(data, 20_000);
  const args = [program, 'export', '--data', data];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  // It is not read from: the pipe is full, or is soon.
  await once(child.stdout, 'readable');
  child.kill('SIGTERM');
  const [code] = await once(child, 'exit');
  expect(code).toBeGreaterThan(128);
});

/** An export into a file of `folder` that is stopped once the system tells of one of its changes. */
function interrupted(
  folder: string,
  name: string,
  when: (change: FileChangeInfo<string>) => boolean,
): (data: string) => Promise<CliResult> {
  const changes = watch(folder);
  return async (data) => {
    const args = ['export', join(folder, name), '--data', data];
    const { child, result } = startCli(args, { yields: true });
    for await (const change of changes) {
      if (change.filename?.startsWith(name) && when(change)) break;
    }
    child.kill('SIGINT');
    return result;
  };
}

/** The exit code of an export that a shell sends to a file, which never makes it wait. */
async function interruptedRedirect(data: string): Promise<number | null> {
  const file = join(tempFolder(), 'redirected');
  const output = openSync(file, 'w');
  const changes = watch(file);
  const args = [program, 'export', '--data', data];
  const child = spawn(process.execPath, args, { stdio: ['ignore', output, 'ignore'] });
  letGoLast(child);
  closeSync(output);
  for await (const _ of changes) break;
  child.kill('SIGINT');
  const [code] = await once(child, 'exit');
  return code;
}
