import { expect, test } from 'vitest';
import { Board } from '../../src/board/board.ts';
import { userName } from '../../src/board/names.ts';
import type { Actor } from '../../src/board/ports/actor.ts';
import { endOfTime } from '../../src/board/times.ts';
import { limits } from '../../src/protocol/limits.ts';
import { indexAll, searchAll } from '../helpers/search.ts';
import {
  complete,
  errorCodeOf,
  groupNamed,
  login,
  main,
  member,
  post,
} from '../helpers/storage.ts';
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

  /** Alice, who is a moderator of `main`, and two members. */
  async function moderated() {
    const board = open();
    await board.administration.createUser(userName('alice'), 'hash');
    const alice = await member(board, 'alice');
    const bob = await member(board, 'Bob');
    const carol = await member(board, 'carol');
    await board.administration.moderation.setRole(main, 'alice', 'moderator');
    return { board, alice, bob, carol };
  }

  test('@all of a moderator mentions everybody who can see the message, whenever they joined', async () => {
    const { board, alice, bob, carol } = await moderated();
    await say(board, alice, 'to @all, before anybody else');
    await board.repository.leave(bob, main);
    const message = await say(board, alice, 'and @carol, for @ALL.');
    expect(message.mentions).toBe('["@all","carol"]');
    await say(board, alice, 'to nobody');
    expect(await mentionsOf(board, carol)).toEqual(['main 2', 'main 1']);
    expect(await mentionsOf(board, carol, 1)).toEqual(['main 2', 'main 1']);
    expect(await unreadIn(board, carol)).toEqual([3, 2]);
    const { messages } = await board.repository.messages(carol, main, { limit: 2 });
    expect(messages[0]).toEqual(message);
    await indexAll(board);
    expect(await searchAll(board, carol, 'is:mention')).toEqual(['main 2', 'main 1']);
    expect(await searchAll(board, carol, 'is:mention from:bob')).toEqual([]);
    // Those who join later, as far as they see it: the last two messages.
    await board.repository.join(bob, main);
    expect(await mentionsOf(board, bob)).toEqual(['main 2']);
    expect(await unreadIn(board, bob)).toEqual([0, 0]);
    // The sender is one of all, and has read it.
    expect(await mentionsOf(board, alice)).toEqual(['main 2', 'main 1']);
    expect(await unreadIn(board, alice)).toEqual([0, 0]);
    expect(board.problems()).toEqual([]);
  });

  test('a login counts the unread mentions of all and of the user, each message once', async () => {
    const { board, alice, bob, carol } = await moderated();
    for (const text of ['@all', '@carol', '@all and @carol', 'nobody', '> @all', '@all-in']) {
      await say(board, alice, text);
    }
    const atOnce = async (actor: Actor) => {
      const [own] = (await board.repository.standing(actor)).memberships;
      return [own?.unread, own?.mentions];
    };
    expect(await atOnce(bob)).toEqual([6, 2]);
    expect(await unreadIn(board, bob)).toEqual([6, 2]);
    // Mentions by name are counted in steps.
    expect(await atOnce(carol)).toEqual([null, null]);
    expect(await unreadIn(board, carol)).toEqual([6, 3]);
    await board.repository.markRead(carol, main, [[3, 3]]);
    expect(await unreadIn(board, carol)).toEqual([5, 2]);
    expect(await mentionsOf(board, carol)).toEqual(['main 3', 'main 2', 'main 1']);
  });

  test('@all of a member who is no moderator, or in a direct conversation, mentions nobody', async () => {
    const { board, alice, bob, carol } = await moderated();
    expect((await say(board, bob, '@all @carol')).mentions).toBe('["carol"]');
    expect(await mentionsOf(board, alice)).toEqual([]);
    await board.administration.setPassword('carol', 'hash');
    const protectedCarol = await login(board, 'carol');
    const direct = await say(board, alice, '@all', { group: '@carol' });
    expect(direct.mentions).toBeNull();
    expect(await mentionsOf(board, protectedCarol)).toEqual(['main 1']);
    expect(await errorCodeOf(board.repository.groups(carol))).toBe('SESSION_ENDED');
  });

  test('an edit adds and removes a mention of all, and counts only as long as its author is a moderator', async () => {
    const { board, alice, bob } = await moderated();
    const members = new Board(board.repository);
    await say(board, alice, 'nobody');
    const edit = async (content: string) =>
      (await members.edit(alice, 'main', 1, { content })).message.mentions;
    expect(await edit('@all')).toBe('["@all"]');
    expect(await unreadIn(board, bob)).toEqual([1, 1]);
    expect(await edit('@bob')).toBe('["Bob"]');
    expect(await mentionsOf(board, bob)).toEqual(['main 1']);
    expect(await edit('nobody again')).toBeNull();
    expect(await unreadIn(board, bob)).toEqual([1, 0]);
    expect(await edit('@all, once more')).toBe('["@all"]');
    await board.administration.moderation.setRole(main, 'alice', 'member');
    // The message mentions all until it is edited.
    expect(await mentionsOf(board, bob)).toEqual(['main 1']);
    expect(await edit('@all, for the last time')).toBeNull();
    expect(await mentionsOf(board, bob)).toEqual([]);
    expect(board.problems()).toEqual([]);
  });

  test('a mention of all ends with its message, and leaves nothing behind', async () => {
    const { board, alice, bob } = await moderated();
    for (let n = 0; n < 4; n++) await say(board, alice, '@all');
    await board.administration.deleteMessages(main, [3]);
    const plan = await board.administration.planPurge(main, { keep: 2 });
    await board.administration.purge(plan, toTheEnd);
    expect(await mentionsOf(board, bob)).toEqual(['main 4', 'main 2']);
    expect(await unreadIn(board, bob)).toEqual([2, 2]);
    expect(board.problems()).toEqual([]);
  });

  test('@all does not count as one of the members whom a message can mention', async () => {
    const { board, alice } = await moderated();
    const names = Array.from({ length: limits.mentions }, (_, at) => `user-${at}x`);
    for (const name of names) await member(board, name);
    const { mentions } = await say(
      board,
      alice,
      `${names.map((name) => `@${name}`).join(' ')} @all`,
    );
    expect(JSON.parse(mentions ?? '')).toEqual(['@all', ...names]);
  });

  test('who has muted the sender, or the whole group, is not reached by @all', async () => {
    const { board, alice, bob, carol } = await moderated();
    const members = new Board(board.repository);
    await members.muteUser(bob, 'alice', true);
    await members.setNotify(carol, 'main', 'none');
    await say(board, alice, '@all');
    expect(await unreadIn(board, bob)).toEqual([0, 0]);
    expect(await unreadIn(board, carol)).toEqual([0, 0]);
    await members.setNotify(carol, 'main', 'mentions');
    await say(board, alice, 'to nobody');
    expect(await unreadIn(board, carol)).toEqual([1, 1]);
    expect(await searchAll(board, carol, 'is:unread')).toEqual(['main 1']);
  });

  test('in a group that is muted but for mentions, the next message is one of the same thread first, as its count says', async () => {
    const { board, alice, bob, carol } = await moderated();
    const members = new Board(board.repository);
    await members.setNotify(carol, 'main', 'mentions');
    await say(board, alice, 'a thread');
    await say(board, alice, 'for @carol, elsewhere');
    await say(board, bob, 'to nobody', { replyTo: 1 });
    await say(board, alice, '@all', { replyTo: 1 });
    await say(board, bob, '@carol', { replyTo: 1 });
    const next = async (thread?: number) =>
      (await complete(board.repository.nextUnread(carol, main, { thread, read: [] }))).message
        ?.number;
    const unread = async () => {
      const { threads } = await complete(board.repository.threads(carol, main, { limit: 9 }));
      return threads.map(({ thread, unread: count }) => [thread, count]);
    };
    expect(await unread()).toEqual([
      [1, 2],
      [2, 1],
    ]);
    expect([await next(), await next(1), await next(2)]).toEqual([2, 4, 2]);
    await board.repository.markRead(carol, main, [[4, 4]]);
    expect([await next(1), await unread()]).toEqual([
      5,
      [
        [1, 1],
        [2, 1],
      ],
    ]);
    await board.repository.markRead(carol, main, [[5, 5]]);
    expect([await next(1), await unread()]).toEqual([
      2,
      [
        [1, 0],
        [2, 1],
      ],
    ]);
    expect(await unreadIn(board, carol)).toEqual([1, 1]);
    // Also the message that begins the thread.
    await board.repository.markRead(carol, main, [[2, 2]]);
    await members.edit(alice, 'main', 1, { content: 'a thread for @all' });
    expect([await next(1), await unread()]).toEqual([
      1,
      [
        [1, 1],
        [2, 0],
      ],
    ]);
  });
}
