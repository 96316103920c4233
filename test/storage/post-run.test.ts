import { expect, test } from 'vitest';
import {
  groupNamed,
  main,
  member,
  openBoard,
  post,
  refusal,
  type StoredBoard,
} from '../helpers/storage.ts';

/** What the board keeps of a group beside its messages. */
function counts({ client }: StoredBoard, group = 'main') {
  const query = client.prepare('SELECT last_number, message_count FROM groups WHERE name = ?');
  return query.raw().get(group);
}

test('posts of one turn are numbered in order, whoever they are of and however the group is named', async () => {
  const board = openBoard();
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
  expect([counts(board), counts(board, 'news')]).toEqual([
    [5, 5],
    [2, 2],
  ]);
});

test('what stands between the posts of a turn sees those before it, and is seen by those behind it', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  const bob = await member(board, 'bob');
  const { repository } = board;
  const [, left, between, joined, again] = await Promise.all([
    post(board, bob, 'one'),
    repository.leave(bob, main),
    refusal(post(board, bob, 'no member')),
    repository.join(bob, main),
    post(board, bob, 'two'),
    post(board, alice, 'three'),
  ]);
  expect([left.group.name, between, again.number]).toEqual(['main', 'NOT_MEMBER', 2]);
  expect(joined.messages.map(({ subject }) => subject)).toEqual(['one']);
  const told = board.events.findLast(({ type }) => type === 'member.joined');
  expect(told).toMatchObject({ lastNumber: 1 });
  expect(counts(board)).toEqual([3, 3]);
});

test('a key that is sent twice in one turn takes one number', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  const posted = await Promise.all([
    post(board, alice, 'a', { key: 'k' }),
    post(board, alice, 'a', { key: 'k' }),
    post(board, alice, 'b'),
  ]);
  expect(posted.map(({ number }) => number)).toEqual([1, 1, 2]);
  expect(counts(board)).toEqual([2, 2]);
});

test('a post that fails leaves no gap for those of its turn, nor for the next', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  board.client.exec(`CREATE TEMP TRIGGER broken BEFORE INSERT ON messages WHEN new.subject = 'bad'
    BEGIN SELECT RAISE(ABORT, 'no room'); END`);
  const outcomes = await Promise.allSettled(
    ['a', 'bad', 'b'].map((subject) => post(board, alice, subject)),
  );
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect((await post(board, alice, 'c')).number).toBe(3);
  expect(counts(board)).toEqual([3, 3]);
});

test('posts whose counts cannot be written are not there', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  board.client.exec(`CREATE TEMP TRIGGER broken BEFORE UPDATE ON groups
    BEGIN SELECT RAISE(ABORT, 'no room'); END`);
  const outcomes = await Promise.allSettled(['a', 'b'].map((each) => post(board, alice, each)));
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(board.client.prepare('SELECT count(*) FROM messages').pluck().get()).toBe(0);
  board.client.exec('DROP TRIGGER broken');
  expect((await post(board, alice, 'c')).number).toBe(1);
});
