import { expect, test } from 'vitest';
import type { Actor } from '../../src/board/ports/actor.ts';
import { limits } from '../../src/protocol/limits.ts';
import { indexAll, searchAll, searchPage } from '../helpers/search.ts';
import { errorCodeOf, groupNamed, login, main, member, post } from '../helpers/storage.ts';
import { type OpenStorage, type StorageUnderTest, toTheEnd } from './storage.ts';

const news = groupNamed('news');

/** A board on which a server has run: its index of words has been begun. */
async function started(board: StorageUnderTest): Promise<StorageUnderTest> {
  await indexAll(board);
  return board;
}

async function postAll(
  board: StorageUnderTest,
  actor: Actor,
  texts: readonly (readonly [subject: string, content: string])[],
  group = main,
): Promise<void> {
  for (const [subject, content] of texts) {
    await board.repository.post(actor, group, { subject, content });
  }
}

const texts = [
  ['Lunch today', 'Soup at noon, and Crème brûlée.'],
  ['Re: Lunch today', 'The soup was cold.'],
  ['Deployment', 'Deployed build 7 to production; e-mail ops@example.org.'],
  ['会議', '明日は東京都で会議があります。'],
  ['ประกาศ', 'ภาษาไทยเป็นภาษาที่มีผู้พูดมากในประเทศไทย'],
  ['Straße', "It's ΣΟΦΟΣ's don't, iPhone14を買う."],
] as const;

const queries: [query: string, numbers: number[]][] = [
  ['soup', [2, 1]],
  ['SOUP noon', [1]],
  ['"soup was"', [2]],
  ['"was soup"', []],
  ['“lunch today”', [2, 1]],
  ['lunch -cold', [1]],
  ['lunch -"at noon"', [2]],
  ['-soup', [6, 5, 4, 3]],
  ['dep*', [3]],
  ['deploy', []],
  ['deploy* build', [3]],
  ['sou* -co*', [1]],
  ['creme', [1]],
  ['brulee', [1]],
  ['CRÈME', [1]],
  ['e-mail', [3]],
  ['ops@example.org', [3]],
  ['東京', [4]],
  ['会議', [4]],
  ['明日 会議', [4]],
  ['ภาษาไทย', [5]],
  ['ประเทศไทย', [5]],
  ['strasse', [6]],
  ['σοφος', [6]],
  ["don't", [6]],
  ['iphone14', [6]],
  ['買う', [6]],
  ['subject:lunch', []],
  ['nowhere', []],
  ['soup nowhere', []],
  ['"', []],
];

/** Searching. Every test looks at messages that are indexed, and at the same messages before. */
export function searchContract(open: OpenStorage): void {
  describeBoth('words, phrases, beginnings and excluded words', async (index) => {
    const board = await started(open());
    const alice = await member(board, 'alice');
    await postAll(board, alice, texts);
    await index(board);
    for (const [query, numbers] of queries.filter(([query]) => query !== '"')) {
      expect(await searchAll(board, alice, query), query).toEqual(
        numbers.map((number) => `main ${number}`),
      );
    }
  });

  describeBoth('filters by sender, group, time and what is unread', async (index) => {
    let now = Date.UTC(2026, 10, 20);
    const board = await started(open({ now: () => now }));
    const alice = await member(board, 'alice');
    const bob = await member(board, 'Bob');
    for (const actor of [alice, bob]) await board.repository.join(actor, news);
    await post(board, alice, 'soup one');
    now = Date.UTC(2026, 10, 21);
    await post(board, bob, 'soup two');
    await post(board, bob, 'soup three', { group: news });
    now = Date.UTC(2026, 10, 22);
    await post(board, alice, 'soup four', { group: news });
    await index(board);
    const found = (query: string) => searchAll(board, alice, query);
    expect(await found('soup')).toEqual(['news 2', 'news 1', 'main 2', 'main 1']);
    expect(await found('soup from:bob')).toEqual(['news 1', 'main 2']);
    expect(await found('from:BOB')).toEqual(['news 1', 'main 2']);
    expect(await found('from:@bob in:News')).toEqual(['news 1']);
    expect(await found('from:nobody soup')).toEqual([]);
    expect(await found('in:main')).toEqual(['main 2', 'main 1']);
    expect(await found('in:1 soup')).toEqual(['main 2', 'main 1']);
    expect(await found('after:2026-11-21 soup')).toEqual(['news 2', 'news 1', 'main 2']);
    expect(await found('before:2026-11-21T00:00 soup')).toEqual(['main 1']);
    expect(await found('after:2026-11-21 before:2026-11-22')).toEqual(['news 1', 'main 2']);
    expect(await found('is:unread')).toEqual(['news 1', 'main 2']);
    await board.repository.markRead(alice, main, [[1, 2]]);
    expect(await found('is:unread soup')).toEqual(['news 1']);
  });

  describeBoth('pages go on where the last one ended, over all groups', async (index) => {
    const board = await started(open());
    const alice = await member(board, 'alice');
    await board.repository.join(alice, news);
    const posted: string[] = [];
    for (let each = 0; each < 30; each++) {
      const [group, name] = each % 3 === 0 ? [news, 'news'] : [main, 'main'];
      const { number } = await post(board, alice, each % 2 ? 'odd' : 'even', { group });
      posted.unshift(`${name} ${number}`);
    }
    await index(board);
    for (const limit of [1, 3, 29, 30, 31]) {
      expect(await searchAll(board, alice, 'full', limit)).toEqual(posted);
      expect(await searchAll(board, alice, '-nothing', limit)).toEqual(posted);
    }
    expect(await searchPage(board, alice, 'full', { limit: 30 })).toMatchObject({ more: false });
  });

  describeBoth('nothing is told of messages that the user may not see', async (index) => {
    const board = await started(open());
    const alice = await member(board, 'alice');
    await board.repository.join(alice, news);
    await post(board, alice, 'secret abroad', { group: news });
    for (const subject of ['secret one', 'secret two', 'secret three']) {
      await post(board, alice, subject);
    }
    const bob = await member(board, 'bob');
    await post(board, alice, 'secret four');
    await index(board);
    const found = (query: string, limit?: number) => searchAll(board, bob, query, limit);
    expect(await found('secret')).toEqual(['main 4', 'main 3', 'main 2']);
    expect(await found('one')).toEqual([]);
    expect(await found('abroad')).toEqual([]);
    expect(await found('-nothing')).toEqual(['main 4', 'main 3', 'main 2']);
    // Whether there are more does not depend on the invisible message.
    const page = await searchPage(board, bob, 'secret', { limit: 3 });
    expect(page).toMatchObject({ more: false, next: undefined, isIncomplete: false });
    for (const query of ['in:news secret', 'in:nowhere secret', 'in:2', 'in:99']) {
      expect(await errorCodeOf(searchPage(board, bob, query)), query).toBe('GROUP_NOT_FOUND');
    }
    await board.administration.deleteMessages(main, [2, 3]);
    expect(await found('secret')).toEqual(['main 4']);
    await board.repository.leave(bob, main);
    expect(await found('secret')).toEqual([]);
  });

  test.each(['indexed', 'not indexed'])(
    'words that begin alike are counted only if their messages are visible (%s)',
    async (state) => {
      const board = await started(open());
      const alice = await member(board, 'alice');
      const many = Array.from({ length: limits.searchPrefix + 1 }, (_, at) => `word${at}`).join(
        ' ',
      );
      await postAll(board, alice, [
        ['a', many],
        ['b', ''],
        ['c', 'word1 word2'],
      ]);
      const bob = await member(board, 'bob');
      if (state === 'indexed') await indexAll(board);
      expect(await searchAll(board, bob, 'word*')).toEqual(['main 3']);
      if (state === 'indexed') {
        expect(await errorCodeOf(searchAll(board, alice, 'word*'))).toBe('INVALID_PARAMS');
      }
      expect(await searchAll(board, alice, 'word1*')).toEqual(['main 3', 'main 1']);
    },
  );

  describeBoth('deleted, purged and expired messages are not found', async (index) => {
    const board = await started(open());
    const alice = await member(board, 'alice');
    for (const subject of ['soup one', 'soup two', 'soup three', 'soup four']) {
      await post(board, alice, subject);
    }
    await index(board);
    await board.administration.deleteMessages(main, [4]);
    expect(await searchAll(board, alice, 'soup')).toEqual(['main 3', 'main 2', 'main 1']);
    await board.administration.purge(
      await board.administration.planPurge(main, { keep: 2 }),
      toTheEnd,
    );
    expect(await searchAll(board, alice, 'soup')).toEqual(['main 3', 'main 2']);
    await board.administration.editGroup(main, { keepMessages: 1 });
    while (!(await board.upkeep.removeExpired()));
    expect(await searchAll(board, alice, 'soup')).toEqual(['main 3']);
    await board.administration.purge(await board.administration.planPurge(main, 'all'), toTheEnd);
    expect(await searchAll(board, alice, 'soup')).toEqual([]);
    // SQLite gives the ids of the removed rows to these.
    await post(board, alice, 'bread');
    expect(await searchAll(board, alice, 'soup')).toEqual([]);
    expect(await searchAll(board, alice, 'bread')).toEqual(['main 5']);
    await index(board);
    expect(await searchAll(board, alice, 'bread')).toEqual(['main 5']);
  });

  describeBoth('an edited message is found by its present words alone', async (index) => {
    const board = await started(open());
    const alice = await member(board, 'alice');
    await post(board, alice, 'soup one');
    await post(board, alice, 'soup two');
    await index(board);
    const edit = { subject: 'bread one', content: 'only bread' };
    await board.repository.edit(alice, main, 1, edit, Number.MAX_SAFE_INTEGER);
    expect(await searchAll(board, alice, 'soup')).toEqual(['main 2']);
    expect(await searchAll(board, alice, 'bread')).toEqual(['main 1']);
    expect(await searchAll(board, alice, 'so*')).toEqual(['main 2']);
    await index(board);
    expect(await searchAll(board, alice, 'soup')).toEqual(['main 2']);
    expect(await searchAll(board, alice, 'bread')).toEqual(['main 1']);
  });

  describeBoth('messages of a deleted user and a deleted group', async (index) => {
    const board = await started(open());
    const [alice, bob, carol] = [
      await member(board, 'alice'),
      await member(board, 'bob'),
      await member(board, 'carol'),
    ];
    await board.repository.join(alice, news);
    await post(board, bob, 'soup of bob');
    await post(board, carol, 'soup of carol');
    await post(board, alice, 'soup of news', { group: news });
    await index(board);
    await board.administration.deleteUser('bob', 'purge', toTheEnd);
    await board.administration.deleteUser('carol', 'keep', toTheEnd);
    expect(await searchAll(board, alice, 'soup')).toEqual(['news 1', 'main 2']);
    expect(await searchAll(board, alice, 'from:carol')).toEqual([]);
    const again = await member(board, 'carol');
    expect(await searchAll(board, alice, 'from:carol')).toEqual([]);
    await post(board, again, 'more soup');
    expect(await searchAll(board, alice, 'from:carol')).toEqual(['main 3']);
    await board.administration.deleteGroup(news, toTheEnd);
    expect(await searchAll(board, alice, 'soup')).toEqual(['main 3', 'main 2']);
  });

  test('a sender is found by the present name', async () => {
    const board = await started(open());
    const alice = await member(board, 'alice');
    await post(board, alice, 'soup');
    await indexAll(board);
    await board.administration.renameUser('alice', { name: 'Alicia', key: 'alicia' });
    expect(await searchAll(board, alice, 'from:alicia')).toEqual(['main 1']);
    expect(await searchAll(board, alice, 'from:alice')).toEqual([]);
  });

  test('a user who is in no group finds nothing, and one who was banned is refused', async () => {
    const board = await started(open());
    const bob = await login(board, 'bob');
    expect(await searchAll(board, bob, 'soup')).toEqual([]);
    await board.administration.banUser('bob', '');
    expect(await errorCodeOf(searchPage(board, bob, 'soup'))).toBe('BANNED');
  });

  test('a member who leaves while a search is under way gets nothing of the group', async () => {
    const board = await started(open());
    const alice = await member(board, 'alice');
    for (let each = 0; each < 50; each++) await post(board, alice, 'soup');
    const search = board.repository.search(
      alice,
      { terms: [{ words: ['soup'], isPrefix: false }], excluded: [] },
      { limit: 100 },
      undefined,
    );
    expect(await search.step()).toBeUndefined();
    await board.repository.leave(alice, main);
    let page = await search.step();
    while (!page) page = await search.step();
    expect(page).toMatchObject({ messages: [], more: false });
  });
}

type Index = (board: StorageUnderTest) => Promise<void>;

/** The same test with messages that are indexed, with some that are, and with none. */
function describeBoth(title: string, check: (index: Index) => Promise<void>): void {
  test.each([
    ['indexed', indexAll],
    ['not indexed', async () => {}],
  ] as [string, Index][])(`${title} (%s)`, (_, index) => check(index));
}
