import { expect, test } from 'vitest';
import { userName } from '../../src/board/names.ts';
import { SqliteUpkeep } from '../../src/storage/sqlite/serving/upkeep.ts';
import { errorCodeOf, newLogin, openBoard } from '../helpers/storage.ts';

const day = 24 * 60 * 60 * 1000;

test('a token that was not used for 30 days is no longer valid, and is removed unless its session is connected', async () => {
  let now = Date.now();
  const board = openBoard({ now: () => now });
  const upkeep = new SqliteUpkeep(board.store, { tokensInUse: () => new Set(['connected']) });
  const tokens = () => board.client.prepare('SELECT hash FROM tokens').pluck().all();
  const settle = async () => {
    while (!(await upkeep.removeStale()));
  };
  for (const hash of ['connected', 'left behind']) {
    await board.accounts.login(userName('alice'), newLogin(hash), null);
  }
  for (let n = 0; n < 450; n++) {
    await board.accounts.login(userName(`user${n}`), newLogin(`stale${n}`), null);
  }
  now += 30 * day - 1000;
  await settle();
  expect(tokens()).toHaveLength(452);
  now += 2000;
  expect(await errorCodeOf(board.accounts.resume('left behind', null))).toBe('TOKEN_INVALID');
  await settle();
  expect(tokens()).toEqual(['connected']);
  await board.accounts.resume('connected', null);
});
