import { expect, test } from 'vitest';
import { Board } from '../../src/board/board.ts';
import { userName } from '../../src/board/names.ts';
import type { Actor } from '../../src/board/ports/repository.ts';
import { endOfTime } from '../../src/board/times.ts';
import { limits } from '../../src/protocol/limits.ts';
import { indexAll, searchAll } from '../helpers/search.ts';
import { complete, groupNamed, login, main, member, post } from '../helpers/storage.ts';
import { type OpenStorage, type StorageUnderTest, toTheEnd } from './storage.ts';

/** Posts as a member does, whose text is searched for mentions. @returns the number */
async function say(
  { repository }: StorageUnderTest,
  actor: Actor,
  content: string,
  { group = 'main', ...rest }: { group?: string; subject?: string; replyTo?: number } = {},
) {
  const { message } = await new Board(repository).post(actor, group, {
    subject: 'about',
    content,
    ...rest,
  });
  return message;
}

/** All messages that mention a user, such as `main 3`, the newest first, in pages of `limit`. */
async function mentionsOf(
  { repository }: StorageUnderTest,
  actor: Actor,
  limit = 100,
): Promise<string[]> {
  const found: string[] = [];
  for (let before: { time: number; group: number } | undefined; ; ) {
    const list = repository.mentions(actor, { before, limit });
    let page = await list.step();
    while (!page) page = await list.step();
    found.push(...page.messages.map(({ group, message }) => `${group.name} ${message.number}`));
    if (!page.next) return found;
    before = page.next;
  }
}

/** How many messages are unread in `main`, and how many of them mention the user. */
async function unreadIn({ repository }: StorageUnderTest, { user }: Actor) {
  const counts = await complete(repository.unread(user, endOfTime, [1]));
  const count = counts.find(({ group }) => group === 1);
  return [count?.unread ?? 0, count?.mentions ?? 0];
}

/** Mentions of members. */
export function mentionsContract(open: OpenStorage): void {
  async function three() {
    const board = open();
    const alice = await member(board, 'alice');
    const bob = await member(board, 'Bob');
    const carol = await member(board, 'carol');
    return { board, alice, bob, carol };
  }

  test('a message mentions the members whom its text names, once and in order', async () => {
    const { board, alice, bob } = await three();
    const message = await say(board, alice, 'and @BOB and @carol.', { subject: 'for @carol' });
    expect(message.mentions).toBe('["carol","Bob"]');
    const { messages } = await board.repository.messages(bob, main, { limit: 1 });
    expect(messages).toEqual([message]);
    const rows = await board.repository.headerRows(bob, main, { limit: 1 });
    expect(rows.rows[0]?.at(-1)).toBe('["carol","Bob"]');
    expect(await mentionsOf(board, bob)).toEqual(['main 1']);
  });

  test('it is announced with the names and the ids of the users', async () => {
    const { board, alice, bob } = await three();
    board.events();
    const message = await say(board, alice, '@bob');
    const group = { id: 1, name: 'main' };
    const mentioned = [bob.user.id];
    expect(board.events()).toEqual([
      { type: 'message.posted', origin: alice.origin, group, message, mentioned },
    ]);
  });

  test('users who are not members, and names of nobody, are not mentioned', async () => {
    const { board, alice } = await three();
    const dave = await login(board, 'dave');
    expect((await say(board, alice, '@dave @erin @all @everyone')).mentions).toBeNull();
    await board.repository.join(dave, main);
    expect(await mentionsOf(board, dave)).toEqual([]);
  });

  test('the longest name of a member is meant', async () => {
    const { board, alice } = await three();
    await member(board, 'carol.b');
    expect((await say(board, alice, '@carol.b')).mentions).toBe('["carol.b"]');
    expect((await say(board, alice, '@carol.bc')).mentions).toBe('["carol"]');
    expect((await say(board, alice, '@carols')).mentions).toBeNull();
  });

  test('a message mentions as many members as the limit says', async () => {
    const { board, alice } = await three();
    const names = Array.from({ length: limits.mentions + 1 }, (_, at) => `user-${at}x`);
    for (const name of names) await member(board, name);
    const { mentions } = await say(board, alice, names.map((name) => `@${name}`).join(' '));
    expect(JSON.parse(mentions ?? '')).toEqual(names.slice(0, limits.mentions));
  });

  test('a reply mentions whom its own text names, and not whom the subject of its thread names', async () => {
    const { board, alice, bob } = await three();
    await say(board, alice, 'Who comes?', { subject: 'Lunch, @bob' });
    const { repository } = board;
    const reply = await new Board(repository).post(bob, 'main', {
      content: '> @bob\nI do, @alice',
      replyTo: 1,
    });
    expect(reply.message).toMatchObject({ subject: 'Re: Lunch, @bob', mentions: '["alice"]' });
    expect(reply.message).toMatchObject({ replyTo: 1, thread: 1 });
  });

  test('after an edit, a message mentions whom its text names then', async () => {
    const { board, alice, bob, carol } = await three();
    await say(board, alice, '@bob');
    const members = new Board(board.repository);
    const edited = await members.edit(alice, 'main', 1, { content: '@carol and @erin' });
    expect(edited.message.mentions).toBe('["carol"]');
    expect([await mentionsOf(board, bob), await mentionsOf(board, carol)]).toEqual([
      [],
      ['main 1'],
    ]);
    expect(await unreadIn(board, bob)).toEqual([1, 0]);
    expect(await unreadIn(board, carol)).toEqual([1, 1]);
    await members.edit(alice, 'main', 1, { content: 'nobody', subject: 'for @bob' });
    expect(await mentionsOf(board, bob)).toEqual(['main 1']);
    await members.edit(alice, 'main', 1, { subject: 'for nobody' });
    expect((await board.repository.message(bob, main, 1)).message.mentions).toBeNull();
  });

  test('a post that is sent twice mentions once', async () => {
    const { board, alice, bob } = await three();
    const members = new Board(board.repository);
    const once = { subject: 's', content: '@bob', key: 'k' };
    const first = await members.post(alice, 'main', once);
    expect(await members.post(alice, 'main', once)).toEqual(first);
    expect(await mentionsOf(board, bob)).toEqual(['main 1']);
  });

  test('posts of one commit keep their order, with and without mentions', async () => {
    const { board, alice, bob } = await three();
    const texts = ['one', '@bob', 'two', '@bob', 'three'];
    const posted = await Promise.all(texts.map((text) => say(board, alice, text)));
    expect(posted.map(({ number }) => number)).toEqual([1, 2, 3, 4, 5]);
    const { messages } = await board.repository.messages(bob, main, { limit: 5 });
    expect(messages).toEqual(posted);
    await indexAll(board);
    expect(await searchAll(board, bob, 'is:mention')).toEqual(['main 4', 'main 2']);
  });

  test('a renamed user stays mentioned, under the new name', async () => {
    const { board, alice, bob } = await three();
    await say(board, alice, '@bob');
    await board.administration.renameUser('Bob', userName('Robert'));
    const { message } = await board.repository.message(alice, main, 1);
    expect(message.mentions).toBe('["Robert"]');
    expect(await mentionsOf(board, bob)).toEqual(['main 1']);
    expect((await say(board, alice, '@bob')).mentions).toBeNull();
  });

  test('unread mentions are counted beside unread messages, and those of one’s own are not', async () => {
    const { board, alice, bob } = await three();
    await say(board, alice, 'hello');
    for (const by of [alice, bob, alice]) await say(board, by, 'hello @bob');
    expect(await unreadIn(board, bob)).toEqual([3, 2]);
    expect(await unreadIn(board, alice)).toEqual([1, 0]);
    await board.repository.markRead(bob, main, [[4, 4]]);
    expect(await unreadIn(board, bob)).toEqual([2, 1]);
    await board.repository.markRead(bob, main, [[2, 2]]);
    expect(await unreadIn(board, bob)).toEqual([1, 0]);
  });

  test('unread mentions are counted up to the limit', async () => {
    const { board, alice, bob } = await three();
    const many = Array.from({ length: limits.unread + 1 }, () => say(board, alice, '@bob'));
    await Promise.all(many);
    expect(await unreadIn(board, bob)).toEqual([limits.unread, limits.unread]);
    await board.repository.markRead(bob, main, [[500, 500]]);
    expect(await unreadIn(board, bob)).toEqual([limits.unread, limits.unread]);
  });

  test.each(['deleted', 'purged'])('a message that was %s mentions nobody', async (how) => {
    const { board, alice, bob } = await three();
    for (const content of ['@bob one', '@bob two', '@bob three']) await say(board, alice, content);
    if (how === 'deleted') await board.administration.deleteMessages(main, [1, 2]);
    else {
      const plan = await board.administration.planPurge(main, { keep: 1 });
      await board.administration.purge(plan, toTheEnd);
    }
    expect(await mentionsOf(board, bob)).toEqual(['main 3']);
    expect(await unreadIn(board, bob)).toEqual([1, 1]);
  });

  test('a mention gives no right to see: a member who joined again sees those in the window', async () => {
    const { board, alice, bob } = await three();
    await board.repository.join(alice, groupNamed('news'));
    await board.repository.join(bob, groupNamed('news'));
    await say(board, alice, '@bob', { group: 'news' });
    for (let n = 0; n < 4; n++) await say(board, alice, '@bob');
    await board.repository.leave(bob, main);
    expect(await mentionsOf(board, bob)).toEqual(['news 1']);
    await board.repository.join(bob, main);
    expect(await mentionsOf(board, bob)).toEqual(['main 4', 'main 3', 'news 1']);
    expect(await unreadIn(board, bob)).toEqual([0, 0]);
    await board.administration.deleteMessages(main, [4]);
    expect(await mentionsOf(board, bob)).toEqual(['main 3', 'news 1']);
  });

  test('mentions of several groups are listed by time, in pages', async () => {
    const { board, alice, bob } = await three();
    for (const user of [alice, bob]) await board.repository.join(user, groupNamed('news'));
    for (let n = 0; n < 3; n++) {
      await say(board, alice, '@bob');
      await post(board, alice, 'not bob');
      await say(board, alice, '@bob', { group: 'news' });
    }
    const all = ['news 3', 'main 5', 'news 2', 'main 3', 'news 1', 'main 1'];
    for (const limit of [1, 2, 4, 6, 7]) expect(await mentionsOf(board, bob, limit)).toEqual(all);
  });

  test.each(['keep', 'purge'] as const)(
    'a deleted user is mentioned nowhere, and mentions as their messages do (%s)',
    async (disposal) => {
      const { board, alice, bob, carol } = await three();
      await say(board, alice, '@bob and @carol');
      await say(board, bob, '@carol');
      await board.administration.deleteUser('Bob', disposal, toTheEnd);
      const { message } = await board.repository.message(carol, main, 1);
      expect(message.mentions).toBe('["carol"]');
      expect(await mentionsOf(board, carol)).toEqual(
        disposal === 'keep' ? ['main 2', 'main 1'] : ['main 1'],
      );
      const again = await member(board, 'Bob');
      expect(await mentionsOf(board, again)).toEqual([]);
    },
  );
}
