import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { healthChecks, problemsOf } from '../../src/storage/sqlite/file/health.ts';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { TestBoard } from '../helpers/board.ts';
import { CliTerminal, runHere, runJson, startCli } from '../helpers/cli.ts';
import { migrations } from '../helpers/migrations.ts';
import { connect, openBoard } from '../helpers/storage.ts';
import { tempFolder } from '../helpers/temp.ts';
import { boardFolder, fillMain, poster, tamper, value } from './seed.ts';

const numbers = 'SELECT group_concat(number) FROM messages WHERE group_id = 3';
const firstSchema = join(import.meta.dirname, '../fixtures/schema-0000.sql');

/** A board with two messages, its backup, and two further messages since. */
async function changedSinceBackup(): Promise<{ data: string; backup: string }> {
  const data = await boardFolder((board) => poster(board, 'alice', 'news', ['one', 'two']));
  const backup = join(tempFolder(), 'board.db');
  await runJson(['db', 'backup', backup, '--data', data]);
  const board = openBoard({ file: databaseFile(data) });
  await poster(board, 'bob', 'news', ['three', 'four']);
  await board.close();
  return { data, backup };
}

function restore(data: string, backup: string, ...options: string[]) {
  return runHere(['db', 'restore', backup, ...options, '--data', data]);
}

function problemsIn(data: string): string[] {
  const client = connect(databaseFile(data));
  const problems = healthChecks.flatMap((check) => problemsOf(check, client));
  client.close();
  return problems;
}

function namesIn(data: string): string[] {
  return readdirSync(data).sort();
}

test('db restore replaces the database, ends the sessions of the backup, and keeps the old file', async () => {
  const { data, backup } = await changedSinceBackup();
  const file = databaseFile(data);
  // Left by a crash: without it, the newest messages are gone.
  tamper(data, "UPDATE groups SET description = 'in the log' WHERE id = 3");
  expect(await restore(data, backup)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Replace ${file} with ${backup}, which has 2 messages? `),
  });
  expect(value(data, numbers)).toBe('1,2,3,4');

  const document = (await runJson(['db', 'restore', backup, '--yes', '--data', data])) as {
    kept: string;
  };
  expect(document).toEqual({
    file,
    backup,
    kept: expect.stringMatching(/corkboard\.db\.before-restore-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d$/),
    schema: { applied: migrations, known: migrations, state: 'current' },
    rows: { users: 1, groups: 5, memberships: 1, messages: 2 },
  });
  expect(namesIn(data)).toEqual(
    ['corkboard.db', document.kept.slice(data.length + 1), 'corkboard.db.lock'].sort(),
  );
  for (const name of namesIn(data)) expect(statSync(join(data, name)).mode & 0o777).toBe(0o600);
  expect(value(data, numbers)).toBe('1,2');
  for (const table of ['tokens', 'ended_tokens', 'token_key']) {
    expect(value(data, `SELECT count(*) FROM ${table}`)).toBe(0);
  }
  expect(problemsIn(data)).toEqual([]);
  const kept = connect(document.kept, { journal: 'unchanged' });
  expect(kept.prepare(numbers).pluck().get()).toBe('1,2,3,4');

  // What was kept is a backup itself.
  const back = await restore(data, document.kept, '--yes');
  expect(back).toMatchObject({ code: 0, stdout: expect.stringContaining('with 4 messages.') });
  expect(value(data, 'SELECT description FROM groups WHERE id = 3')).toBe('in the log');
});

test('db restore changes nothing after a no on the terminal', async () => {
  const { data, backup } = await changedSinceBackup();
  const terminal = new CliTerminal(['db', 'restore', backup, '--data', data]);
  await terminal.expect('[y/N] ');
  terminal.type('n\r');
  await terminal.expect('corkboard: Nothing was changed.');
  expect(await terminal.exited()).toBe(1);
  expect(value(data, numbers)).toBe('1,2,3,4');
});

test('db restore refuses while a server or another program uses the database', async () => {
  const { backup, data } = await changedSinceBackup();
  const reader = connect(databaseFile(data));
  reader.exec('BEGIN; SELECT 1 FROM groups');
  expect(await restore(data, backup, '--yes')).toMatchObject({
    code: 1,
    stderr: `corkboard: ${databaseFile(data)} is in use by another process.\n`,
  });
  reader.close();
  const board = await TestBoard.start({ data });
  expect(await restore(data, backup, '--yes')).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringContaining(`is held by another corkboard server, process ${process.pid}.`),
  });
  expect((await board.program('alice')).received).toMatchObject([{ result: { user: 'alice' } }]);
  expect(namesIn(data).filter((name) => /partial|restore/.test(name))).toEqual([]);
});

test('db restore makes a missing folder, and upgrades a backup of an older version', async () => {
  const backup = join(tempFolder(), 'old.db');
  const old = connect(backup, { create: true, journal: 'delete' });
  old.exec(readFileSync(firstSchema, 'utf8'));
  old.close();
  const bytes = readFileSync(backup);
  const data = join(tempFolder(), 'new', 'data');
  const { code, stdout } = await restore(data, backup);
  expect({ code, stdout }).toEqual({
    code: 0,
    stdout: `Restored ${databaseFile(data)} from ${backup}, with 5 messages.\n`,
  });
  expect(namesIn(data)).toEqual(['corkboard.db', 'corkboard.db.lock']);
  expect(readFileSync(backup).equals(bytes)).toBe(true);
  expect(await runJson(['db', 'status', '--data', data])).toMatchObject({
    schema: { state: 'current' },
    rows: { messages: 5 },
  });
});

test('db restore refuses a file that is not a backup in one line, and changes nothing', async () => {
  const folder = tempFolder();
  const target = join(folder, 'data');
  const refused = async (backup: string) => {
    const { code, stdout, stderr } = await restore(target, backup, '--yes');
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^corkboard: [^\n]*\n$/);
    return stderr;
  };
  expect(await refused(join(folder, 'missing'))).toContain('There is no backup at ');
  const text = join(folder, 'text');
  writeFileSync(text, 'this is no database, whatever it is called');
  expect(await refused(text)).toContain('is damaged or is not a database');
  expect(existsSync(target)).toBe(false);

  const newer = await boardFolder();
  tamper(newer, 'UPDATE __drizzle_migrations SET created_at = created_at + 1');
  expect(await refused(databaseFile(newer))).toContain('was made by a newer corkboard');
  expect(existsSync(databaseFile(target))).toBe(false);
});

test('db restore keeps an unreadable database together with its log', async () => {
  const { data, backup } = await changedSinceBackup();
  const damaged = 'beyond recognition. '.repeat(1000);
  writeFileSync(databaseFile(data), damaged);
  writeFileSync(`${databaseFile(data)}-wal`, 'its log');
  expect((await restore(data, backup, '--yes')).code).toBe(0);
  const [kept = '', log = ''] = namesIn(data).filter((name) => name.includes('restore'));
  expect(log).toBe(`${kept}-wal`);
  expect(readFileSync(join(data, kept), 'utf8')).toBe(damaged);
  expect(readFileSync(join(data, log), 'utf8')).toBe('its log');
  expect(problemsIn(data)).toEqual([]);
  expect(value(data, numbers)).toBe('1,2');
});

test('db restore removes the leftover log of a deleted database', async () => {
  const { data, backup } = await changedSinceBackup();
  const file = databaseFile(data);
  const client = connect(file);
  client.exec("UPDATE groups SET description = 'of the deleted one'");
  copyFileSync(`${file}-wal`, join(data, 'log'));
  client.close();
  rmSync(file);
  copyFileSync(join(data, 'log'), `${file}-wal`);
  expect((await restore(data, backup)).code).toBe(0);
  expect(value(data, 'SELECT description FROM groups WHERE id = 3')).toBe('What is new');
});

test('a killed restore leaves the old board or the new one, and can be repeated', async () => {
  const { data, backup } = await changedSinceBackup();
  fillMain(data, 1000);
  for (const sight of ['.partial', '.partial-journal', '.before-restore']) {
    const watcher = watch(data);
    const args = ['db', 'restore', backup, '--yes', '--data', data];
    const run = startCli(args, { yields: true });
    for (;;) {
      const [, name] = (await once(watcher, 'change')) as [string, string];
      if (name.includes(sight)) break;
    }
    run.child.kill('SIGKILL');
    watcher.close();
    await run.result;
    expect(problemsIn(data)).toEqual([]);
    expect(value(data, numbers)).toMatch(/^1,2(,3,4)?$/);
  }
  expect((await restore(data, backup, '--yes')).code).toBe(0);
  expect(value(data, numbers)).toBe('1,2');
  expect(namesIn(data).filter((name) => name.includes('partial'))).toEqual([]);
});
