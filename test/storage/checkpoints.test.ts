import { copyFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import type { Client } from '../../src/storage/sqlite/file/connection.ts';
import { Checkpoints } from '../../src/storage/sqlite/serving/checkpoints.ts';
import { connect, main, member, newFile, openBoard, post } from '../helpers/storage.ts';

const page = 4096;

/** A table to write to, as another program than a server sees it. */
function withTable(): Client {
  const client = connect(newFile(), { create: true, durability: 'relaxed' });
  client.exec('CREATE TABLE filled (content TEXT)');
  client.pragma('wal_checkpoint(TRUNCATE)');
  return client;
}

/** Writes so many pages, in one commit. */
function write(client: Client, pages: number): void {
  client
    .prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO filled SELECT printf('%.*c', 4000, 'x') FROM n`,
    )
    .run(pages);
}

/** Pages of the log that are not in the database yet. */
function pending(client: Client): number {
  const [state] = client.pragma('wal_checkpoint(NOOP)') as { log: number; checkpointed: number }[];
  return (state?.log ?? 0) - (state?.checkpointed ?? 0);
}

test('a log that a reader has held is copied in a thread after the reader has ended, not after a commit', async () => {
  const client = withTable();
  const reports: { held: boolean; bytes: number }[] = [];
  let now = 0;
  const checkpoints = new Checkpoints(
    client,
    (log) => reports.push(log),
    () => now,
  );
  const commit = (pages: number) => {
    write(client, pages);
    checkpoints.afterCommit();
    return checkpoints.settled();
  };
  const reader = connect(client.name, { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM filled').get();
  await commit(3000);
  expect(reports).toEqual([]);
  for (let each = 0; each < 3; each++) {
    now += 10_000;
    await commit(3000);
  }
  expect(reports).toMatchObject([{ held: true }]);
  expect(reports[0]?.bytes).toBeGreaterThan(5000 * page);
  expect(checkpoints.heldBytes).toBeGreaterThan(12_000 * page);

  reader.exec('COMMIT');
  now += 10_000;
  write(client, 1);
  checkpoints.afterCommit();
  expect(pending(client)).toBeGreaterThan(12_000);
  // Posts go on while the thread copies.
  write(client, 1);
  await checkpoints.settled();
  expect(pending(client)).toBeLessThan(10);
  expect(reports).toMatchObject([{ held: true }, { held: false, bytes: 0 }]);
  expect(checkpoints.heldBytes).toBe(0);
});

test('a reader with a new snapshot does not hold the log', async () => {
  const client = withTable();
  const reports: unknown[] = [];
  const checkpoints = new Checkpoints(client, (log) => reports.push(log));
  write(client, 9000);
  const reader = connect(client.name, { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM filled').get();
  checkpoints.afterCommit();
  await checkpoints.settled();
  expect(pending(client)).toBe(0);
  expect(reports).toEqual([]);
});

test('a commit that makes a checkpoint due copies nothing itself', async () => {
  const client = withTable();
  const checkpoints = new Checkpoints(client, () => {});
  onTestFinished(() => checkpoints.close());
  write(client, 2500);
  checkpoints.afterCommit();
  expect(pending(client)).toBeGreaterThan(2500);
  await checkpoints.settled();
  expect(pending(client)).toBe(0);
});

test('a checkpoint that fails in its thread loses nothing and is tried again', async () => {
  const client = withTable();
  let now = 0;
  const checkpoints = new Checkpoints(
    client,
    () => {},
    () => now,
  );
  onTestFinished(() => checkpoints.close());
  write(client, 2500);
  renameSync(client.name, `${client.name}.away`);
  checkpoints.afterCommit();
  await checkpoints.settled();
  renameSync(`${client.name}.away`, client.name);
  expect(pending(client)).toBeGreaterThan(2500);
  now += 10_000;
  checkpoints.afterCommit();
  await checkpoints.settled();
  expect(pending(client)).toBe(0);
});

test('without a reader, the log of a busy board stays short', async () => {
  const board = openBoard({ durable: false });
  const alice = await member(board, 'alice');
  const message = { subject: 's', content: 'x'.repeat(30_000) };
  let longest = 0;
  for (let turn = 0; turn < 40; turn++) {
    const posts = Array.from({ length: 64 }, () => board.repository.post(alice, main, message));
    await Promise.all(posts);
    await expect.poll(() => pending(board.client), { interval: 1 }).toBeLessThan(2500);
    longest = Math.max(longest, statSync(`${board.file}-wal`).size);
  }
  // 76 MB were written.
  expect(longest).toBeLessThan(24 * 1024 * 1024);
});

test('a log that was removed is saved whole, though a reader holds some of it at first', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  connect(board.file).pragma('wal_checkpoint(TRUNCATE)');
  const reader = connect(board.file, { readonly: true });
  reader.exec('BEGIN');
  reader.prepare('SELECT count(*) FROM messages').get();
  await post(board, alice, 'acknowledged');
  rmSync(`${board.file}-wal`);
  const subjects = () => {
    const copy = newFile();
    copyFileSync(board.file, copy);
    return connect(copy).prepare('SELECT subject FROM messages').pluck().all();
  };
  board.store.watch();
  expect(subjects()).toEqual([]);
  reader.exec('COMMIT');
  board.store.watch();
  expect(subjects()).toEqual(['acknowledged']);
});
