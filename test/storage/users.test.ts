import { expect, test } from 'vitest';
import { userName } from '../../src/board/names.ts';
import { limits } from '../../src/protocol/limits.ts';
import { SqliteUpkeep } from '../../src/storage/sqlite/serving/upkeep.ts';
import {
  login,
  main,
  member,
  membershipsOf,
  open,
  openBoard,
  post,
  refusal,
} from '../helpers/storage.ts';

const day = 24 * 60 * 60 * 1000;

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

  const again = await board.accounts.login(userName('ALICE'), open(), 2);

  expect(await membershipsOf(board, again)).toEqual([
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

test('a user has so many tokens, and a further one ends the one that was used longest ago', async () => {
  const board = openBoard();
  const alice = userName('alice');
  for (let n = 0; n < limits.tokens; n++)
    await board.accounts.login(alice, open(`token${n}`), null);
  await board.accounts.resume('token0', null);
  await board.accounts.login(alice, open('one more'), null);
  await board.accounts.login(userName('bob'), open('of bob'), null);
  const count = board.client.prepare('SELECT count(*) FROM tokens').pluck().get();
  expect(count).toBe(limits.tokens + 1);
  expect(await refusal(board.accounts.resume('token1', null))).toBe('TOKEN_INVALID');
  await board.accounts.resume('token0', null);
});

test('a token that was not used for 30 days is no longer valid, and is removed unless its session is connected', async () => {
  let now = Date.now();
  const board = openBoard({ now: () => now });
  const upkeep = new SqliteUpkeep(board.store, { tokensInUse: () => new Set(['connected']) });
  const tokens = () => board.client.prepare('SELECT hash FROM tokens').pluck().all();
  const settle = async () => {
    while (!(await upkeep.removeStale()));
  };
  for (const hash of ['connected', 'left behind']) {
    await board.accounts.login(userName('alice'), open(hash), null);
  }
  for (let n = 0; n < 450; n++) {
    await board.accounts.login(userName(`user${n}`), open(`stale${n}`), null);
  }
  now += 30 * day - 1000;
  await settle();
  expect(tokens()).toHaveLength(452);
  now += 2000;
  expect(await refusal(board.accounts.resume('left behind', null))).toBe('TOKEN_INVALID');
  await settle();
  expect(tokens()).toEqual(['connected']);
  await board.accounts.resume('connected', null);
});

test('the token of a session that ends without a logout is good for 30 days from then', async () => {
  let now = Date.now();
  const board = openBoard({ now: () => now });
  const alice = await board.accounts.login(userName('alice'), open('token'), 1);
  now += 29 * day;
  await board.accounts.disconnect({ ...alice, origin: 1 }, { hash: 'token', ends: false });
  now += 29 * day;
  await board.accounts.resume('token', 2);
});

test('a network that a user did not log in from for a year is no longer known', async () => {
  let now = Date.now();
  const board = openBoard({ now: () => now });
  const upkeep = new SqliteUpkeep(board.store);
  const { user } = await board.accounts.login(
    userName('alice'),
    { ...open(), network: '192.0.2.1' },
    1,
  );
  now += 365 * day - 1000;
  while (!(await upkeep.removeStale()));
  expect(await board.accounts.knows(user, '192.0.2.1')).toBe(true);
  now += 2000;
  while (!(await upkeep.removeStale()));
  expect(await board.accounts.knows(user, '192.0.2.1')).toBe(false);
});
