import { expect, test } from 'vitest';
import {
  groupNamed,
  login,
  main,
  member,
  openBoard,
  post,
  refusal,
  seen,
} from '../helpers/storage.ts';

test('a post has the next number, its sender, its date and its subject', async () => {
  const board = openBoard({ now: () => 1_795_383_606_453 });
  const alice = await member(board, 'Alice');
  const first = await post(board, alice, 'hello');
  const second = await post(board, alice, 'again');
  expect(first).toMatchObject({ number: 1, sender: 'Alice', subject: 'hello' });
  expect(second.number).toBe(2);
  expect(Math.floor(first.postedAt / 1000)).toBe(1_795_383_606_453);
  expect(second.postedAt).toBe(first.postedAt + 1);
});

test('each group has numbers of its own', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  const news = groupNamed('news');
  await board.repository.join(alice, news);
  await post(board, alice, 'in main');
  expect((await post(board, alice, 'in news', { group: news })).number).toBe(1);
  expect((await post(board, alice, 'in main')).number).toBe(2);
});

test('a message is read with its content as it was posted', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  const content = ' two\n\tlines, "quoted"; 🍜 \n';
  const { message } = await board.repository.post(alice, main, { subject: 'hello', content });
  const read = await board.repository.message(alice, main, 1);
  expect(read).toEqual({ group: { id: 1, name: 'main' }, message: { ...message, content } });
});

test('a post is told with its header and where it came from', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  board.events.length = 0;
  const message = await post(board, alice, 'hello');
  const group = { id: 1, name: 'main' };
  expect(board.events).toEqual([{ type: 'message.posted', origin: alice.origin, group, message }]);
});

test('the number of a deleted message is not used again, nor after a restart', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  await post(board, alice, 'one');
  await post(board, alice, 'two');
  board.client.exec('DELETE FROM messages WHERE number = 2');
  expect((await post(board, alice, 'three')).number).toBe(3);
  board.client.exec('DELETE FROM messages');
  board.close();

  const again = openBoard({ file: board.file });
  expect((await post(again, await login(again, 'alice'), 'four')).number).toBe(4);
});

test('a message that cannot be seen is answered as one that does not exist', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  for (const subject of ['one', 'two', 'three']) await post(board, alice, subject);
  const bob = await member(board, 'bob');
  const answer = async (number: number) => {
    const error: unknown = await board.repository.message(bob, main, number).catch((e) => e);
    return JSON.stringify(error, ['name', 'code']) + String(error).replace(String(number), 'N');
  };

  expect(await answer(1)).toBe(await answer(4));
  expect(await refusal(board.repository.message(bob, main, 1))).toBe('MESSAGE_NOT_FOUND');
  expect((await board.repository.message(bob, main, 2)).message.subject).toBe('two');
});

test('a message of a deleted user stays, without a sender', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  const bob = await member(board, 'bob');
  await post(board, alice, 'a last word');
  board.client.prepare('DELETE FROM users WHERE id = ?').run(alice.user.id);
  const { messages } = await board.repository.messages(bob, main, { limit: 10 });
  expect(messages).toMatchObject([{ number: 1, sender: null, subject: 'a last word' }]);
  expect((await board.repository.message(bob, main, 1)).message.sender).toBeNull();
});

test('a list is cut at the older end, or behind a number at the newer one', async () => {
  const board = openBoard();
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

test('posted again under its key, a message is there once, also after a restart', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  const first = await post(board, alice, 'hello', { key: 'k1' });
  board.events.length = 0;
  expect(await post(board, alice, 'another subject', { key: 'k1' })).toEqual(first);
  expect(board.events).toEqual([]);
  board.close();

  const again = openBoard({ file: board.file });
  const back = await login(again, 'alice');
  expect(await post(again, back, 'hello', { key: 'k1' })).toEqual(first);
  expect(await seen(again, back)).toEqual([1]);
  expect((await again.repository.groups(back))[0]).toMatchObject({ messages: 1 });
  expect((await post(again, back, 'hello', { key: 'k2' })).number).toBe(2);
});

test('one key sent twice at once posts one message', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  const [first, second] = await Promise.all([
    post(board, alice, 'hello', { key: 'k1' }),
    post(board, alice, 'hello', { key: 'k1' }),
  ]);
  expect(second).toEqual(first);
  expect(await seen(board, alice)).toEqual([1]);
});

test('two users may use the same key', async () => {
  const board = openBoard();
  await post(board, await member(board, 'alice'), 'by alice', { key: 'k1' });
  const bob = await member(board, 'bob');
  expect(await post(board, bob, 'by bob', { key: 'k1' })).toMatchObject({
    number: 2,
    sender: 'bob',
  });
});

test('a key that stands for a message of another group is refused', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  const news = groupNamed('news');
  await board.repository.join(alice, news);
  await post(board, alice, 'in main', { key: 'k1' });
  expect(await refusal(post(board, alice, 'in news', { group: news, key: 'k1' }))).toBe(
    'KEY_REUSED',
  );
  expect(await seen(board, alice, news)).toEqual([]);
});

test.each([
  ['a message of the lower group', 'post', 1],
  ['a message of the higher group', 'post', 2],
  ['a membership of the lower group', 'join', 1],
  ['a membership of the higher group', 'join', 2],
])('after a restart, times go on even if the newest is %s', async (_, deed, id) => {
  const board = openBoard({ now: () => 9_000_000 });
  const alice = await member(board, 'alice');
  await board.repository.join(alice, { id: 2 });
  for (const group of [{ id: 1 }, { id: 2 }]) await post(board, alice, 'hello', { group });
  const bob = await login(board, 'bob');
  await board.repository.join(bob, { id: 3 - id });
  if (deed === 'post') await post(board, alice, 'the newest', { group: { id } });
  else await board.repository.join(bob, { id });
  const newest = board.client
    .prepare<[], { at: number }>(
      'SELECT max(at) AS at FROM (SELECT posted_at AS at FROM messages UNION ALL SELECT joined_at FROM memberships)',
    )
    .get();
  board.close();

  const again = openBoard({ file: board.file, now: () => 1 });
  expect((await login(again, 'bob')).since).toBeGreaterThan(newest?.at ?? Number.NaN);
});

test('after a restart, times go on from from the newest, though the wall clock stepped back', async () => {
  let wall = 9_000_000;
  const board = openBoard({ now: () => wall });
  const alice = await member(board, 'alice');
  const first = await post(board, alice, 'one');
  const bob = await login(board, 'bob');
  await board.repository.join(bob, main);
  board.close();

  wall = 1_000_000;
  const again = openBoard({ file: board.file, now: () => wall });
  const back = await login(again, 'alice');
  const second = await post(again, back, 'two');

  expect(second.postedAt).toBeGreaterThan(first.postedAt);
  expect(back.since).toBeGreaterThan(bob.since);
  const third = await post(again, back, 'three');
  expect(await seen(again, await login(again, 'bob'))).toEqual([1, 2, 3]);
  expect([second.number, third.number]).toEqual([2, 3]);
});
