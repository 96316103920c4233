import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MessageList } from '../../src/board/message-list.ts';
import type { Actor } from '../../src/board/ports/actor.ts';
import { isRun } from '../../src/board/ports/posting.ts';
import { groupNamed, main, member, openBoard, post, type StoredBoard } from '../helpers/storage.ts';

/** What the board keeps of a group beside its messages. */
function counts({ client }: StoredBoard, group = 'main') {
  const query = client.prepare('SELECT last_number, message_count FROM groups WHERE name = ?');
  return query.raw().get(group);
}

test('a post that fails leaves no gap for those of its turn, nor for the next', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  board.client.exec(`CREATE TRIGGER broken BEFORE INSERT ON messages WHEN new.subject = 'bad'
    BEGIN SELECT RAISE(ABORT, 'no room'); END`);
  const outcomes = await Promise.allSettled(
    ['a', 'bad', 'b'].map((subject) => post(board, alice, subject)),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect((await post(board, alice, 'c')).number).toBe(3);
  expect(counts(board)).toEqual([3, 3]);
});

test('posts whose counts cannot be written are not stored', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  board.client.exec(`CREATE TRIGGER broken BEFORE UPDATE ON groups
    BEGIN SELECT RAISE(ABORT, 'no room'); END`);
  const outcomes = await Promise.allSettled(['a', 'b'].map((each) => post(board, alice, each)));
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(board.client.prepare('SELECT count(*) FROM messages').pluck().get()).toBe(0);
  board.client.exec('DROP TRIGGER broken');
  expect((await post(board, alice, 'c')).number).toBe(1);
});

test.each([
  ['membership', 'DELETE FROM memberships', 'NOT_MEMBER'],
  ['group', 'DELETE FROM groups', 'GROUP_NOT_FOUND'],
  ['right to post', 'UPDATE users SET banned_at = 1', 'BANNED'],
  ['password', "UPDATE users SET password_hash = 'other'", 'SESSION_ENDED'],
  ['user', 'DELETE FROM users', 'USER_NOT_FOUND'],
])(
  'a post is refused if another process has changed the %s since the last one',
  async (_, change, code) => {
    const board = openBoard();
    const alice = await member(board, 'alice');
    await post(board, alice, 'a');
    board.client.exec(change);
    await expect(post(board, alice, 'b')).rejects.toMatchObject({ code });
  },
);

test('a post after one of another process gets the number after it', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  await post(board, alice, 'a');
  board.client.exec('UPDATE groups SET last_number = 7, message_count = 7');
  expect((await post(board, alice, 'b')).number).toBe(8);
  expect(counts(board)).toEqual([8, 8]);
});

test('a post is refused after the member has left, and possible after joining again', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  await post(board, alice, 'a');
  await board.repository.leave(alice, groupNamed('main'));
  await expect(post(board, alice, 'b')).rejects.toMatchObject({ code: 'NOT_MEMBER' });
  await board.repository.join(alice, groupNamed('main'));
  expect((await post(board, alice, 'c')).number).toBe(2);
  expect(counts(board)).toEqual([2, 2]);
});

test('posts of one commit that repeat a key, or differ in one, are stored once each, in order', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  const subjects = Array.from({ length: 30 }, (_, at) => `${at}`);
  const posts = subjects.flatMap((subject, at) => {
    const key = at % 3 === 0 ? `key ${at}` : undefined;
    const options = key === undefined ? {} : { key };
    const once = post(board, alice, subject, options);
    return key === undefined ? [once] : [once, post(board, alice, subject, options)];
  });
  const numbers = (await Promise.all(posts)).map(({ number }) => number);
  const expected = subjects.flatMap((_, at) => (at % 3 === 0 ? [at + 1, at + 1] : [at + 1]));
  expect(numbers).toEqual(expected);
  const stored = board.client.prepare('SELECT number, subject FROM messages ORDER BY id').raw();
  expect(stored.all()).toEqual(subjects.map((subject, at) => [at + 1, subject]));
  expect(counts(board)).toEqual([30, 30]);
});

test('of many posts of a commit, only the one that fails is refused', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  board.client.exec(`CREATE TRIGGER broken BEFORE INSERT ON messages WHEN new.subject = '13'
    BEGIN SELECT RAISE(ABORT, 'no room'); END`);
  const subjects = Array.from({ length: 30 }, (_, at) => `${at}`);
  const outcomes = await Promise.allSettled(subjects.map((each) => post(board, alice, each)));
  const failed = outcomes.flatMap(({ status }, at) => (status === 'rejected' ? [at] : []));
  expect(failed).toEqual([13]);
  expect(counts(board)).toEqual([29, 29]);
});

interface Told {
  readonly number: number;
  readonly postedAt: number;
}

/** Posts messages, at least one, with one call. @param keys of each message, if it has one @returns what is told of each */
function postTogether(
  { repository }: StoredBoard,
  actor: Actor,
  keys: readonly (string | undefined)[],
): Promise<Told[]> {
  const message = (at: number) => ({ subject: `${at}`, content: `content ${at}`, key: keys[at] });
  const list = new MessageList(message(0));
  for (let at = 1; at < keys.length; at++) list.add(message(at));
  return new Promise((resolve, reject) => {
    const told: Told[] = [];
    const receive = (
      posted: Parameters<Parameters<typeof repository.enqueuePosts>[3]['resolve']>[0],
    ) => {
      if (isRun(posted)) {
        const { number, postedAt, count } = posted;
        for (let at = 0; at < count; at++) {
          told.push({ number: number + at, postedAt: postedAt + at });
        }
      } else told.push(posted.message);
      if (told.length === keys.length) resolve(told);
    };
    repository.enqueuePosts(actor, main, list, { resolve: receive, reject });
  });
}

test('messages that are posted with one call have consecutive numbers, and are stored once for each key', async () => {
  const board = openBoard({ durable: false });
  const users = [await member(board, 'alice'), await member(board, 'bob')];
  const rows = board.client.prepare<
    [number],
    { number: number; posted_at: number; subject: string; post_key: string; milestone: number }
  >('SELECT * FROM messages WHERE number > ? ORDER BY id');
  const key = fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, fc.constantFrom('a', 'b'));
  const calls = fc.array(fc.array(key, { minLength: 1, maxLength: 70 }), { maxLength: 4 });
  let last = 0;
  let round = 0;
  const check = async (lists: (string | undefined)[][]) => {
    round++;
    const sent = lists.map((list) => list.map((each) => each && `${each}${round}`));
    const told = await Promise.all(
      sent.map((keys, at) => postTogether(board, users[at % 2] as Actor, keys)),
    );
    const before = new Map<string, number>();
    const expected = sent.flatMap((keys, call) =>
      keys.flatMap((each, at) => {
        const { number, postedAt } = (told[call] as Told[])[at] as Told;
        const name = `${call % 2} ${each}`;
        if (each && before.has(name)) {
          expect(number).toBe(before.get(name));
          return [];
        }
        if (each) before.set(name, number);
        const milestone = number % 64 === 0 ? 1 : null;
        return [
          { number, posted_at: postedAt, subject: `${at}`, post_key: each ?? null, milestone },
        ];
      }),
    );
    const stored = rows.all(last);
    expect(stored).toMatchObject(expected);
    expect(stored.map(({ number }) => number)).toEqual(expected.map((_, at) => last + 1 + at));
    const times = stored.map(({ posted_at }) => posted_at);
    expect(times).toEqual([...new Set(times)].sort((one, other) => one - other));
    last += stored.length;
    expect(counts(board)).toEqual([last, last]);
  };
  await fc.assert(fc.asyncProperty(calls, check), { numRuns: 25 });
});
