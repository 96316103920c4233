import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { LockedError, ServerLock } from '../../src/storage/sqlite/file/lock.ts';
import { openShared } from '../../src/storage/sqlite/file/open.ts';
import { newFile, openBoard } from '../helpers/storage.ts';
import { tempFolder } from '../helpers/temp.ts';
import { startScript } from './script.ts';

/** Takes the lock, says what came of it, and holds it until its input ends. */
const holder = `
  import { ServerLock } from 'DIST/storage/sqlite/file/lock.js';
  let lock;
  try {
    lock = ServerLock.take(process.argv[1]);
    console.log('held');
  } catch (error) {
    console.log(error.name + ': ' + error.message);
  }
  process.stdin.on('end', () => lock?.release()).resume();`;

function take(file: string): ServerLock {
  const lock = ServerLock.take(file);
  onTestFinished(() => lock.release());
  return lock;
}

/** The error of taking a lock that another process holds. */
function refused(file: string): LockedError {
  try {
    take(file);
  } catch (error) {
    if (error instanceof LockedError) return error;
    throw error;
  }
  throw new Error('The lock was given twice');
}

test('a second server is refused with the process that holds the database', async () => {
  const file = newFile();
  const { child, line } = await startScript(holder, [file]);
  expect(line).toBe('held');

  for (let turn = 0; turn < 2; turn++) {
    const error = refused(file);
    expect(error.pid).toBe(child.pid);
    expect(error.message).toBe(
      `${file} is held by another corkboard server, process ${child.pid}.`,
    );
  }
});

test('another process is refused while this one holds the database', async () => {
  const file = newFile();
  take(file);
  const { line } = await startScript(holder, [file]);
  expect(line).toBe(
    `LockedError: ${file} is held by another corkboard server, process ${process.pid}.`,
  );
});

test('the lock is free once its holder was killed', async () => {
  const file = newFile();
  const { child, line } = await startScript(holder, [file]);
  expect(line).toBe('held');

  child.kill('SIGKILL');
  await once(child, 'exit');

  take(file);
});

test('the lock is free when its holder has released it', async () => {
  const file = newFile();
  take(file).release();
  const { child, line } = await startScript(holder, [file]);
  expect(line).toBe('held');
  child.stdin?.end();
  await once(child, 'exit');
  take(file);
});

test('a board that another server holds is not opened twice, and stays usable', async () => {
  const { file, client } = openBoard();
  const script = `
    import { openHeld } from 'DIST/storage/sqlite/file/open.js';
    try {
      openHeld(process.argv[1]);
    } catch (error) {
      console.log(error.name);
    }`;
  expect((await startScript(script, [file])).line).toBe('LockedError');
  expect(client.prepare('SELECT count(*) AS n FROM groups').get()).toEqual({ n: 5 });
});

test('administration opens a board that a server holds', () => {
  const { file } = openBoard();
  const client = openShared(file);
  onTestFinished(() => {
    client.close();
  });
  expect(client.prepare('SELECT count(*) AS n FROM groups').get()).toEqual({ n: 5 });
});

test('whether a server runs, and which, can be asked without taking the lock', async () => {
  const file = newFile();
  expect(ServerLock.holder(file)).toBeUndefined();
  expect(existsSync(`${file}.lock`)).toBe(false);

  const { child } = await startScript(holder, [file]);
  expect(ServerLock.holder(file)).toBe(child.pid);

  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(ServerLock.holder(file)).toBeUndefined();
  take(file);
});

test('the lock of one board leaves another one free', () => {
  const folder = tempFolder();
  take(join(folder, 'one.db'));
  take(join(folder, 'two.db'));
});
