import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { databaseFile } from '../../src/storage/sqlite/file/open.ts';
import { TestBoard } from '../helpers/board.ts';
import { runCli, runHere, runJson } from '../helpers/cli.ts';
import { connect, openBoard } from '../helpers/storage.ts';
import { tempFolder } from '../helpers/temp.ts';
import { boardFolder, fillMain, tamper, value } from './seed.ts';

const firstSchema = join(import.meta.dirname, '../fixtures/schema-0000.sql');
const deleteMost = `DELETE FROM messages WHERE number <= 29000;
  UPDATE groups SET message_count = 1000 WHERE id = 1`;
const mode = 'PRAGMA auto_vacuum';

function compact(data: string, ...options: string[]) {
  return runJson(['db', 'compact', ...options, '--data', data]);
}

test('db compact returns space to the disk while a server accepts posts', async () => {
  const data = await boardFolder();
  fillMain(data, 30_000);
  const board = await TestBoard.start({ data });
  tamper(data, deleteMost);
  const alice = await board.memberProgram('alice');
  let running = true;
  const done = compact(data).finally(() => {
    running = false;
  });
  let slowest = 0;
  let posts = 0;
  while (running) {
    const start = performance.now();
    await alice.call('message.post', { group: 'main', subject: 's', content: 'c' });
    slowest = Math.max(slowest, performance.now() - start);
    posts++;
  }
  const { before, after, ...rest } = (await done) as { before: number; after: number };
  expect(rest).toEqual({ file: databaseFile(data), full: false });
  expect(after).toBeLessThan(before / 4);
  expect(slowest).toBeLessThan(1000);
  expect((await runCli(['db', 'check', '--data', data])).stdout).toBe('ok\n');
  expect(value(data, 'SELECT count(*) FROM messages')).toBe(1000 + posts);
  expect(await runHere(['db', 'compact', '--full', '--data', data])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(
      `while no server runs, and process ${process.pid} is its server.`,
    ),
  });
});

test('db compact without a server leaves an empty log, and says when there is nothing to do', async () => {
  const data = await boardFolder();
  fillMain(data, 30_000);
  tamper(data, deleteMost);
  const { before, after } = (await compact(data)) as { before: number; after: number };
  expect(after).toBeLessThan(before / 5);
  expect(statSync(`${databaseFile(data)}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
  const again = await runHere(['db', 'compact', '--data', data]);
  expect(again.stdout).toMatch(/^There is no space to return: \S+ has \d+\.\d KiB\.\n$/);
  expect(await compact(data, '--full')).toMatchObject({ full: true });
});

test('db compact during a long read frees the pages, and says that the file shrinks later', async () => {
  const data = await boardFolder();
  fillMain(data, 3000);
  tamper(data, deleteMost);
  const reader = connect(databaseFile(data));
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM messages').get();
  const { code, stdout } = await runHere(['db', 'compact', '--data', data]);
  expect(code).toBe(0);
  expect(stdout).toMatch(
    / still has .*: another process reads it, such as a backup\. The file shrinks when/,
  );
  reader.exec('COMMIT');
  reader.close();
  const again = await runHere(['db', 'compact', '--data', data]);
  expect(again.stdout).toMatch(/^There is no space to return: /);
});

test('db compact rewrites a board of the first schema once, and only while no server runs', async () => {
  const data = tempFolder();
  const file = databaseFile(data);
  const old = connect(file, { create: true });
  old.exec(`PRAGMA auto_vacuum = NONE; VACUUM; ${readFileSync(firstSchema, 'utf8')}`);
  old.close();
  expect(await runHere(['db', 'compact', '--data', data])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('Upgrade it with: corkboard db migrate'),
  });
  const board = openBoard({ file });
  expect(value(data, mode)).toBe(0);
  expect(await runHere(['db', 'compact', '--data', data])).toMatchObject({
    code: 1,
    stderr: `corkboard: ${file} can only be rewritten while no server runs, and process ${process.pid} is its server. Stop the server and run this again.\n`,
  });
  await board.close();
  expect(await compact(data)).toMatchObject({ full: true });
  expect(value(data, mode)).toBe(2);
  expect(value(data, 'SELECT count(*) FROM messages')).toBe(5);
  expect(await compact(data)).toMatchObject({ full: false });
});
