import { expect, test } from 'vitest';
import { userName } from '../../src/board/names.ts';
import { login, main, member, open, openBoard, post } from '../helpers/storage.ts';

test('a name is found again without regard to case, as it was first written', async () => {
  const board = openBoard();
  const first = await login(board, 'Straße');
  const again = await login(board, 'STRASSE');
  expect(again.user).toEqual({ id: first.user.id, name: 'Straße' });
  expect((await login(board, 'strasser')).user.id).not.toBe(first.user.id);
});

test('a user made anew never has the id of one who was deleted', async () => {
  const board = openBoard();
  const { user } = await login(board, 'alice');
  board.client.prepare('DELETE FROM users WHERE id = ?').run(user.id);
  expect((await login(board, 'alice')).user.id).toBeGreaterThan(user.id);
});

test('a first login tells of no groups', async () => {
  const { memberships } = await openBoard().accounts.login(userName('alice'), open(), 1);
  expect(memberships).toEqual([]);
});

test('a returning member is told what came since, per group', async () => {
  const board = openBoard();
  const alice = await member(board, 'alice');
  const bob = await member(board, 'bob');
  await board.repository.join(alice, { id: 3 });
  await post(board, bob, 'one');
  await post(board, bob, 'two');
  await board.repository.markRead(alice, main, 1);

  const { memberships } = await board.accounts.login(userName('ALICE'), open(), 2);

  expect(memberships).toEqual([
    { group: { id: 1, name: 'main' }, unread: 1, lastRead: 1, lastNumber: 2 },
    { group: { id: 3, name: 'news' }, unread: 0, lastRead: 0, lastNumber: 0 },
  ]);
});

test('a session is told of, with the one that opened it', async () => {
  const board = openBoard();
  const login = await board.accounts.login(userName('alice'), open(), 7);
  expect(board.events).toEqual([{ type: 'session.opened', origin: 7, login }]);
});

test('when a user was last seen is kept', async () => {
  let wall = 1000;
  const board = openBoard({ now: () => wall });
  const lastSeen = () => board.client.prepare('SELECT last_seen_at AS at FROM users').get();
  const alice = await login(board, 'alice');
  expect(lastSeen()).toEqual({ at: 1_000_000 });
  wall = 2000;
  await login(board, 'alice');
  expect(lastSeen()).toEqual({ at: 2_000_000 });
  wall = 3000;
  await board.accounts.disconnect(alice, null);
  expect(lastSeen()).toEqual({ at: 3_000_000 });
});
