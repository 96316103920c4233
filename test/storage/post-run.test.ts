import { expect, test } from 'vitest';
import { member, openBoard, post, type StoredBoard } from '../helpers/storage.ts';

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
