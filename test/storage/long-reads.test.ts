import { expect, test, vi } from 'vitest';
import { userName } from '../../src/board/names.ts';
import type { Actor } from '../../src/board/ports/actor.ts';
import type { LongRead } from '../../src/board/ports/long-read.ts';
import { endOfTime } from '../../src/board/times.ts';
import { limits } from '../../src/protocol/limits.ts';
import type { Client } from '../../src/storage/sqlite/file/connection.ts';
import { countUnread } from '../../src/storage/sqlite/statements/unread-messages.ts';
import { errorCodeOf, main, member, newLogin, openBoard, post } from '../helpers/storage.ts';

const count = 20_000;
// About so many rows are looked at in one step.
const rowsInStep = 4000;

interface Filled {
  readonly sender: Actor;
  /** The number of the message that begins their thread; without it each begins one. */
  readonly thread?: number;
  readonly mentioned?: Actor;
}

/** Adds messages to `main`, as posts do, after all others. */
function fill(client: Client, { sender, thread, mentioned }: Filled): void {
  const newest = client
    .prepare<[], { number: number; at: number }>(
      'SELECT last_number AS number, (SELECT max(posted_at) FROM messages) AS at FROM groups WHERE id = 1',
    )
    .get();
  if (!newest) throw new Error('There is no group.');
  const add = client.prepare(
    `INSERT INTO messages (group_id, number, sender_id, posted_at, subject, content, milestone, reply_to, thread)
     VALUES (1, @number, @sender, @at, 'subject', 'content', iif(@number % 64, NULL, 1), @thread, @thread)`,
  );
  const mention = client.prepare(
    'INSERT INTO mentions (group_id, number, user_id, posted_at) VALUES (1, @number, @user, @at)',
  );
  client.transaction(() => {
    for (let n = 1; n <= count; n++) {
      const row = { number: newest.number + n, at: newest.at + n };
      add.run({ ...row, sender: sender.user.id, thread: thread ?? null });
      if (mentioned) mention.run({ ...row, user: mentioned.user.id });
    }
    client
      .prepare('UPDATE groups SET last_number = ?, message_count = ? WHERE id = 1')
      .run(newest.number + count, newest.number + count);
  })();
}

/** The result of a read, and in how many steps it was made. */
async function inSteps<T>(read: LongRead<T>): Promise<{ found: T; steps: number }> {
  for (let steps = 1; ; steps++) {
    const found = await read.step();
    if (found !== undefined) return { found, steps };
  }
}

/** A board on which Alice has read nothing of the messages 1 by Bob and 2 by herself. */
async function conversation() {
  const clock = { now: 1000 };
  const board = openBoard({ durable: false, now: () => clock.now });
  const alice = await member(board, 'alice');
  const bob = await member(board, 'bob');
  await post(board, bob, 'from bob');
  await post(board, alice, 'from alice');
  const addMany = (of: Filled) => {
    fill(board.client, of);
    clock.now += 60_000;
  };
  return { board, alice, bob, addMany };
}

test.each(['own', 'own replies', 'muted', 'muted thread', 'muted mentions'])(
  'unread messages are counted and found in limited steps among very many others: %s',
  async (kind) => {
    const { board, alice, bob, addMany } = await conversation();
    const { repository } = board;
    const noisy = await member(board, 'noisy');
    await repository.markRead(alice, main, [[1, 1]]);
    if (kind === 'own') addMany({ sender: alice });
    if (kind === 'own replies') addMany({ sender: alice, thread: 2 });
    if (kind === 'muted') addMany({ sender: noisy });
    if (kind === 'muted thread') addMany({ sender: noisy, thread: 2 });
    if (kind === 'muted mentions') addMany({ sender: noisy, mentioned: alice });
    if (kind === 'muted thread') await repository.muteThread(alice, main, 2, true);
    else await repository.muteUser(alice, 'noisy', true);
    await post(board, bob, 'the last one, for @alice');
    const last = count + 3;

    const counted = await inSteps(repository.unread(alice.user, endOfTime, [1]));
    expect(counted.found).toMatchObject([{ unread: 1, lastNumber: last }]);
    const next = await inSteps(repository.nextUnread(alice, main, { read: [] }));
    expect(next.found.message?.number).toBe(last);
    const inThread = await inSteps(repository.nextUnread(alice, main, { read: [], thread: 2 }));
    expect(inThread.found.message?.number).toBe(last);
    const threads = await inSteps(repository.threads(alice, main, { limit: 5 }));
    expect(threads.found.threads[0]).toMatchObject({ thread: last, unread: 1 });
    for (const { steps } of [counted, next]) {
      expect(steps).toBeGreaterThanOrEqual(count / rowsInStep);
    }
  },
);

test('a thread with very many own replies is listed in limited steps', async () => {
  const { board, alice, addMany } = await conversation();
  addMany({ sender: alice, thread: 1 });
  const { found, steps } = await inSteps(board.repository.threads(alice, main, { limit: 5 }));
  expect(found.threads).toMatchObject([
    { thread: 1, replies: limits.unread, unread: 1 },
    { thread: 2, replies: 0, unread: 0 },
  ]);
  // The replies are walked to find the newest of each thread, and then counted.
  expect(steps).toBeGreaterThanOrEqual((2 * count) / rowsInStep);
});

test('a count says how far the read mark can pass own messages, and then counts at once', async () => {
  const { board, alice, bob, addMany } = await conversation();
  const { repository } = board;
  await repository.markRead(alice, main, [[1, 1]]);
  addMany({ sender: alice });
  await post(board, bob, 'unread');
  const { found } = await inSteps(repository.unread(alice.user, endOfTime, [1]));
  const [{ lastRead, ownUpTo } = { lastRead: 0, ownUpTo: 0 }] = found;
  // Bob's message has the number after them.
  expect(ownUpTo).toBe(count + 2);
  await repository.markRead(alice, main, [[lastRead + 1, ownUpTo ?? 0]]);
  const again = await inSteps(repository.unread(alice.user, endOfTime, [1]));
  expect(again).toMatchObject({ steps: 1, found: [{ unread: 1, lastRead: count + 2 }] });
  expect(again.found[0]).not.toHaveProperty('ownUpTo');
});

test('a member who leaves during a read gets no result', async () => {
  const { board, alice, addMany } = await conversation();
  const { repository } = board;
  addMany({ sender: alice, thread: 1 });
  const list = repository.threads(alice, main, { limit: 5 });
  expect(await list.step()).toBeUndefined();
  await repository.leave(alice, main);
  expect(await errorCodeOf(list.step())).toBe('NOT_MEMBER');
  const next = repository.nextUnread(alice, main, { read: [] });
  expect(await errorCodeOf(next.step())).toBe('NOT_MEMBER');
  await repository.join(alice, main);
  expect(await errorCodeOf(list.step())).toBe('NOT_MEMBER');
});

test('a login counts what is unread in its first groups, and leaves the others to be counted in steps', async () => {
  const board = openBoard({ durable: false, now: () => 100_000 });
  const alice = await member(board, 'alice');
  await member(board, 'bob');
  const groups = 250;
  const add = (sql: string) => board.client.prepare(sql);
  board.client.transaction(() => {
    for (let n = 1; n <= groups; n++) {
      const id = 1000 + n;
      add(
        "INSERT INTO groups (id, name, name_key, created_at, last_number) VALUES (@id, 'g' || @id, 'g' || @id, 1, 2)",
      ).run({ id });
      add(
        'INSERT INTO memberships (group_id, user_id, joined_at, last_read_number, last_read_at) VALUES (@id, @user, 1, 0, 1)',
      ).run({ id, user: alice.user.id });
      for (const number of [1, 2]) {
        add(
          "INSERT INTO messages (group_id, number, sender_id, posted_at, subject, content) VALUES (@id, @number, 2, 10 + @number, 's', 'c')",
        ).run({ id, number });
      }
    }
  })();
  const opened = await board.accounts.login(userName('alice'), newLogin(), null);
  expect(opened.memberships).toHaveLength(groups + 1);
  expect(opened.memberships.filter(({ unread }) => unread === 2)).toHaveLength(99);
  const uncounted = opened.memberships.filter(({ unread }) => unread === null);
  const ids = uncounted.map(({ group }) => group.id);
  const { found, steps } = await inSteps(board.repository.unread(alice.user, endOfTime, ids));
  expect(found.map(({ unread }) => unread)).toEqual(Array(151).fill(2));
  expect(steps).toBeGreaterThan(5);
});

test('what is unread is counted by the small query, unless the user has muted a user or a thread', async () => {
  const { board, alice, bob, addMany } = await conversation();
  const { store, repository } = board;
  addMany({ sender: bob });
  const small = vi.spyOn(store.statements.countWindow, 'get');
  const large = vi.spyOn(store.statements.unreadWindow, 'get');
  const counted = () => {
    small.mockClear();
    large.mockClear();
    const counting = countUnread(store.statements, { user: alice.user.id, group: 1 }, endOfTime);
    let step = counting.next();
    while (!step.done) step = counting.next();
    return {
      unread: step.value?.unread,
      large: large.mock.calls.length,
      small: small.mock.calls.length,
    };
  };
  expect(counted()).toEqual({ unread: limits.unread, large: 1, small: 1 });
  await repository.muteThread(alice, main, 1, true);
  const { large: windows, ...others } = counted();
  expect(others).toEqual({ unread: limits.unread, small: 0 });
  expect(windows).toBeGreaterThan(1);
});
