import { expect, test } from 'vitest';
import { userName } from '../../src/board/names.ts';
import { limits } from '../../src/protocol/limits.ts';
import {
  errorCodeOf,
  login,
  main,
  member,
  membershipsOf,
  newLogin,
  post,
} from '../helpers/storage.ts';
import { type OpenStorage, toTheEnd } from './storage.ts';

const day = 24 * 60 * 60 * 1000;

/** Users, sessions and tokens. */
export function usersContract(open: OpenStorage): void {
  test('a name is found again without regard to case, as it was first written', async () => {
    const board = open();
    const first = await login(board, 'Straße');
    const again = await login(board, 'STRASSE');
    expect(again.user).toEqual({ id: first.user.id, name: 'Straße' });
    expect((await login(board, 'strasser')).user.id).not.toBe(first.user.id);
  });

  test('a new user never gets the id of a deleted user', async () => {
    const board = open();
    const { user } = await login(board, 'alice');
    await board.administration.deleteUser('alice', 'keep', toTheEnd);
    expect((await login(board, 'alice')).user.id).toBeGreaterThan(user.id);
  });

  test('the first login of a user lists no memberships', async () => {
    const { memberships } = await open().accounts.login(userName('alice'), newLogin(), 1);
    expect(memberships).toEqual([]);
  });

  test('a login lists the unread messages of each group', async () => {
    const board = open();
    const alice = await member(board, 'alice');
    const bob = await member(board, 'bob');
    await board.repository.join(alice, { id: 3 });
    await post(board, bob, 'one');
    await post(board, bob, 'two');
    await board.repository.markRead(alice, main, 1);

    const again = await board.accounts.login(userName('ALICE'), newLogin(), 2);

    expect(await membershipsOf(board, again)).toEqual([
      { group: { id: 1, name: 'main' }, unread: 1, lastRead: 1, lastNumber: 2 },
      { group: { id: 3, name: 'news' }, unread: 0, lastRead: 0, lastNumber: 0 },
    ]);
  });

  test('a new session is announced with the connection that opened it', async () => {
    const board = open();
    const login = await board.accounts.login(userName('alice'), newLogin(), 7);
    expect(board.events()).toEqual([{ type: 'session.opened', origin: 7, login }]);
  });

  test('the time at which a user was last seen is stored', async () => {
    let wall = 1000;
    const board = open({ now: () => wall });
    const lastSeen = async () => (await board.administration.user('alice')).lastSeenAt;
    const alice = await login(board, 'alice');
    expect(await lastSeen()).toBe(1_000_000);
    wall = 2000;
    await login(board, 'alice');
    expect(await lastSeen()).toBe(2_000_000);
    wall = 3000;
    await board.accounts.disconnect(alice, null);
    expect(await lastSeen()).toBe(3_000_000);
  });

  test('when a user has too many tokens, a new token ends the one that was used longest ago', async () => {
    const board = open();
    const alice = userName('alice');
    for (let n = 0; n < limits.tokens; n++)
      await board.accounts.login(alice, newLogin(`token${n}`), null);
    await board.accounts.resume('token0', null);
    await board.accounts.login(alice, newLogin('one more'), null);
    await board.accounts.login(userName('bob'), newLogin('of bob'), null);
    expect(await errorCodeOf(board.accounts.resume('token1', null))).toBe('TOKEN_INVALID');
    const left = ['token0', 'one more', 'of bob'];
    for (let n = 2; n < limits.tokens; n++) left.push(`token${n}`);
    expect(left).toHaveLength(limits.tokens + 1);
    for (const token of left) {
      expect((await board.accounts.resume(token, null)).tokenHash).toBe(token);
    }
  });

  test('the token of a session that ends without a logout is good for 30 days from then', async () => {
    let now = Date.now();
    const board = open({ now: () => now });
    const alice = await board.accounts.login(userName('alice'), newLogin('token'), 1);
    now += 29 * day;
    await board.accounts.disconnect({ ...alice, origin: 1 }, { hash: 'token', ends: false });
    now += 29 * day;
    await board.accounts.resume('token', 2);
  });

  test('a network that a user did not log in from for a year is no longer known', async () => {
    let now = Date.now();
    const board = open({ now: () => now });
    const { upkeep } = board;
    const { user } = await board.accounts.login(
      userName('alice'),
      { ...newLogin(), network: '192.0.2.1' },
      1,
    );
    now += 365 * day - 1000;
    while (!(await upkeep.removeStale()));
    expect(await board.accounts.knows(user, '192.0.2.1')).toBe(true);
    now += 2000;
    while (!(await upkeep.removeStale()));
    expect(await board.accounts.knows(user, '192.0.2.1')).toBe(false);
  });
}
