import { expect, test } from 'vitest';
import { userName } from '../../src/board/names.ts';
import type { OpenedLogin } from '../../src/board/types.ts';
import { limits } from '../../src/protocol/limits.ts';
import {
  errorCodeOf,
  login,
  main,
  member,
  membershipsOf,
  newLogin,
  post,
  presented,
} from '../helpers/storage.ts';
import { type OpenStorage, type StorageUnderTest, toTheEnd } from './storage.ts';

const day = 24 * 60 * 60 * 1000;

/** Stores what logins have used, as the upkeep of a server does once a minute. */
async function keepUses({ upkeep }: StorageUnderTest): Promise<void> {
  while (!(await upkeep.keepUses()));
}

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
    await board.repository.markRead(alice, main, [[1, 1]]);

    const again = await board.accounts.login(userName('ALICE'), newLogin(), 2);

    expect(await membershipsOf(board, again)).toMatchObject([
      { group: { id: 1, name: 'main' }, unread: 1, lastRead: 1, ranges: '', lastNumber: 2 },
      { group: { id: 3, name: 'news' }, unread: 0, lastRead: 0, ranges: '', lastNumber: 0 },
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

  test('a login of a known user from a known network needs no write, and its time is stored later', async () => {
    let now = 1000 * day;
    const board = open({ now: () => now });
    const alice = userName('alice');
    const lastSeen = async () => (await board.administration.user('alice')).lastSeenAt;
    const given = { ...newLogin(), network: '192.0.2.1' };
    expect(await board.accounts.loginKnown(alice, given, 1)).toBeUndefined();
    await board.accounts.login(alice, given, 1);
    const first = await lastSeen();
    now += 1000;
    const again = await board.accounts.loginKnown(alice, given, 2);
    expect(again).toMatchObject({ user: { name: 'alice' }, memberships: [] });
    expect(board.events().at(-1)).toEqual({ type: 'session.opened', origin: 2, login: again });
    expect(await lastSeen()).toBe(first);
    await keepUses(board);
    expect(await lastSeen()).toBe(again?.since);
    const elsewhere = { ...newLogin(), network: '192.0.2.2' };
    expect(await board.accounts.loginKnown(alice, elsewhere, 3)).toBeUndefined();
    now += day;
    expect(await board.accounts.loginKnown(alice, given, 4)).toBeUndefined();
  });

  test('a user keeps so many tokens for longer than 30 days, those that were used last', async () => {
    let now = 1000 * day;
    const board = open({ now: () => now });
    const logins = [];
    for (let n = 0; n <= limits.tokens; n++) {
      logins.push(await board.accounts.login(userName('alice'), newLogin(`token${n}`), null));
    }
    now += 2 * day;
    for (const login of logins) await board.accounts.resume(presented(login), null);
    await keepUses(board);
    now += 29 * day;
    const [first, ...others] = logins.map(presented);
    if (!first) throw new Error('There were no logins.');
    expect(await errorCodeOf(board.accounts.resume(first, null))).toBe('TOKEN_INVALID');
    for (const token of others) {
      expect((await board.accounts.resume(token, null)).token.id).toBe(token.id);
    }
  });

  test('a token is valid for 30 days after its login, and after each use', async () => {
    let now = 1000 * day;
    const board = open({ now: () => now });
    const used = presented(await board.accounts.login(userName('alice'), newLogin(), 1));
    const unused = presented(await board.accounts.login(userName('alice'), newLogin(), 2));
    now += 20 * day;
    await board.accounts.resume(used, 3);
    await keepUses(board);
    now += 10 * day - 1000;
    await board.accounts.resume(unused, 4);
    now += 2000;
    const late = presented(await board.accounts.login(userName('bob'), newLogin(), 5));
    now += 20 * day - 3000;
    await board.accounts.resume(used, 6);
    await board.accounts.resume(late, 7);
    await board.restart();
    now += 3000;
    expect(await errorCodeOf(board.accounts.resume(used, 8))).toBe('TOKEN_INVALID');
    expect((await board.accounts.resume(late, 9)).user.name).toBe('bob');
    now += 10 * day + 1000;
    expect(await errorCodeOf(board.accounts.resume(late, 10))).toBe('TOKEN_INVALID');
  });

  test('the token of a session that ends without a logout is good for 30 days from then', async () => {
    let now = Date.now();
    const board = open({ now: () => now });
    const alice = await board.accounts.login(userName('alice'), newLogin('token'), 1);
    now += 29 * day;
    const ending = { token: alice.token, ends: false };
    await board.accounts.disconnect({ ...alice, origin: 1 }, ending);
    now += 29 * day;
    await board.accounts.resume(presented(alice), 2);
  });

  test('the end of a session makes no token valid that has ended before', async () => {
    let now = 1000 * day;
    const board = open({ now: () => now });
    const alice = await board.accounts.login(userName('alice'), newLogin(), 1);
    const other = await board.accounts.login(userName('alice'), newLogin(), 2);
    now += 2 * day;
    await board.accounts.logout({ ...other, origin: 2 }, other.token);
    await board.accounts.disconnect({ ...other, origin: 2 }, { token: other.token, ends: false });
    await board.administration.banUser('alice', '');
    await board.administration.unbanUser('alice');
    await board.accounts.disconnect({ ...alice, origin: 1 }, { token: alice.token, ends: false });
    for (const login of [alice, other]) {
      expect(await errorCodeOf(board.accounts.resume(presented(login), 3))).toBe('TOKEN_INVALID');
    }
  });

  test('after very many logouts, a logout also ends the tokens that were issued before the oldest of them', async () => {
    const board = open({ durable: false });
    const before = await board.accounts.login(userName('alice'), newLogin(), 1);
    const ended = [];
    for (let n = 0; n <= limits.endedTokens; n++) {
      ended.push(await board.accounts.login(userName('alice'), newLogin(), 2));
    }
    const after = await board.accounts.login(userName('alice'), newLogin(), 3);
    const logOut = ({ token, ...actor }: OpenedLogin) =>
      board.accounts.logout({ ...actor, origin: 2 }, token);
    await Promise.all(ended.slice(1).map(logOut));
    await board.accounts.resume(presented(before), 4);
    for (const login of ended.slice(0, 1)) await logOut(login);
    for (const login of [before, ...ended]) {
      expect(await errorCodeOf(board.accounts.resume(presented(login), 5))).toBe('TOKEN_INVALID');
    }
    await board.accounts.resume(presented(after), 6);
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
