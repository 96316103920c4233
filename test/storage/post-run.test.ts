import { expect, test } from 'vitest';
import { groupNamed, member, openBoard, post, type StoredBoard } from '../helpers/storage.ts';

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
