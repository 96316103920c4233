import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Board } from '../../src/board/board.ts';
import { wordsOf } from '../../src/board/search/words.ts';
import { limits } from '../../src/protocol/limits.ts';
import { type Client, openConnection } from '../../src/storage/sqlite/file/connection.ts';
import { healthChecks, problemsOf } from '../../src/storage/sqlite/file/health.ts';
import { upgrade } from '../../src/storage/sqlite/file/migrate.ts';
import { openShared } from '../../src/storage/sqlite/file/open.ts';
import { rowCounts } from '../../src/storage/sqlite/file/rows.ts';
import { rewrite } from '../../src/storage/sqlite/file/space.ts';
import { SqliteAdministration } from '../../src/storage/sqlite/operator/administration.ts';
import { SqliteUpkeep } from '../../src/storage/sqlite/serving/upkeep.ts';
import { cost, costlyTexts } from '../helpers/costly.ts';
import { indexAll, searchAll, searchPage } from '../helpers/search.ts';
import {
  groupNamed,
  login,
  main,
  member,
  newFile,
  openBoard,
  post,
  type StoredBoard,
} from '../helpers/storage.ts';
import { earlierMigrations } from './migrations.ts';

function indexed(board: StoredBoard): Promise<void> {
  return indexAll({ upkeep: new SqliteUpkeep(board.store) });
}

/** `count` messages with the numbers from `first` on in a group, by user 1, with a text that `text` makes in SQL. */
function fill(client: Client, count: number, { group = 1, first = 1, text = "'soup'" } = {}): void {
  client
    .prepare(
      `WITH RECURSIVE n(number) AS (SELECT ? UNION ALL SELECT number + 1 FROM n LIMIT ?)
       INSERT INTO messages (group_id, number, sender_id, posted_at, subject, content, milestone)
       SELECT ?, number, 1, ${base} + (SELECT coalesce(max(id), 0) FROM messages) + number, 'subject', ${text},
         iif(number % 64, NULL, 1)
       FROM n`,
    )
    .run(first, count, group);
  client
    .prepare(
      `UPDATE groups SET last_number = max(last_number, ?), message_count = message_count + ? WHERE id = ?`,
    )
    .run(first + count - 1, count, group);
}

// Later than the logins of the tests, whose clock stands at 1 second.
const base = 2_000_000;
const clock = { now: () => 1000 };

/** All terms of the index. */
function terms(client: Client): string[] {
  return client
    .prepare<[], string>('SELECT DISTINCT term FROM message_index_words ORDER BY term')
    .pluck()
    .all();
}

test('no word of a deleted message is in the index, and none is in the file after db compact --full', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  await indexed(board);
  for (const subject of ['alpha', 'beta', 'xyzzyplugh']) await post(board, alice, subject);
  await indexed(board);
  expect(terms(board.client)).toContain('1:xyzzyplugh');
  const operator = SqliteAdministration.outside(openShared(board.file));
  await operator.deleteMessages(main, [3]);
  operator.close();
  expect(terms(board.client)).toEqual(['1:alpha', '1:beta', '1:full', '1:in', 'u1:1']);
  await board.close();
  const client = openConnection(board.file);
  rewrite(client);
  client.close();
  const file = readFileSync(board.file);
  expect(file.includes('beta')).toBe(true);
  expect(file.includes('xyzzyplugh')).toBe(false);
});

test('an upgrade indexes nothing, and a server then indexes from the newest message on', async () => {
  const file = newFile();
  const old = openConnection(file, { create: true });
  upgrade(file, old, earlierMigrations(10));
  old.exec(
    "INSERT INTO users (id, name, name_key, created_at) VALUES (1, 'alice', 'alice', 1);" +
      "INSERT INTO groups (id, name, name_key, created_at) VALUES (1, 'main', 'main', 1);" +
      'INSERT INTO memberships (group_id, user_id, joined_at, last_read_number) VALUES (1, 1, 1, 0);',
  );
  fill(old, 1000, { text: "'soup ' || number" });
  old.close();
  const board = openBoard({ file });
  const upkeep = new SqliteUpkeep(board.store);
  const actor = await login(board, 'alice');
  expect(await searchPage(board, actor, 'soup')).toMatchObject({
    ...{ messages: [], more: false, isIncomplete: true },
  });
  await upkeep.indexMessages();
  await upkeep.indexMessages();
  const page = await searchPage(board, actor, 'soup', { limit: 2 });
  expect(page).toMatchObject({ more: true, isIncomplete: false });
  expect(page.messages.map(({ message }) => message.number)).toEqual([1000, 999]);
  expect(await searchPage(board, actor, '7')).toMatchObject({ messages: [], isIncomplete: true });
  // A message that is posted meanwhile is found at once, and indexed before the old ones.
  await post(board, actor, 'soup again');
  expect(await searchAll(board, actor, 'again')).toEqual(['main 1001']);
  await upkeep.indexMessages();
  expect(terms(board.client)).toContain('1:again');
  await indexed(board);
  expect(await searchAll(board, actor, '7')).toEqual(['main 7']);
  expect(await searchAll(board, actor, 'soup', 100)).toHaveLength(1001);
});

test('the index is made again if words are cut in another way now', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  await indexed(board);
  await post(board, alice, 'soup');
  await indexed(board);
  board.client.exec("UPDATE search_index SET version = 'of another Node'");
  expect(await searchPage(board, alice, 'soup')).toMatchObject({ isIncomplete: true });
  await indexed(board);
  expect(await searchAll(board, alice, 'soup')).toEqual(['main 1']);
  expect(problemsOfIndex(board.client)).toEqual([]);
});

function problemsOfIndex(client: Client): string[] {
  const check = healthChecks.find(({ name }) => name === 'index of words');
  if (!check) throw new Error('There is no check of the index');
  return problemsOf(check, client);
}

const damages: [what: string, sql: string, says: RegExp][] = [
  [
    'a message is missing',
    'DELETE FROM message_index WHERE rowid = 2',
    /^1 messages are not in it/,
  ],
  [
    'a message has another word',
    "DELETE FROM message_index WHERE rowid = 2; INSERT INTO message_index(rowid, words) VALUES (2, '1:subject 1:bread')",
    /^1 messages are not in it/,
  ],
  [
    'a message was edited beside the program',
    "UPDATE messages SET content = 'bread' WHERE id = 1",
    /^1 messages are not in it/,
  ],
  ['a message was removed', 'DELETE FROM messages WHERE id = 3', /^it has words of 1 messages/],
];

test.each(damages)('db check finds that %s, and db reindex mends it', async (_, sql, says) => {
  const board = openBoard(clock);
  await member(board, 'alice');
  await indexed(board);
  fill(board.client, 3);
  await indexed(board);
  expect(problemsOfIndex(board.client)).toEqual([]);
  board.client.exec(sql);
  expect(problemsOfIndex(board.client)).toEqual([expect.stringMatching(says)]);
  const operator = SqliteAdministration.outside(openShared(board.file));
  await operator.rebuildSearchIndex();
  operator.close();
  await indexed(board);
  expect(problemsOfIndex(board.client)).toEqual([]);
});

test('messages of a thread and messages that mention the user are found by their own indexes', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  const bob = await member(board, 'bob');
  for (let each = 0; each < 70; each++) await post(board, alice, each % 2 ? 'soup' : 'bread');
  board.client.exec(`UPDATE messages SET reply_to = 3, thread = 3 WHERE number > 3 AND number % 3 = 0;
    UPDATE messages SET mentions = '[${bob.user.id}]' WHERE number % 5 = 0;
    INSERT INTO mentions SELECT group_id, number, ${bob.user.id}, posted_at FROM messages WHERE number % 5 = 0`);
  for (const state of ['not indexed', 'indexed']) {
    if (state === 'indexed') await indexed(board);
    const numbers = async (query: string, limit = 100) =>
      (await searchAll(board, bob, query, limit)).map((found) =>
        Number(found.slice('main '.length)),
      );
    const all = Array.from({ length: 70 }, (_, at) => 70 - at);
    const thread = all.filter((number) => number % 3 === 0);
    expect(await numbers('in:main thread:3')).toEqual(thread);
    expect(await numbers('in:main thread:3', 2)).toEqual(thread);
    expect(await numbers('in:main thread:#3 soup')).toEqual(thread.filter((n) => n % 2 === 0));
    expect(await numbers('in:main thread:4')).toEqual([4]);
    expect(await numbers('in:main thread:99')).toEqual([]);
    const mentions = all.filter((number) => number % 5 === 0);
    expect(await numbers('is:mention')).toEqual(mentions);
    expect(await numbers('is:mention -soup', 3)).toEqual(mentions.filter((n) => n % 2 === 1));
    expect(await numbers('is:mention in:main thread:3')).toEqual(all.filter((n) => n % 15 === 0));
    expect(await searchAll(board, alice, 'is:mention')).toEqual([]);
  }
});

test('the tables of the index are not counted as tables of the board', () => {
  const { client } = openBoard();
  expect([...rowCounts(client).keys()].filter((name) => /index/.test(name))).toEqual([
    'search_index',
  ]);
});

/** The steps of a search, in milliseconds of this thread's processor time: the least that each took in some runs. */
async function stepsOf(search: () => Promise<{ step(): Promise<unknown> }>): Promise<number[]> {
  let least: number[] = [];
  for (let run = 0; run < 5; run++) {
    const { step } = await search();
    const times: number[] = [];
    for (let done: unknown; !done; ) {
      const before = process.threadCpuUsage();
      done = await step();
      const { user, system } = process.threadCpuUsage(before);
      times.push((user + system) / 1000);
    }
    least = times.map((time, at) => Math.min(time, least[at] ?? Number.POSITIVE_INFINITY));
  }
  return least;
}

const texts = {
  "iif(number % 2, 'odd', 'even')": 'odd even',
  "'soup'": '-soup',
  "'w' || number": 'w1*',
  "'one two'": '"two one"',
};

test.each(Object.entries(texts))(
  'no step of a search takes long, however many messages there are: %s, %s',
  async (text, query) => {
    const board = openBoard(clock);
    const alice = await member(board, 'alice');
    await indexed(board);
    board.client.pragma('synchronous = OFF');
    fill(board.client, 20_000, { text });
    await indexed(board);
    const members = new Board(board.repository);
    const steps = await stepsOf(async () => {
      const search = members.search(alice, query, { limit: 20 });
      // `w1*` is refused.
      return { step: () => search.step().catch((error: unknown) => error) };
    });
    expect(Math.max(...steps)).toBeLessThan(10);
  },
);

const beginnings = Array.from({ length: 32 }, (_, at) => `w${10 + at}`);
const manyTerms = {
  'many words that all messages have': [`'${beginnings.join(' ')}'`, beginnings.join(' ')],
  'one word many times': ["'soup'", 'soup '.repeat(32)],
  'a phrase of one word many times': ["'soup soup soup'", `"${'soup '.repeat(32)}"`],
  'many beginnings of many words each': [
    beginnings.map((each) => `'${each}x' || (number % 60)`).join(" || ' ' || "),
    beginnings.map((each) => `${each}*`).join(' '),
  ],
} as const;

test.each(Object.entries(manyTerms))(
  'no step of a search takes long, and a page costs little: %s',
  async (_, [text, query]) => {
    const board = openBoard(clock);
    const alice = await member(board, 'alice');
    await indexed(board);
    board.client.pragma('synchronous = OFF');
    fill(board.client, 10_000, { text });
    await indexed(board);
    const steps = await stepsOf(async () =>
      new Board(board.repository).search(alice, query, { limit: 20 }),
    );
    expect(Math.max(...steps)).toBeLessThan(10);
    expect(steps.reduce((sum, time) => sum + time, 0)).toBeLessThan(400);
  },
);

test('a message that is deleted while its words are looked up does not end the search', async () => {
  const board = openBoard(clock);
  const alice = await member(board, 'alice');
  const content = Array.from({ length: 60 }, (_, at) => `x${at}`).join(' ');
  const soup = async () => {
    const { message } = await board.repository.post(alice, main, { subject: 'soup', content });
    await indexed(board);
    return message.number;
  };
  const kept = await soup();
  for (let steps = 0, isOver = false; !isOver; steps++) {
    const deleted = await soup();
    const search = new Board(board.repository).search(alice, 'x* soup', { limit: 20 });
    let page: Awaited<ReturnType<typeof search.step>>;
    for (let step = 0; step < steps; step++) page ??= await search.step();
    isOver = page !== undefined;
    await board.repository.delete(alice, main, deleted);
    while (!page) page = await search.step();
    expect(page.messages.map(({ message }) => message.number)).toContain(kept);
  }
});

test('words that are indexed while a search is under way are not taken for all words', async () => {
  const board = openBoard(clock);
  const alice = await member(board, 'alice');
  const upkeep = new SqliteUpkeep(board.store);
  await indexed(board);
  fill(board.client, 1000, { text: "iif(number <= 500, 'early', 'eager')" });
  board.client.exec("UPDATE search_index SET version = ''");
  await upkeep.indexMessages();
  await upkeep.indexMessages();
  const search = new Board(board.repository).search(alice, 'ea* -subject2', { limit: 1000 });
  let page = await search.step();
  while (!page) {
    await upkeep.indexMessages();
    page = await search.step();
  }
  const last = page.messages.at(-1)?.message.number ?? 0;
  // Either all were searched, or the page says that older ones were not.
  expect(page.messages).toHaveLength(1001 - last);
  if (last > 1) expect(page.isIncomplete).toBe(true);
});

test('a search that goes on after the server was closed is refused', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  const search = new Board(board.repository).search(alice, 'soup', { limit: 20 });
  await board.close();
  await expect(search.step()).rejects.toMatchObject({ code: 'SHUTTING_DOWN' });
});

test('a search that finds little ends early, with a place to go on from', async () => {
  const board = openBoard(clock);
  const alice = await member(board, 'alice');
  await indexed(board);
  board.client.pragma('synchronous = OFF');
  fill(board.client, 3 * limits.searchRows, { text: "iif(number = 7, 'bread', 'soup')" });
  const first = await searchPage(board, alice, '-soup');
  expect(first).toMatchObject({ messages: [], more: true, next: { group: 0 } });
  expect(await searchAll(board, alice, '-soup')).toEqual(['main 7']);
});

test('a search in a group costs the same, however often other groups and invisible messages have its words', async () => {
  const costOf = async (others: boolean) => {
    let wall = 1000;
    const board = openBoard({ now: () => wall });
    await member(board, 'alice');
    await indexed(board);
    board.client.pragma('synchronous = OFF');
    board.client.exec(
      'INSERT INTO memberships (group_id, user_id, joined_at, last_read_number) VALUES (3, 1, 2, 0)',
    );
    fill(board.client, 20_000, { text: others ? "'soup'" : "'bread'" });
    fill(board.client, 20_000, { group: 3, text: others ? "'soup'" : "'bread'" });
    const last = Number(board.client.prepare('SELECT max(posted_at) FROM messages').pluck().get());
    wall = 10_000;
    const bob = await member(board, 'bob');
    expect(bob.since).toBeGreaterThan(last);
    await post(board, bob, 'hello');
    await indexed(board);
    const steps = await stepsOf(async () =>
      board.repository.search(
        bob,
        {
          terms: [
            { words: ['hello'], isPrefix: false },
            { words: ['soup'], isPrefix: false },
          ],
          excluded: [],
        },
        { limit: 20 },
        undefined,
      ),
    );
    return { steps: steps.length, time: steps.reduce((sum, time) => sum + time, 0) };
  };
  const without = await costOf(false);
  const withOthers = await costOf(true);
  expect(withOthers.steps).toBe(without.steps);
  expect(withOthers.time).toBeLessThan(5 * without.time + 1);
});

test.each(costlyTexts(limits.content))('32 KiB of %s are cut into words in 20 ms', (_, text) => {
  const content = Buffer.from(text).subarray(0, limits.content).toString();
  expect(cost(() => wordsOf(content))).toBeLessThan(20);
});

test('where a page of a search ends does not depend on words of messages that the user cannot see', async () => {
  const board = openBoard(clock);
  const alice = await member(board, 'alice');
  await indexed(board);
  const words = Array.from({ length: limits.searchRows }, (_, at) => `w${at}`).join(' ');
  const { repository } = board;
  await repository.post(alice, main, { subject: 'invisible', content: words });
  for (const subject of ['one', 'two']) await post(board, alice, subject);
  const bob = await member(board, 'bob');
  const visible = 60;
  for (let each = 0; each < visible; each++) await post(board, alice, 'w1');
  await indexed(board);
  const page = await searchPage(board, bob, 'w*', { limit: 100 });
  expect(page).toMatchObject({ more: false, next: undefined });
  expect(page.messages).toHaveLength(visible);
});

test('the next page of a search does not begin at the time of a message of another group', async () => {
  const board = openBoard(clock);
  const alice = await member(board, 'alice');
  const dave = await member(board, 'dave');
  const [general, foreign] = [groupNamed('general'), groupNamed('news')];
  await board.repository.join(alice, general);
  await board.repository.join(dave, foreign);
  await post(board, alice, 'own');
  const { postedAt } = await post(board, alice, 'own', { group: general });
  await post(board, dave, 'foreign', { group: foreign });
  await indexed(board);
  // The page ends when all messages are searched that are not indexed.
  const few = 10;
  fill(board.client, limits.searchRows - few, { first: 2 });
  fill(board.client, few, { group: 2, first: 2 });
  const { more, next } = await searchPage(board, alice, 'nothing');
  expect(more).toBe(true);
  expect(next?.time).toBe(postedAt + 1);
});

test('a step of a search reads little if the messages are long, however it finds them', async () => {
  const board = openBoard(clock);
  const alice = await member(board, 'alice');
  await indexed(board);
  const { number: replyTo } = await post(board, alice, 'long');
  const content = '明日 '.repeat(limits.content / 7);
  const count = 20;
  for (let each = 0; each < count; each++) {
    await board.repository.post(alice, main, { subject: undefined, content, replyTo });
  }
  const stepsOf = async (query: string) => {
    const search = new Board(board.repository).search(alice, query, { limit: 100 });
    for (let steps = 1; ; steps++) {
      const page = await search.step();
      if (page) return { steps, found: page.messages.length, more: page.more };
    }
  };
  const tail = await stepsOf('明日');
  const inThread = await stepsOf(`in:main thread:${replyTo} -nothing`);
  await indexed(board);
  const byIndex = await stepsOf('明日');
  for (const { steps, found, more } of [tail, inThread, byIndex]) {
    expect(found).toBeGreaterThanOrEqual(count);
    expect(more).toBe(false);
    // Each message alone fills a step.
    expect(steps).toBeGreaterThanOrEqual(count);
  }
});
