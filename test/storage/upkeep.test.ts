import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { openShared } from '../../src/storage/sqlite/file/open.ts';
import { unusedPages } from '../../src/storage/sqlite/file/space.ts';
import { SqliteAdministration } from '../../src/storage/sqlite/operator/administration.ts';
import { SqliteUpkeep, sparePages } from '../../src/storage/sqlite/serving/upkeep.ts';
import { fillMain } from '../cli/seed.ts';
import {
  groupNamed,
  main,
  member,
  openBoard,
  post,
  type StoredBoard,
  seen,
} from '../helpers/storage.ts';

const day = 24 * 60 * 60 * 1000;

/** Changes the rule of `main`, as the operator does. */
async function keep(board: StoredBoard, rule: { keepMessages?: number; keepDays?: number }) {
  const admin = SqliteAdministration.outside(openShared(board.file));
  await admin.editGroup(main, rule);
  admin.close();
}

/** Does all that there is to do; gives the number of steps. */
async function settle(step: () => Promise<boolean>): Promise<number> {
  for (let steps = 0; ; steps++) if (await step()) return steps;
}

function purges({ events }: StoredBoard) {
  return events.filter(({ type }) => type === 'messages.purged');
}

test('retention keeps the newest messages, deletes in small steps, and notifies members once', async () => {
  const board = openBoard();
  fillMain(dirname(board.file), 1000);
  const news = await member(board, 'alice');
  await board.repository.join(news, groupNamed('news'));
  await post(board, news, 'elsewhere', { group: groupNamed('news') });
  const upkeep = new SqliteUpkeep(board.store);
  await keep(board, { keepMessages: 200, keepDays: 100_000 });
  expect(await settle(() => upkeep.removeExpired())).toBe(5);
  expect(
    board.client
      .prepare('SELECT group_id, count(*) AS n, min(number) AS first FROM messages GROUP BY 1')
      .all(),
  ).toEqual([
    { group_id: 1, n: 200, first: 801 },
    { group_id: 3, n: 1, first: 1 },
  ]);
  expect(board.client.prepare('SELECT message_count FROM groups WHERE id = 1').pluck().get()).toBe(
    200,
  );
  expect(purges(board)).toMatchObject([{ count: 800, first: 1, last: 800 }]);
  await post(board, news, 'one more');
  await settle(() => upkeep.removeExpired());
  expect(purges(board)).toHaveLength(2);
});

test('retention removes the oldest rows, and does not count deleted messages as kept', async () => {
  let now = Date.now() - 10 * day;
  const board = openBoard({ now: () => now });
  const upkeep = new SqliteUpkeep(board.store);
  const alice = await member(board, 'alice');
  for (let each = 1; each <= 6; each++) await post(board, alice, `${each}`);
  const admin = SqliteAdministration.outside(board.client);
  await admin.deleteMessages(main, [2, 5, 6]);
  await keep(board, { keepMessages: 2 });
  await settle(() => upkeep.removeExpired());
  const stored = () => board.client.prepare('SELECT number FROM messages').pluck().all();
  expect(await seen(board, alice)).toEqual([3, 4]);
  expect(stored()).toEqual([2, 3, 4, 5, 6]);
  await keep(board, { keepDays: 1 });
  now += 2 * day;
  await settle(() => upkeep.removeExpired());
  expect(stored()).toEqual([]);
  expect(purges(board)).toMatchObject([
    { count: 1, first: 1, last: 1 },
    { count: 2, first: 3, last: 4 },
  ]);
});

test('retention continues past deleted messages that fill several of its steps', async () => {
  const board = openBoard();
  fillMain(dirname(board.file), 1000);
  const admin = SqliteAdministration.outside(board.client);
  await admin.deleteMessages(
    main,
    Array.from({ length: 500 }, (_, at) => at + 1),
  );
  await keep(board, { keepMessages: 300 });
  const upkeep = new SqliteUpkeep(board.store);
  let steps = 0;
  while (steps < 10 && !(await upkeep.removeExpired())) steps++;
  expect(steps).toBe(4);
  const stored = board.client.prepare('SELECT count(*) AS n, min(number) AS first FROM messages');
  expect(stored.get()).toEqual({ n: 300, first: 701 });
  expect(purges(board)).toMatchObject([{ count: 200, first: 501, last: 700 }]);
});

test('the space of deleted messages is returned in steps, except what the next posts use', async () => {
  const board = openBoard();
  fillMain(dirname(board.file), 80_000);
  board.client.pragma('wal_checkpoint(TRUNCATE)');
  const before = statSync(board.file).size;
  const upkeep = new SqliteUpkeep(board.store);
  expect(await upkeep.giveBack()).toBe(true);
  board.client.exec('DELETE FROM messages WHERE number < 79900');
  expect(unusedPages(board.client)).toBeGreaterThan(sparePages);
  await settle(() => upkeep.giveBack());
  expect(unusedPages(board.client)).toBeLessThanOrEqual(sparePages);
  expect(unusedPages(board.client)).toBeGreaterThan(sparePages - 200);
  board.client.pragma('wal_checkpoint(TRUNCATE)');
  expect(statSync(board.file).size).toBeLessThan(before);
});

test('drafts that were not changed for a year are removed in steps, and no others, while the clock is trusted', async () => {
  let isTrusted = false;
  const board = openBoard();
  const alice = await member(board, 'alice');
  const now = Date.now() * 1000;
  const add = board.client.prepare(
    "INSERT INTO drafts (user_id, place, content, written_at) VALUES (?, ?, 'x', ?)",
  );
  const year = 365 * day * 1000;
  for (let nth = 0; nth < 300; nth++) add.run(alice.user.id, `old ${nth}`, now - year - day * 1000);
  add.run(alice.user.id, 'young', now - year + day * 1000);
  const places = () => board.client.prepare('SELECT place FROM drafts').pluck().all();
  const upkeep = new SqliteUpkeep(board.store, { clockIsTrusted: async () => isTrusted });
  expect(await settle(() => upkeep.removeStale())).toBe(0);
  expect(places()).toHaveLength(301);
  isTrusted = true;
  expect(await settle(() => upkeep.removeStale())).toBe(2);
  expect(places()).toEqual(['young']);
});
