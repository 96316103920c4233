import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { canMount, fillDisk, smallDisk } from '../helpers/disk.ts';
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
  await board.close();
  expect((await posting).number).toBe(1);
  expect(existsSync(`${board.file}-wal`)).toBe(false);
  expect(await errorCodeOf(post(board, alice, 'too late'))).toBe('SHUTTING_DOWN');

  const again = openBoard({ file: board.file });
  expect(await seen(again, await login(again, 'alice'))).toEqual([1]);
});

test('a commit holds at most 256 KiB of texts, also of texts whose characters take three bytes', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  const commitsOf = async (contents: readonly string[]) => {
    const { writes } = board.store.counts;
    const before = writes.counts.reduce((sum, each) => sum + each);
    await Promise.all(
      contents.map((content) => board.repository.post(alice, main, { subject: 's', content })),
    );
    return writes.counts.reduce((sum, each) => sum + each) - before;
  };
  // 20 times 30,000 bytes: eight fit into a commit.
  expect(
    await commitsOf(Array.from({ length: 20 }, () => '中'.repeat(10_000))),
  ).toBeGreaterThanOrEqual(3);
  // 1,000 times 900 bytes, in 300 characters.
  expect(
    await commitsOf(Array.from({ length: 1000 }, () => '中'.repeat(300))),
  ).toBeGreaterThanOrEqual(4);
});

test('the history of a message that is edited while it is read has each text once', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  await post(board, alice, 'hello');
  await board.repository.edit(alice, main, 1, { subject: 'hello all' }, 60_000_000);
  const { revisionsOf } = board.store.statements;
  const each = revisionsOf.each.bind(revisionsOf);
  // Commits run in a thread of their own, so they come between two queries of a read.
  vi.spyOn(revisionsOf, 'each').mockImplementation((values) => {
    const other = connect(board.file);
    other.exec(`INSERT INTO revisions (group_id, number, revision, written_at, subject, content)
      SELECT group_id, number, edits, edited_at, subject, content FROM messages;
      UPDATE messages SET edits = edits + 1, edited_at = edited_at + 1, subject = 'hello everybody'`);
    return each(values);
  });
  const page = { from: 0, bytes: Number.POSITIVE_INFINITY };
  const { revisions } = await board.repository.history(alice, main, 1, page);
  expect(revisions).toMatchObject([
    { revision: 0, subject: 'hello' },
    { revision: 1, subject: 'hello all' },
  ]);
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
    board.store.client.pragma('shrink_memory');
  };

  overwrite(Buffer.from(bytes).fill(0xab, (page - 1) * 4096, page * 4096));
  expect(await errorCodeOf(board.repository.message(alice, main, 1))).toBe('STORAGE_FAILED');
  expect((await board.repository.members(alice, main)).members).toHaveLength(1);

  overwrite(bytes);
  expect((await board.repository.message(alice, main, 1)).message.subject).toBe('hello');
});

test.skipIf(!canMount)(
  'with a full disk, members still read, and post again once there is room',
  async () => {
    const folder = smallDisk(1024);
    const filler = join(folder, 'filler');
    const board = openBoard({ file: join(folder, 'corkboard.db') });
    const alice = await member(board, 'alice');
    fillDisk(filler);
    const long = { subject: 'long', content: 'x'.repeat(30_000) };

    expect(await errorCodeOf(board.repository.post(alice, main, long))).toBe('STORAGE_FAILED');
    expect(await seen(board, alice)).toEqual([]);

    rmSync(filler);
    const { message } = await board.repository.post(alice, main, long);
    expect(message.number).toBe(1);
  },
);
