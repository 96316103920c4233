import { once } from 'node:events';
import {
  existsSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { copyBoard } from '../../src/storage/sqlite/copies/copy.ts';
import { healthChecks, problemsOf } from '../../src/storage/sqlite/file/health.ts';
import { ServerLock } from '../../src/storage/sqlite/file/lock.ts';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { TestBoard } from '../helpers/board.ts';
import { runCli, runHere, runJson, startCli } from '../helpers/cli.ts';
import { connect } from '../helpers/storage.ts';
import { tempFolder } from '../helpers/temp.ts';
import { boardFolder, damageMessages, fillMain, poster } from './seed.ts';

function populated(): Promise<string> {
  return boardFolder((board) => poster(board, 'alice', 'news', ['one', 'two']));
}

/** What `db check` finds wrong with a copy. */
function problemsIn(copy: string): string[] {
  const client = connect(copy, { journal: 'unchanged' });
  return healthChecks.flatMap((check) => problemsOf(check, client));
}

function backup(data: string, target: string, ...options: string[]) {
  return runHere(['db', 'backup', target, ...options, '--data', data]);
}

test('db backup makes one file that only its owner can read, and says what is in it', async () => {
  const data = await populated();
  const folder = tempFolder();
  const target = join(folder, 'board.db');
  const { code, stdout, stderr } = await backup(data, target);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^Backed up \S+ to \S+board\.db: 2 messages, \d+\.\d KiB\.\n$/);
  expect(readdirSync(folder)).toEqual(['board.db']);
  expect((statSync(target).mode & 0o777).toString(8)).toBe('600');
  expect(problemsIn(target)).toEqual([]);

  // SQLite would take it for the log of the new file.
  writeFileSync(`${target}-wal`, 'what an older database left');
  expect(await runJson(['db', 'backup', target, '--yes', '--data', data])).toEqual({
    file: databaseFile(data),
    backup: target,
    size: statSync(target).size,
    rows: { users: 1, groups: 5, memberships: 1, messages: 2 },
  });
  expect(readdirSync(folder)).toEqual(['board.db']);
  expect(connect(target, { journal: 'unchanged' }).pragma('journal_mode', { simple: true })).toBe(
    'delete',
  );
});

test('db backup refuses a target that it must not or cannot overwrite, in one line', async () => {
  const data = await populated();
  const folder = tempFolder();
  const target = join(folder, 'board.db');
  const refused = async (to: string, ...options: string[]) => {
    const { code, stdout, stderr } = await backup(data, to, ...options);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^corkboard: [^\n]*\n$/);
    return stderr;
  };
  writeFileSync(target, 'precious');
  expect(await refused(target)).toContain(`Overwrite ${target}? There is no terminal to ask on`);
  expect(await refused(folder)).toContain('is a folder. Name a file in it.');
  const device = join(folder, 'device');
  symlinkSync('/dev/null', device);
  expect(await refused(device, '--yes')).toContain('device is not a regular file.');
  rmSync(device);
  expect(await refused(databaseFile(data), '--yes')).toContain('is the database itself');
  const held = ServerLock.take(target);
  expect(await refused(target, '--yes')).toContain('is the database of a server that runs');
  held.release();
  // Other programs have locks of that name, too.
  writeFileSync(`${target}.lock`, '4711\n');
  expect(await refused(target)).toContain(`Overwrite ${target}?`);
  rmSync(`${target}.lock`);
  expect(await refused(join(folder, 'missing', 'board.db'))).toContain('no such file or directory');
  const other = ServerLock.take(`${target}.partial`);
  expect(await refused(target, '--yes')).toContain(
    `board.db is being written by another corkboard, process ${process.pid}.`,
  );
  other.remove();
  expect(readdirSync(folder)).toEqual(['board.db']);
  expect(statSync(target).size).toBe('precious'.length);
});

test.each([
  ['db backup', (target: string) => ['db', 'backup', target]],
  ['export', (target: string) => ['export', target]],
] as const)('the files that a killed %s leaves do not stop the next run', async (_, command) => {
  const data = await boardFolder();
  fillMain(data, 100_000);
  const folder = tempFolder();
  const target = join(folder, 'nightly');
  const run = startCli([...command(target), '--data', data], { yields: true });
  const watcher = watch(folder);
  for (let name: unknown; name !== 'nightly.partial'; ) [, name] = await once(watcher, 'change');
  watcher.close();
  run.child.kill('SIGKILL');
  await run.result;
  expect(readdirSync(folder)).toContain('nightly.partial');
  const { code, stderr } = await runCli([...command(target), '--data', data]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(readdirSync(folder)).toEqual(['nightly']);
});

test('db backup of a damaged database fails and leaves no file', async () => {
  const data = await boardFolder();
  fillMain(data, 5000);
  damageMessages(data);
  const folder = tempFolder();
  const { code, stderr } = await backup(data, join(folder, 'board.db'));
  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^corkboard: \S+ cannot be copied to \S+: database disk image is malformed\.\n$/,
  );
  expect(readdirSync(folder)).toEqual([]);
});

test('a backup that is stopped halfway leaves no file', async () => {
  const data = await boardFolder();
  fillMain(data, 100_000);
  const folder = tempFolder();
  const target = join(folder, 'board.db');
  const stop = new AbortController();
  const copy = copyBoard(databaseFile(data), target, {
    signal: stop.signal,
    progress: () => stop.abort(new Error('stopped')),
  });
  await expect(copy).rejects.toThrow('stopped');
  expect(readdirSync(folder)).toEqual([]);

  const run = startCli(['db', 'backup', target, '--data', data], { yields: true });
  const watcher = watch(folder);
  await once(watcher, 'change');
  watcher.close();
  run.child.kill('SIGINT');
  expect(await run.result).toEqual({
    code: 130,
    stdout: '',
    stderr: 'corkboard: Interrupted; everything is as it was.\n',
  });
  expect(readdirSync(folder)).toEqual([]);
});

test('a backup while members post is a snapshot with every message acknowledged before it', async () => {
  const board = await TestBoard.start();
  fillMain(board.data, 50_000);
  const members = await Promise.all(
    ['alice', 'bob', 'carol', 'dave'].map((name) => board.memberProgram(name)),
  );
  let acknowledged = 50_000;
  let running = true;
  const posting = members.map(async (member) => {
    while (running) {
      await member.call('message.post', { group: 'main', subject: 's', content: 'c' });
      acknowledged++;
    }
  });
  await members[0]?.call('ping', {});
  const before = acknowledged;
  const folder = tempFolder();
  const target = join(folder, 'board.db');
  const watcher = watch(folder);
  const begun = once(watcher, 'change');
  // In a process of its own, so that the members can post meanwhile.
  const backup = ['db', 'backup', target, '--json', '--data', board.data];
  const { result } = startCli(backup, { yields: true });
  await begun;
  watcher.close();
  const atBegin = acknowledged;
  const { stdout, ...ended } = await result;
  const after = acknowledged;
  running = false;
  await Promise.all(posting);
  expect(ended).toEqual({ code: 0, stderr: '' });
  const { rows } = JSON.parse(stdout) as { rows: { messages: number } };

  expect(problemsIn(target)).toEqual([]);
  const [held] = connect(target, { journal: 'unchanged' })
    .prepare<[], { count: number; first: number; last: number }>(
      'SELECT count(*) AS count, min(number) AS first, max(number) AS last FROM messages',
    )
    .all();
  expect(held).toEqual({ count: rows.messages, first: 1, last: rows.messages });
  expect(rows.messages).toBeGreaterThanOrEqual(before);
  // Of each member one post may be stored and not acknowledged yet.
  expect(rows.messages).toBeLessThanOrEqual(after + members.length);
  // Posts came in during the copy: more than those that had been sent when it began.
  expect(after).toBeGreaterThan(atBegin + members.length);
  expect(existsSync(`${target}.partial`)).toBe(false);
});
