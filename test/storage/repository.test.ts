import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  connect,
  errorCodeOf,
  login,
  main,
  member,
  openBoard,
  post,
  seen,
} from '../helpers/storage.ts';

test('closing commits the posts under way and empties the log', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  const posting = post(board, alice, 'at the last moment');
  board.close();
  expect((await posting).number).toBe(1);
  expect(existsSync(`${board.file}-wal`)).toBe(false);
  expect(await errorCodeOf(post(board, alice, 'too late'))).toBe('SHUTTING_DOWN');

  const again = openBoard({ file: board.file });
  expect(await seen(again, await login(again, 'alice'))).toEqual([1]);
});

test('while another process holds the database, members still read', async () => {
  const board = openBoard({ lockTimeout: 20 });
  const alice = await member(board, 'alice');
  await post(board, alice, 'hello');
  const other = connect(board.file);
  other.exec('BEGIN IMMEDIATE');

  expect(await errorCodeOf(post(board, alice, 'refused'))).toBe('STORAGE_FAILED');
  expect(await seen(board, alice)).toEqual([1]);

  other.exec('ROLLBACK');
  expect((await post(board, alice, 'works again')).number).toBe(2);
});

test('a member gets an error when the disk cannot be read, and the board stays up', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  await post(board, alice, 'hello');
  board.client.pragma('wal_checkpoint(TRUNCATE)');
  const bytes = readFileSync(board.file);
  const { page } = board.client
    .prepare("SELECT rootpage AS page FROM sqlite_schema WHERE name = 'messages'")
    .get() as { page: number };
  const overwrite = (content: Buffer) => {
    writeFileSync(board.file, content);
    board.client.pragma('shrink_memory');
  };

  overwrite(Buffer.from(bytes).fill(0xab, (page - 1) * 4096, page * 4096));
  expect(await errorCodeOf(board.repository.message(alice, main, 1))).toBe('STORAGE_FAILED');
  expect((await board.repository.members(alice, main)).members).toHaveLength(1);

  overwrite(bytes);
  expect((await board.repository.message(alice, main, 1)).message.subject).toBe('hello');
});

test('with a full disk, members still read, and post again once there is room', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  const pages = board.client.pragma('page_count', { simple: true });
  board.client.pragma(`max_page_count = ${pages}`);
  const long = { subject: 'long', content: 'x'.repeat(30_000) };

  expect(await errorCodeOf(board.repository.post(alice, main, long))).toBe('STORAGE_FAILED');
  expect(await seen(board, alice)).toEqual([]);

  board.client.pragma('max_page_count = 1000000');
  const { message } = await board.repository.post(alice, main, long);
  expect(message.number).toBe(1);
});
