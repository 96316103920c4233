import { expect, test } from 'vitest';
import { ExportEncoder } from '../../src/cli/printing/export-encoder.ts';
import { healthChecks, problemsOf } from '../../src/storage/sqlite/file/health.ts';
import { exportLines } from '../../src/storage/sqlite/moving/export-lines.ts';
import { Snapshot } from '../../src/storage/sqlite/moving/export-snapshot.ts';
import { importBoard } from '../../src/storage/sqlite/moving/import.ts';
import { SqliteAdministration } from '../../src/storage/sqlite/operator/administration.ts';
import {
  findMessage,
  findTombstone,
  timesBetween,
} from '../../src/storage/sqlite/statements/by-number.ts';
import { toTheEnd } from '../contract/storage.ts';
import {
  connect,
  main,
  member,
  newFile,
  openBoard,
  post,
  type StoredBoard,
} from '../helpers/storage.ts';

const group = 1;

/** Puts messages with these numbers into `main`, a microsecond apart; without a milestone if `milestones` says so. */
function fill({ client }: StoredBoard, numbers: readonly number[], milestones = true): void {
  const add = client.prepare(
    `INSERT INTO messages (group_id, number, posted_at, subject, content, milestone)
     VALUES (1, @number, @number * 10, 's', 'c', iif(@number % 64 = 0 AND @milestones, 1, NULL))`,
  );
  client.transaction(() => {
    for (const number of numbers) add.run({ number, milestones: Number(milestones) });
    client
      .prepare('UPDATE groups SET last_number = ?, message_count = ? WHERE id = 1')
      .run(numbers.at(-1), numbers.length);
  })();
}

/** Compares every search by number with the answer that a scan of all rows gives. */
function expectFound({ client, store: { statements } }: StoredBoard, last: number): void {
  const rows = client
    .prepare<[], { number: number; postedAt: number; deleted: number }>(
      'SELECT number, posted_at AS postedAt, deleted_at IS NOT NULL AS deleted FROM messages ORDER BY number',
    )
    .all();
  const messages = rows.filter(({ deleted }) => !deleted);
  const tombstones = rows.filter(({ deleted }) => deleted);
  for (let number = 0; number <= last + 2; number++) {
    const is = (row: { number: number }) => row.number === number;
    expect(findMessage(statements, group, number)?.postedAt).toBe(messages.find(is)?.postedAt);
    expect(findTombstone(statements, group, number)?.postedAt).toBe(tombstones.find(is)?.postedAt);
    const times = timesBetween(statements, group, { before: number, after: number });
    const seen = messages.filter(({ postedAt }) => postedAt > times.above).map((row) => row.number);
    expect(seen, `after ${number}`).toEqual(
      messages.flatMap((row) => (row.number > number ? row.number : [])),
    );
    const older = messages
      .filter(({ postedAt }) => postedAt < times.below)
      .map((row) => row.number);
    expect(older, `before ${number}`).toEqual(
      messages.flatMap((row) => (row.number < number ? row.number : [])),
    );
  }
}

const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);

test('a message is found by its number, also with deleted and purged messages around it', async () => {
  const board = openBoard();
  fill(board, upTo(400));
  expectFound(board, 400);
  const admin = SqliteAdministration.outside(board.client);
  // Milestones among them, the first and the last message, and a stretch longer than between two milestones.
  await admin.deleteMessages(main, [1, 5, 64, 127, 128, ...upTo(150).map((at) => at + 190), 400]);
  expectFound(board, 400);
  await admin.purge(await admin.planPurge(main, { keep: 190 }), toTheEnd);
  expectFound(board, 400);
  await admin.purge(await admin.planPurge(main, 'all'), toTheEnd);
  expectFound(board, 400);
});

test.each([
  ['only odd numbers', upTo(300).map((number) => 2 * number - 1)],
  ['gaps longer than between two milestones', upTo(60).map((number) => 70 * number + (number % 3))],
  ['no number that 64 divides', upTo(400).filter((number) => number % 64 !== 0)],
])('a message is found by its number in a group with %s', (_, numbers) => {
  const board = openBoard();
  fill(board, numbers, false);
  expectFound(board, numbers.at(-1) ?? 0);
});

test('an import gives milestones to a group with gaps, and later posts continue the numbers', async () => {
  const board = openBoard();
  fill(
    board,
    upTo(600).map((number) => 2 * number - 1),
    false,
  );
  const milestones = healthChecks.find(({ name }) => name === 'milestones');
  if (!milestones) throw new Error('there is no such check');
  expect(problemsOf(milestones, board.client)).toHaveLength(1);
  const snapshot = await Snapshot.take(board.file, undefined, toTheEnd);
  const lines = exportLines(snapshot, { whole: true, passwords: true });
  const text = [...new ExportEncoder().encode(lines)].join('');
  snapshot.close();
  const file = newFile();
  async function* chunks() {
    yield Buffer.from(text);
  }
  await importBoard(file, chunks(), { ...toTheEnd, restart: false });
  const imported = connect(file);
  expect(problemsOf(milestones, imported)).toEqual([]);
  const stored = imported.prepare('SELECT number FROM messages WHERE milestone = 1').pluck().all();
  expect(stored).toEqual(upTo(18).map((block) => 64 * block + 1));
});

test('the deletion of a user finds posts that reuse the ids of messages removed during the deletion', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  const bob = await member(board, 'bob');
  for (const author of [alice, bob, bob]) await post(board, author, 'before');
  const { client } = board;
  const addAgain = () => {
    client.exec('DELETE FROM messages WHERE id > 1');
    client
      .prepare(
        `INSERT INTO messages (group_id, number, sender_id, posted_at, subject, content)
         SELECT 1, 4, ?, max(joined_at) + 1000000, 'again', '' FROM memberships`,
      )
      .run(alice.user.id);
    expect(client.prepare('SELECT max(id) FROM messages').pluck().get()).toBe(2);
  };
  let steps = 0;
  const progress = () => {
    if (++steps === 1) addAgain();
  };
  const admin = SqliteAdministration.outside(client);
  const deleted = await admin.deleteUser('alice', 'keep', { ...toTheEnd, progress });
  expect(deleted).toEqual({ messages: 2, complete: true });
  expect(client.prepare('SELECT id, sender_id FROM messages').raw().all()).toEqual([
    [1, null],
    [2, null],
  ]);
  expect(client.pragma('foreign_key_check')).toEqual([]);
});
