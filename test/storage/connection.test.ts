import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  type Client,
  type ConnectionOptions,
  openConnection,
} from '../../src/storage/sqlite/file/connection.ts';
import { openHeld } from '../../src/storage/sqlite/file/open.ts';
import { databaseError, newFile, openBoard } from '../helpers/storage.ts';
import { tempFolder } from '../helpers/temp.ts';
import { startScript } from './script.ts';

const openClient = (file: string, options: ConnectionOptions = {}) => {
  const client = openConnection(file, options);
  onTestFinished(() => {
    client.close();
  });
  return client;
};

function pragmas(client: Client): Record<string, unknown> {
  const names = ['journal_mode', 'synchronous', 'foreign_keys', 'busy_timeout'];
  return Object.fromEntries(names.map((name) => [name, client.pragma(name, { simple: true })]));
}

test('every connection has the pragmas that the board relies on', () => {
  const file = newFile();
  const expected = { journal_mode: 'wal', synchronous: 2, foreign_keys: 1, busy_timeout: 5000 };
  expect(pragmas(openClient(file, { create: true }))).toEqual(expected);
  expect(pragmas(openClient(file))).toEqual(expected);
  expect(pragmas(openClient(file, { readonly: true }))).toEqual(expected);
  expect(openClient(file).pragma('journal_size_limit', { simple: true })).toBe(64 * 1024 * 1024);
});

test('the server’s connection waits only briefly for a lock, because everyone waits with it', () => {
  const { client } = openHeld(newFile(), { busyTimeout: 7 });
  onTestFinished(() => {
    client.close();
  });
  expect(pragmas(client)).toMatchObject({ busy_timeout: 7, synchronous: 2 });
});

test('relaxed durability trades the sync of each commit', () => {
  const client = openClient(newFile(), { create: true, durability: 'relaxed' });
  expect(pragmas(client)).toMatchObject({ journal_mode: 'wal', synchronous: 1, foreign_keys: 1 });
});

test('a connection for reading cannot write', () => {
  const { file } = openBoard();
  const client = openClient(file, { readonly: true });
  expect(() => client.exec('DELETE FROM groups')).toThrow('readonly');
});

test('only the owner can read the database, the files beside it and its folder', () => {
  const folder = join(tempFolder(), 'data', 'board');
  const file = join(folder, 'corkboard.db');
  openBoard({ file });
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);

  expect(readdirSync(folder).sort()).toEqual([
    'corkboard.db',
    'corkboard.db-shm',
    'corkboard.db-wal',
    'corkboard.db.lock',
  ]);
  for (const name of readdirSync(folder)) expect(mode(join(folder, name)), name).toBe('600');
  expect(mode(folder)).toBe('700');
  expect(mode(dirname(folder))).toBe('700');
});

test('a new database can give space back; opening it again or another one does not change it', async () => {
  const mode = (client: Client) => client.pragma('auto_vacuum', { simple: true });
  const incremental = 2;
  const { file, client, close } = openBoard();
  expect(mode(client)).toBe(incremental);
  await close();
  expect(mode(openBoard({ file }).client)).toBe(incremental);

  const old = newFile();
  const before = openClient(old, { create: true });
  before.exec('PRAGMA auto_vacuum = NONE; VACUUM');
  before.close();
  expect(mode(openClient(old, { create: true }))).toBe(0);
});

test('a folder that the system refuses to create is an error, not an endless loop', () => {
  const file = '/proc/corkboard/data/corkboard.db';
  expect(databaseError(() => openHeld(file))).toContain(`Cannot create ${file}.lock: `);
});

test('a missing database is not created unless that is asked for', () => {
  const file = newFile();
  expect(databaseError(() => openConnection(file))).toBe(
    `There is no database at ${file}. Is --data right?`,
  );
  expect(readdirSync(dirname(file))).toEqual([]);
});

test('a database that cannot be seen is not said to be missing', () => {
  const file = newFile();
  symlinkSync(file, file);
  const why = databaseError(() => openConnection(file));
  expect(why).toMatch(/^Cannot open .*corkboard\.db: [^\n]+\(ELOOP, [^\n]+\.$/);
});

test('a file that is not a database is refused in one line and not changed', () => {
  const file = newFile();
  const text = 'Dear diary,\n'.repeat(100);
  writeFileSync(file, text);
  const message = databaseError(() => openConnection(file, { create: true }));
  expect(databaseError(() => openConnection(file, { readonly: true }))).toBe(message);
  expect(message).toMatch(/^\S+corkboard\.db is damaged or is not a database \([^\n]+\)\. [^\n]+$/);
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test('a folder in place of the database is refused in one line', () => {
  const file = newFile();
  mkdirSync(file);
  expect(databaseError(() => openConnection(file))).toMatch(/^Cannot open [^\n]+$/);
});

test('a path that leads through a file is refused in one line', () => {
  const file = newFile();
  writeFileSync(file, '');
  const below = join(file, 'data', 'corkboard.db');
  expect(databaseError(() => openConnection(below, { create: true }))).toMatch(
    /^Cannot create [^\n]+ENOTDIR[^\n]+$/,
  );
});

/** Overwrites a part of the database and opens it as the server does. */
async function openDamaged(from: number, to: number): Promise<string> {
  const { file, close } = openBoard();
  await close();
  const bytes = readFileSync(file);
  bytes.fill(0xab, from, to === -1 ? bytes.length : to);
  writeFileSync(file, bytes);
  return databaseError(() => {
    const { client, lock } = openHeld(file);
    client.close();
    lock.release();
  });
}

const damaged = /^\S+corkboard\.db is damaged or is not a database \([^\n]+\)\. [^\n]+$/;

test('a database with a damaged header is refused in one line', async () => {
  expect(await openDamaged(0, 100)).toMatch(damaged);
});

test('a database with a damaged schema is refused in one line', async () => {
  expect(await openDamaged(100, 4096)).toMatch(damaged);
});

test('a database with damaged tables is refused in one line', async () => {
  expect(await openDamaged(4096, -1)).toMatch(damaged);
});

test('a database cut short is refused in one line', async () => {
  const { file, close } = openBoard();
  await close();
  writeFileSync(file, readFileSync(file).subarray(0, 6000));
  expect(databaseError(() => openHeld(file))).toMatch(damaged);
});

test('a folder that cannot be written is refused in one line', async () => {
  const folder = tempFolder();
  chmodSync(folder, 0o555);
  const script = `
    import { openHeld } from 'DIST/storage/sqlite/file/open.js';
    try {
      openHeld(process.argv[1]);
    } catch (error) {
      console.log(JSON.stringify(error.name + ': ' + error.message));
    }`;
  // Nothing is closed to root, who asks as nobody here.
  const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
  const { line } = await startScript(script, [join(folder, 'corkboard.db')], nobody);
  expect(JSON.parse(line)).toMatch(/^DatabaseError: Cannot create \S+: [^\n]+\(EACCES[^\n]+$/);
});
