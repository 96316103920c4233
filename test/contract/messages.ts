import { expect, test } from 'vitest';
import { errorCodeOf, groupNamed, login, main, member, post, seen } from '../helpers/storage.ts';
import { type OpenStorage, type StorageUnderTest, toTheEnd } from './storage.ts';

async function purgeAll({ administration }: StorageUnderTest): Promise<void> {
  await administration.purge(await administration.planPurge(main, 'all'), toTheEnd);
}

/** The last number and the number of messages that are stored of a group. */
async function counts({ administration }: StorageUnderTest, group = 'main') {
  const { lastNumber, messages } = await administration.group(groupNamed(group));
  return [lastNumber, messages];
}

/** The newest time of a message or a membership. */
async function newestTime({ administration }: StorageUnderTest): Promise<number> {
  const groups = await administration.groups();
  const times = groups.map(async ({ id }) => {
    const { memberships } = await administration.group({ id });
    const { messages } = await administration.messages({ id }, { limit: 1 });
    return [...memberships.map(({ joinedAt }) => joinedAt), messages[0]?.postedAt ?? 0];
  });
  return Math.max(...(await Promise.all(times)).flat());
}

/** Posting and reading messages. */
export function messagesContract(open: OpenStorage): void {
  test('a post has the next number, its sender, its date and its subject', async () => {
    const board = open({ now: () => 1_795_383_606_453 });
    const alice = await member(board, 'Alice');
    const first = await post(board, alice, 'hello');
    const second = await post(board, alice, 'again');
    expect(first).toMatchObject({ number: 1, sender: 'Alice', subject: 'hello' });
    expect(second.number).toBe(2);
    expect(Math.floor(first.postedAt / 1000)).toBe(1_795_383_606_453);
    expect(second.postedAt).toBe(first.postedAt + 1);
  });

  test('each group has numbers of its own', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    const news = groupNamed('news');
    await board.repository.join(alice, news);
    await post(board, alice, 'in main');
    expect((await post(board, alice, 'in news', { group: news })).number).toBe(1);
    expect((await post(board, alice, 'in main')).number).toBe(2);
  });

  test('a message is read with its content as it was posted', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    const content = ' two\n\tlines, "quoted"; 🍜 \n';
    const { message } = await board.repository.post(alice, main, { subject: 'hello', content });
    const read = await board.repository.message(alice, main, 1);
    const whole = { ...message, content, edits: 0 };
    expect(read).toEqual({ group: { id: 1, name: 'main' }, message: whole });
  });

  test('a post is announced once, with its header and its session', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    board.events();
    const message = await post(board, alice, 'hello');
    const { number, postedAt, subject } = message;
    const { user: sender, origin } = alice;
    const group = { id: 1, name: 'main' };
    const posted = { type: 'messages.posted', origin, group, sender, number, postedAt };
    expect(board.events()).toEqual([{ ...posted, subjects: [subject] }]);
  });

  test('the number of a deleted message is not used again, nor after a restart', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    await post(board, alice, 'one');
    await post(board, alice, 'two');
    await board.administration.deleteMessages(main, [2]);
    expect((await post(board, alice, 'three')).number).toBe(3);
    await purgeAll(board);

    await board.restart();
    expect((await post(board, await login(board, 'alice'), 'four')).number).toBe(4);
  });

  test('a message that is not visible gets the same error as a message that does not exist', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    for (const subject of ['one', 'two', 'three']) await post(board, alice, subject);
    const bob = await member(board, 'bob');
    const answer = async (number: number) => {
      const error: unknown = await board.repository.message(bob, main, number).catch((e) => e);
      return JSON.stringify(error, ['name', 'code']) + String(error).replace(String(number), 'N');
    };

    expect(await answer(1)).toBe(await answer(4));
    expect(await errorCodeOf(board.repository.message(bob, main, 1))).toBe('MESSAGE_NOT_FOUND');
    expect((await board.repository.message(bob, main, 2)).message.subject).toBe('two');
  });

  test('a message of a deleted user stays, without a sender', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    const bob = await member(board, 'bob');
    await post(board, alice, 'a last word');
    await board.administration.deleteUser('alice', 'keep', toTheEnd);
    const { messages } = await board.repository.messages(bob, main, { limit: 10 });
    expect(messages).toMatchObject([{ number: 1, sender: null, subject: 'a last word' }]);
    expect((await board.repository.message(bob, main, 1)).message.sender).toBeNull();
  });

  test('a list is cut at its older end, and a list after a number at its newer end', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    for (let number = 1; number <= 5; number++) await post(board, alice, `number ${number}`);
    const page = async (bounds: { before?: number; after?: number; limit: number }) => {
      const { messages, more } = await board.repository.messages(alice, main, bounds);
      return { numbers: messages.map(({ number }) => number), more };
    };

    expect(await page({ limit: 2 })).toEqual({ numbers: [4, 5], more: true });
    expect(await page({ limit: 5 })).toEqual({ numbers: [1, 2, 3, 4, 5], more: false });
    expect(await page({ before: 4, limit: 2 })).toEqual({ numbers: [2, 3], more: true });
    expect(await page({ before: 3, limit: 2 })).toEqual({ numbers: [1, 2], more: false });
    expect(await page({ after: 0, limit: 2 })).toEqual({ numbers: [1, 2], more: true });
    expect(await page({ after: 3, limit: 2 })).toEqual({ numbers: [4, 5], more: false });
    expect(await page({ after: 1, before: 5, limit: 2 })).toEqual({ numbers: [2, 3], more: true });
    expect(await page({ after: 5, limit: 2 })).toEqual({ numbers: [], more: false });
  });

  test('a message that is posted again under its key exists once, also after a restart', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    const first = await post(board, alice, 'hello', { key: 'k1' });
    board.events();
    expect(await post(board, alice, 'another subject', { key: 'k1' })).toEqual(first);
    expect(board.events()).toEqual([]);

    await board.restart();
    const back = await login(board, 'alice');
    expect(await post(board, back, 'hello', { key: 'k1' })).toEqual(first);
    expect(await seen(board, back)).toEqual([1]);
    expect((await board.repository.groups(back))[0]).toMatchObject({ messages: 1 });
    expect((await post(board, back, 'hello', { key: 'k2' })).number).toBe(2);
  });

  test('one key sent twice at once posts one message', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    const [first, second] = await Promise.all([
      post(board, alice, 'hello', { key: 'k1' }),
      post(board, alice, 'hello', { key: 'k1' }),
    ]);
    expect(second).toEqual(first);
    expect(await seen(board, alice)).toEqual([1]);
  });

  test('two users may use the same key', async () => {
    const board = open();
    await post(board, await member(board, 'alice'), 'by alice', { key: 'k1' });
    const bob = await member(board, 'bob');
    expect(await post(board, bob, 'by bob', { key: 'k1' })).toMatchObject({
      number: 2,
      sender: 'bob',
    });
  });

  test('a key that was used in another group is refused', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    const news = groupNamed('news');
    await board.repository.join(alice, news);
    await post(board, alice, 'in main', { key: 'k1' });
    expect(await errorCodeOf(post(board, alice, 'in news', { group: news, key: 'k1' }))).toBe(
      'KEY_REUSED',
    );
    expect(await seen(board, alice, news)).toEqual([]);
  });

  test.each([
    ['a message of the lower group', 'post', 1],
    ['a message of the higher group', 'post', 2],
    ['a membership of the lower group', 'join', 1],
    ['a membership of the higher group', 'join', 2],
  ])(
    'after a restart, new times are later than the newest stored time, which is that of %s',
    async (_, deed, id) => {
      let wall = 9_000_000;
      const board = open({ now: () => wall });
      const alice = await member(board, 'alice');
      await board.repository.join(alice, { id: 2 });
      for (const group of [{ id: 1 }, { id: 2 }]) await post(board, alice, 'hello', { group });
      const bob = await login(board, 'bob');
      await board.repository.join(bob, { id: 3 - id });
      if (deed === 'post') await post(board, alice, 'the newest', { group: { id } });
      else await board.repository.join(bob, { id });
      const newest = await newestTime(board);
      wall = 1;
      await board.restart();
      expect((await login(board, 'bob')).since).toBeGreaterThan(newest);
    },
  );

  test('after a restart, times grow on from the newest one, although the wall clock went back', async () => {
    let wall = 9_000_000;
    const board = open({ now: () => wall });
    const alice = await member(board, 'alice');
    const first = await post(board, alice, 'one');
    const bob = await login(board, 'bob');
    await board.repository.join(bob, main);

    wall = 1_000_000;
    await board.restart();
    const back = await login(board, 'alice');
    const second = await post(board, back, 'two');

    expect(second.postedAt).toBeGreaterThan(first.postedAt);
    expect(back.since).toBeGreaterThan(bob.since);
    const third = await post(board, back, 'three');
    expect(await seen(board, await login(board, 'bob'))).toEqual([1, 2, 3]);
    expect([second.number, third.number]).toEqual([2, 3]);
  });
  test('posts of one turn get their numbers in order, whoever posts them and however they name the group', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    const bob = await member(board, 'bob');
    await post(board, alice, 'before');
    const news = groupNamed('news');
    await board.repository.join(bob, news);
    const posted = await Promise.all([
      post(board, alice, 'a'),
      post(board, bob, 'b', { group: news }),
      post(board, bob, 'c'),
      post(board, bob, 'd', { group: { id: 1 } }),
      post(board, bob, 'e', { group: news }),
      post(board, alice, 'f'),
    ]);
    expect(posted.map(({ number }) => number)).toEqual([2, 1, 3, 4, 2, 5]);
    expect([await counts(board), await counts(board, 'news')]).toEqual([
      [5, 5],
      [2, 2],
    ]);
  });

  test('an act between two posts of a turn sees the first post, and the second post sees the act', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    const bob = await member(board, 'bob');
    const { repository } = board;
    const [, left, between, joined, again] = await Promise.all([
      post(board, bob, 'one'),
      repository.leave(bob, main),
      errorCodeOf(post(board, bob, 'no member')),
      repository.join(bob, main),
      post(board, bob, 'two'),
      post(board, alice, 'three'),
    ]);
    expect([left.group.name, between, again.number]).toEqual(['main', 'NOT_MEMBER', 2]);
    expect(joined.messages.map(({ subject }) => subject)).toEqual(['one']);
    const told = board.events().findLast(({ type }) => type === 'member.joined');
    expect(told).toMatchObject({ lastNumber: 1 });
    expect(await counts(board)).toEqual([3, 3]);
  });

  test('a key that is sent twice in one turn uses one number', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    const posted = await Promise.all([
      post(board, alice, 'a', { key: 'k' }),
      post(board, alice, 'a', { key: 'k' }),
      post(board, alice, 'b'),
    ]);
    expect(posted.map(({ number }) => number)).toEqual([1, 1, 2]);
    expect(await counts(board)).toEqual([2, 2]);
  });
}
