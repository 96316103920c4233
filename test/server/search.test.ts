import { expect, test } from 'vitest';
import { limits } from '../../src/protocol/limits.ts';
import { TestBoard } from '../helpers/board.ts';
import { runCli } from '../helpers/cli.ts';
import type { JsonPeer } from '../helpers/json-peer.ts';
import { rule } from './support.ts';

async function boardWithMessages(): Promise<{
  board: TestBoard;
  alice: Awaited<ReturnType<TestBoard['memberProgram']>>;
}> {
  const board = await TestBoard.start();
  const alice = await board.memberProgram('alice');
  await alice.call('group.join', { group: 'news' });
  for (const [group, subject, content] of [
    ['main', 'Lunch on Friday', 'The place at the corner has soup.'],
    ['news', 'Release 7', 'Soup is in the release notes.'],
    ['main', 'Re: Lunch', 'No soup for me.'],
  ] as const) {
    await alice.call('message.post', { group, subject, content });
  }
  return { board, alice };
}

/** The error that a program gets. */
async function refusal(program: JsonPeer, method: 'message.search', params: object) {
  const { error } = await program.request(method, params);
  return { code: error?.data?.code, message: error?.message };
}

test('a program gets headers with their groups, newest first, and where to go on', async () => {
  const { alice } = await boardWithMessages();
  const first = await alice.call('message.search', { query: 'soup', limit: 2 });
  expect(first).toMatchObject({
    messages: [
      { group: 'main', groupId: 1, number: 2, sender: 'alice', subject: 'Re: Lunch' },
      { group: 'news', groupId: 3, number: 1, subject: 'Release 7' },
    ],
    more: true,
    next: expect.stringMatching(/^\d{4}-.*Z\/3$/),
  });
  expect(first).not.toHaveProperty('indexing');
  const { next: before } = first;
  const second = await alice.call('message.search', { query: 'soup', before });
  expect(second).toMatchObject({ messages: [{ group: 'main', number: 1 }], more: false });
  expect(second).not.toHaveProperty('next');
});

const refused: [params: object, says: string][] = [
  [{ query: '' }, 'Wrong arguments: query: say what to look for'],
  [{ query: '?!' }, 'Wrong arguments: query: say what to look for'],
  [{ query: '"open' }, 'Wrong arguments: query: the closing quote is missing: ".'],
  [{ query: 'is:red' }, 'Wrong arguments: query: is: takes "unread" or "mention", not "red".'],
  [{ query: 'thread:17' }, 'thread: needs in:'],
  [{ query: 'in:main thread:x' }, 'thread: takes the number of a message'],
  [{ query: 'after:yesterday' }, 'after: takes a day (2026-11-22)'],
  [{ query: 'before:2026-02-30' }, 'before: takes a day (2026-11-22)'],
  [{ query: 'from: soup' }, 'from: takes a name'],
  [{ query: '-from:bob' }, 'only words can be left out with "-", not from:'],
  [{ query: 'from:a from:b' }, 'from: is there twice'],
  [{ query: 'x'.repeat(limits.searchQuery + 1) }, 'it is too long: at most 500 characters'],
  [{ query: 'a '.repeat(limits.searchWords + 1) }, 'it has 33 words: at most 32'],
  [{ query: '日'.repeat(limits.searchQuery) }, 'words: at most 32'],
  [{ query: 'soup', before: 'now' }, 'before: give the "next" of the page before'],
  [{ query: 'soup', limit: 101 }, 'limit'],
];

test.each(refused)(
  'a query that cannot be read is refused with the reason: %j',
  async (params, says) => {
    const board = await TestBoard.start();
    const alice = await board.memberProgram('alice');
    expect(await refusal(alice, 'message.search', params)).toMatchObject({
      code: 'INVALID_PARAMS',
      message: expect.stringContaining(says),
    });
  },
);

test('a group that does not exist and one that the user is not in get the same answer', async () => {
  const { board } = await boardWithMessages();
  const bob = await board.memberProgram('bob');
  for (const group of ['news', 'nowhere']) {
    expect(await refusal(bob, 'message.search', { query: `soup in:${group}` })).toMatchObject({
      code: 'GROUP_NOT_FOUND',
      message: `There is no group ${group}.`,
    });
  }
});

test('a person sees the found messages, and what to type for more', async () => {
  const { board, alice } = await boardWithMessages();
  const bob = await board.person('bob');
  await bob.ask('%join');
  expect(await bob.ask('%search lunch -soup')).toBe(
    `--- Search: lunch -soup ---\n(no messages)\n${rule}\n`,
  );
  expect(await bob.ask('%search LUNCH soup')).toMatch(
    /^--- Search: LUNCH soup ---\nGroup: main \| ID: 2 \| Sender: alice \| .* \| Subject: Re: Lunch\nGroup: main \| ID: 1 /,
  );
  for (let each = 0; each < 25; each++) {
    await alice.call('message.post', { group: 'main', subject: 'pasta', content: `${each}` });
  }
  const first = await bob.ask('%search pasta');
  const [, again = ''] = /search for (%search pasta before:\S+)\n/.exec(first) ?? [];
  const second = await bob.ask(again);
  expect(second.match(/Subject: pasta/g)).toHaveLength(5);
  expect(second).not.toContain('There may be more');
  expect(await bob.ask('%search')).toContain('[ERROR] Wrong arguments: the query is missing.');
});

test('corkboard search prints what a user may see, and corkboard message search everything', async () => {
  const { board } = await boardWithMessages();
  await board.operate((operator) => operator.deleteMessages({ id: 1 }, [2]));
  const search = (...words: string[]) =>
    runCli(['search', ...words, '--port', String(board.port), '--user', 'bob']);
  expect(await search('soup')).toEqual({ code: 0, stdout: '', stderr: '' });
  const bob = await board.program('bob');
  await bob.call('group.join', { group: 'main' });
  await bob.call('session.logout', {});
  await bob.closed();
  const found = await search('soup', '--json');
  expect(found).toMatchObject({ code: 0, stderr: '' });
  expect(JSON.parse(found.stdout)).toMatchObject({ group: 'main', number: 1, sender: 'alice' });
  expect((await search('soup', 'place')).stdout).toMatch(/^\[GROUP:main\] ID: 1 \| Sender: alice/);
  expect(await search('in:news', 'soup')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('corkboard: There is no group news.'),
  });
  const all = await runCli(['message', 'search', 'soup', '--data', board.data, '--json']);
  expect(JSON.parse(all.stdout)).toMatchObject([
    { group: 'news', groupId: 3, number: 1 },
    { group: 'main', groupId: 1, number: 1 },
  ]);
  const unread = await runCli(['message', 'search', 'is:unread', '--data', board.data]);
  expect(unread).toMatchObject({ code: 1, stderr: expect.stringContaining('is:') });
});

test('a server indexes what was posted, and makes the index again after db reindex', async () => {
  const { board, alice } = await boardWithMessages();
  const database = board.database();
  const indexed = database
    .prepare<[], number>("SELECT count(*) FROM message_index_words WHERE term LIKE '%:soup'")
    .pluck();
  for (let each = 0; each < 100; each++) {
    await alice.call('message.post', { group: 'main', subject: 'soup', content: '' });
  }
  // The hundredth message wakes the indexer.
  await expect.poll(() => indexed.get(), { timeout: 10_000 }).toBeGreaterThanOrEqual(100);
  await board.stop();
  expect((await runCli(['db', 'reindex', '--data', board.data])).code).toBe(0);
  expect(indexed.get()).toBe(0);
  expect(await runCli(['message', 'search', 'release', '--data', board.data])).toMatchObject({
    stdout: expect.stringContaining('Release 7'),
  });
  await board.restart();
  await expect.poll(() => indexed.get(), { timeout: 10_000 }).toBe(103);
  const again = await board.program('alice');
  const { messages } = await again.call('message.search', { query: 'release' });
  expect(messages).toHaveLength(1);
  expect(await runCli(['db', 'check', '--data', board.data])).toMatchObject({ stdout: 'ok\n' });
});
