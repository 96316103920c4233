import { expect, test } from 'vitest';
import type { Actor } from '../../src/board/ports/actor.ts';
import type { Header } from '../../src/board/types.ts';
import { limits } from '../../src/protocol/limits.ts';
import {
  complete,
  errorCodeOf,
  groupNamed,
  login,
  main,
  member,
  post,
  seen,
} from '../helpers/storage.ts';
import type { OpenStorage, StorageUnderTest } from './storage.ts';

async function reply(
  { repository }: StorageUnderTest,
  actor: Actor,
  replyTo: number,
  { subject, key }: { subject?: string; key?: string } = {},
): Promise<Header> {
  const posted = await repository.post(actor, main, { subject, content: 'why', replyTo, key });
  return posted.message;
}

/** Replies and their threads. */
export function repliesContract(open: OpenStorage): void {
  test('a reply belongs to the thread of the message that it replies to', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    const root = await post(board, alice, 'Lunch');
    const first = await reply(board, alice, 1);
    const second = await reply(board, alice, 2, { subject: 'Dinner' });
    expect([root.thread, root.replyTo]).toEqual([1, null]);
    expect(first).toMatchObject({ number: 2, thread: 1, replyTo: 1, subject: 'Re: Lunch' });
    expect(second).toMatchObject({ number: 3, thread: 1, replyTo: 2, subject: 'Dinner' });
    const { messages } = await board.repository.messages(alice, main, { limit: 10 });
    expect(messages).toEqual([root, first, second]);
    expect((await board.repository.message(alice, main, 3)).message).toMatchObject(second);
    const operator = await board.administration.messages(main, { limit: 10 });
    expect(operator.messages).toEqual(messages);
  });

  test('a reply is announced with its thread and the message that it replies to', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    await post(board, alice, 'Lunch');
    board.events();
    const message = await reply(board, alice, 1);
    const group = { id: 1, name: 'main' };
    expect(board.events()).toEqual([
      { type: 'message.posted', origin: alice.origin, group, message },
    ]);
  });

  test('a reply can answer a message of the same commit, and a later one has the next number', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    const posted = await Promise.all([
      post(board, alice, 'one'),
      reply(board, alice, 1),
      post(board, alice, 'two'),
      reply(board, alice, 2),
    ]);
    expect(posted.map(({ number, thread }) => [number, thread])).toEqual([
      [1, 1],
      [2, 1],
      [3, 3],
      [4, 1],
    ]);
    expect(await board.administration.group(main)).toMatchObject({ messages: 4, lastNumber: 4 });
  });

  test.each([
    ['Lunch', 'Re: Lunch'],
    ['Re: Lunch', 'Re: Lunch'],
    ['RE:Lunch', 'RE:Lunch'],
    ['x'.repeat(limits.subject), `Re: ${'x'.repeat(limits.subject - 4)}`],
    [`${'x'.repeat(limits.subject - 5)}👩‍👩‍👧`, `Re: ${'x'.repeat(limits.subject - 5)}`],
  ])('a reply without a subject to "%s" gets "%s"', async (subject, expected) => {
    const board = open();
    const alice = await member(board, 'alice');
    await post(board, alice, subject);
    expect((await reply(board, alice, 1)).subject).toBe(expected);
    expect((await reply(board, alice, 2)).subject).toBe(expected);
  });

  test('a message that the sender cannot see gets no reply, as if it did not exist', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    for (const subject of ['secret', 'two', 'three']) await post(board, alice, subject);
    const bob = await member(board, 'bob');
    const refusal = async (number: number) => {
      const error: unknown = await reply(board, bob, number).catch((e) => e);
      return JSON.stringify(error, ['name', 'code']) + String(error).replace(String(number), 'N');
    };
    expect(await refusal(1)).toBe(await refusal(9));
    await board.administration.deleteMessages(main, [2]);
    expect(await refusal(2)).toBe(await refusal(9));
    expect(await errorCodeOf(reply(board, bob, 1))).toBe('MESSAGE_NOT_FOUND');
    expect(await errorCodeOf(reply(board, await login(board, 'eve'), 3))).toBe('NOT_MEMBER');
    expect(await seen(board, alice)).toEqual([1, 3]);
    expect(await board.administration.group(main)).toMatchObject({ lastNumber: 3 });
  });

  test('a number of another group cannot be answered', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    const news = groupNamed('news');
    await board.repository.join(alice, news);
    await post(board, alice, 'in news', { group: news });
    expect(await errorCodeOf(reply(board, alice, 1))).toBe('MESSAGE_NOT_FOUND');
  });

  test('a reply tells nothing of an older root to a sender who cannot see it, but its number', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    await post(board, alice, 'secret');
    await reply(board, alice, 1, { subject: 'shown' });
    await post(board, alice, 'three');
    const bob = await member(board, 'bob');
    const answer = await reply(board, bob, 2);
    expect(answer).toMatchObject({ thread: 1, replyTo: 2, subject: 'Re: shown' });
    expect(await seen(board, bob)).toEqual([2, 3, 4]);
    expect((await reply(board, alice, 2)).subject).toBe('Re: secret');
  });

  test('a reply that is posted again under its key exists once, also after a restart', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    await post(board, alice, 'Lunch');
    const first = await reply(board, alice, 1, { key: 'k' });
    await board.administration.deleteMessages(main, [1]);
    expect(await reply(board, alice, 1, { key: 'k' })).toEqual(first);
    await board.restart();
    const back = await login(board, 'alice');
    expect(await reply(board, back, 1, { key: 'k' })).toEqual(first);
    expect(await seen(board, back)).toEqual([2]);
  });

  test('a reply keeps its place when the message that it replies to is deleted', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    await post(board, alice, 'Lunch');
    await reply(board, alice, 1);
    await board.administration.deleteMessages(main, [1]);
    const { message } = await board.repository.message(alice, main, 2);
    expect(message).toMatchObject({ thread: 1, replyTo: 1 });
    expect(await reply(board, alice, 2)).toMatchObject({ thread: 1, subject: 'Re: Lunch' });
  });

  test('a thread list tells nothing of messages that the reader cannot see, but the number of a root', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    await post(board, alice, 'secret');
    for (let n = 0; n < 5; n++) await reply(board, alice, 1, { subject: `hidden ${n}` });
    await post(board, alice, 'other secret');
    await reply(board, alice, 1, { subject: 'shown' });
    await post(board, alice, 'plain');
    const bob = await member(board, 'bob');
    await reply(board, alice, 8, { subject: 'new' });
    const { threads } = await complete(board.repository.threads(bob, main, { limit: 10 }));
    const of = { replies: 2, unread: 1 };
    expect(threads).toMatchObject([
      { thread: 1, subject: 'shown', lastNumber: 10, ...of },
      { thread: 9, subject: 'plain', startedBy: 'alice', lastNumber: 9, replies: 0, unread: 0 },
    ]);
    expect(threads[0]).not.toHaveProperty('startedBy');
    const thread = (number: number) => board.repository.thread(bob, main, number, { limit: 10 });
    expect((await thread(1)).messages.map(({ number }) => number)).toEqual([8, 10]);
    expect((await thread(10)).messages.map(({ number }) => number)).toEqual([8, 10]);
    expect(await errorCodeOf(thread(2))).toBe('MESSAGE_NOT_FOUND');
    expect(await errorCodeOf(thread(7))).toBe('MESSAGE_NOT_FOUND');
  });

  test('a long thread is listed in several steps', async () => {
    const board = open({ durable: false });
    const alice = await member(board, 'alice');
    await post(board, alice, 'old');
    await post(board, alice, 'long');
    const replies = Array.from({ length: 2500 }, () => reply(board, alice, 2));
    await Promise.all(replies);
    const list = board.repository.threads(alice, main, { limit: 10 });
    expect(await list.step()).toBeUndefined();
    expect(await complete(list)).toMatchObject({
      threads: [
        { thread: 2, replies: limits.unread, unread: 0 },
        { thread: 1, subject: 'old' },
      ],
      next: undefined,
    });
  });
}
