import { expect, test } from 'vitest';
import { userName } from '../../src/board/names.ts';
import type { SessionToken } from '../../src/board/types.ts';
import { limits } from '../../src/protocol/limits.ts';
import { SqliteUpkeep } from '../../src/storage/sqlite/serving/upkeep.ts';
import { errorCodeOf, newLogin, openBoard, presented } from '../helpers/storage.ts';

const day = 24 * 60 * 60 * 1000;

test('tokens that were not used for 30 days are removed, unless their sessions are connected, and so are ended tokens', async () => {
  let now = Date.now();
  const board = openBoard({ now: () => now });
  const connected = new Map<string, { user: number; token: SessionToken }>();
  const upkeep = new SqliteUpkeep(board.store, { tokensInUse: () => connected });
  const rows = (table: string) =>
    board.client.prepare(`SELECT count(*) FROM ${table}`).pluck().get();
  const settle = async () => {
    while (!(await upkeep.keepUses()));
    while (!(await upkeep.removeStale()));
  };
  const logIn = (name: string) => board.accounts.login(userName(name), newLogin(), null);
  const alice = await logIn('alice');
  connected.set(alice.token.id, { user: alice.user.id, token: alice.token });
  const kept = [];
  for (let n = 0; n < 450; n++) kept.push(await logIn(`user${n}`));
  const { token, ...carol } = await logIn('carol');
  await board.accounts.logout({ ...carol, origin: 1 }, token);
  expect([rows('tokens'), rows('ended_tokens')]).toEqual([0, 1]);
  now += 2 * day;
  for (const login of kept) await board.accounts.resume(presented(login), null);
  now += 28 * day - 1000;
  await settle();
  expect([rows('tokens'), rows('ended_tokens')]).toEqual([451, 1]);
  now += 2 * day + 2000;
  await settle();
  expect([rows('tokens'), rows('ended_tokens')]).toEqual([1, 0]);
  await board.accounts.resume(presented(alice), null);
  for (const login of kept.slice(0, 3)) {
    expect(await errorCodeOf(board.accounts.resume(presented(login), null))).toBe('TOKEN_INVALID');
  }
});

test('a token that has ended stays ended, however far the clock is set back later', async () => {
  let now = Date.now();
  const board = openBoard({ now: () => now, durable: false });
  const upkeep = new SqliteUpkeep(board.store);
  const settle = async () => {
    while (!(await upkeep.keepUses()));
    while (!(await upkeep.removeStale()));
  };
  const logIn = (name: string) => board.accounts.login(userName(name), newLogin(), null);
  const { token, ...alice } = await logIn('alice');
  await board.accounts.logout({ ...alice, origin: 1 }, token);
  const unused = await logIn('bob');
  now += 2 * day;
  await board.accounts.resume(presented(unused), null);
  await settle();
  now += 31 * day;
  await settle();
  const rows = 'SELECT (SELECT count(*) FROM tokens) + (SELECT count(*) FROM ended_tokens)';
  expect(board.client.prepare(rows).pluck().get()).toBe(0);
  now -= 33 * day;
  for (const ended of [{ ...alice, token }, unused]) {
    expect(await errorCodeOf(board.accounts.resume(presented(ended), null))).toBe('TOKEN_INVALID');
  }
  for (const name of ['alice', 'bob']) {
    await board.accounts.resume(presented(await logIn(name)), null);
  }
});

test('a new token is valid after so many logouts by a clock that was ahead that older tokens have ended with them', async () => {
  let now = Date.now() + 365 * day;
  const board = openBoard({ now: () => now, durable: false });
  const logIn = () => board.accounts.login(userName('alice'), newLogin(), null);
  for (let logouts = 0; logouts <= limits.endedTokens; logouts++) {
    const { token, ...alice } = await logIn();
    await board.accounts.logout({ ...alice, origin: 1 }, token);
  }
  now -= 365 * day;
  await board.accounts.resume(presented(await logIn()), null);
});
