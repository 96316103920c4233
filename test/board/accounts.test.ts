import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Accounts, type Caller, type NewNames } from '../../src/board/accounts.ts';
import { PlainPasswords } from '../helpers/passwords.ts';
import { openBoard, type StoredBoard } from '../helpers/storage.ts';

const right = 'correct horse';
const minute = 60_000;

interface Attempt {
  user: string;
  address: string;
  password?: string;
  ended?: AbortSignal;
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Accounts for which time stands still but for `pass`. */
function guarded(
  board: StoredBoard = openBoard(),
  newNames: NewNames = { newNamesPerHour: 0, newNamesAtOnce: 0 },
) {
  const accounts = new Accounts(board.accounts, new PlainPasswords(), 'open', newNames);
  const outcomes: string[] = [];
  const caller = ({ address, ended = new AbortController().signal }: Attempt): Caller => ({
    origin: null,
    address,
    ended,
    get hasEnded() {
      return ended.aborted;
    },
  });
  /** Begins logins side by side, with a wrong password unless they have another. */
  const begin = (...attempts: Attempt[]) => {
    for (const attempt of attempts) {
      const { user, password = 'wrong horse' } = attempt;
      accounts.login({ user, password }, caller(attempt)).then(
        () => outcomes.push('in'),
        (error) => outcomes.push(error.code),
      );
    }
  };
  /** What has come of them since it was last asked, after so many milliseconds. */
  const after = async (milliseconds = 0) => {
    await vi.advanceTimersByTimeAsync(milliseconds);
    // A login that succeeds begins in a later turn, and may wait for a commit.
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    await board.store.probe();
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    const counts: Record<string, number> = {};
    for (const outcome of outcomes.splice(0)) counts[outcome] = (counts[outcome] ?? 0) + 1;
    return counts;
  };
  const register = (user: string, address: string) => {
    const request = { user, password: right, create: true };
    return accounts.login(request, caller({ user, address }));
  };
  return { board, accounts, begin, after, register };
}

const networks = (count: number) => Array.from({ length: count }, (_, n) => `192.0.2.${n}`);

test('three wrong passwords for a name from one network cause no pause, however the name is written', async () => {
  const { begin, after } = guarded();
  begin(
    ...Array.from({ length: 12 }, (_, n) => ({
      user: n % 2 === 0 ? 'alice' : 'ALICE',
      address: `2001:db8:0:1::${n}`,
    })),
  );
  // The pauses of six more add up to half a minute, past which one would wait too long.
  expect(await after()).toEqual({ PASSWORD_WRONG: 3, RATE_LIMITED: 3 });
  expect(await after(249)).toEqual({});
  expect(await after(1)).toEqual({ PASSWORD_WRONG: 1 });
  expect(await after(minute)).toEqual({ PASSWORD_WRONG: 5 });
  begin({ user: 'bob', address: '2001:db8:0:1::1' });
  expect(await after()).toEqual({ PASSWORD_WRONG: 1 });
});

test('ten wrong passwords for a name from all networks together cause no pause', async () => {
  const { begin, after } = guarded();
  begin(...networks(20).map((address) => ({ user: 'alice', address })));
  expect(await after()).toEqual({ PASSWORD_WRONG: 10, RATE_LIMITED: 4 });
  expect(await after(minute)).toEqual({ PASSWORD_WRONG: 6 });
});

test('twenty wrong passwords from one network, or one /64 of IPv6, cause no pause, whatever the names', async () => {
  const { begin, after } = guarded();
  begin(
    ...Array.from({ length: 28 }, (_, n) => ({
      user: `name${n}`,
      address: `2001:db8:0:1::${n}`,
    })),
  );
  expect(await after()).toEqual({ PASSWORD_WRONG: 20, RATE_LIMITED: 2 });
  expect(await after(minute)).toEqual({ PASSWORD_WRONG: 6 });
  begin({ user: 'name', address: '2001:db8:0:2::1' });
  expect(await after()).toEqual({ PASSWORD_WRONG: 1 });
});

test('a user logs in without a pause from a known network while others guess the password', async () => {
  const { begin, after, register } = guarded();
  await register('alice', '198.51.100.1');
  begin(...networks(200).map((address) => ({ user: 'alice', address })));
  // At the owner's own network somebody guesses at the names of others.
  for (let n = 0; n < 30; n++) begin({ user: `name${n}`, address: '198.51.100.1' });
  await after(1000);
  for (let each = 0; each < 8; each++) {
    begin({ user: 'alice', address: '198.51.100.1', password: right });
    expect(await after()).toEqual({ in: 1 });
  }
});

test('at an unknown network the right password waits as long as a wrong one', async () => {
  const { begin, after, register } = guarded();
  await register('alice', '198.51.100.1');
  begin(...networks(10).map((address) => ({ user: 'alice', address })));
  await after();
  begin({ user: 'alice', address: '203.0.113.1', password: right });
  expect(await after(249)).toEqual({});
  expect(await after(1)).toEqual({ in: 1 });
});

test('the networks of a user are known after a restart, and after a new password only the network that set it', async () => {
  const first = guarded();
  const { login } = await first.register('alice', '198.51.100.1');
  first.begin({ user: 'alice', address: '198.51.100.2', password: right });
  await first.after();
  const guess = (user: string) => networks(10).map((address) => ({ user, address }));

  const second = guarded(first.board);
  second.begin(...guess('alice'));
  await second.after();
  for (const address of ['198.51.100.1', '198.51.100.2']) {
    second.begin({ user: 'alice', address, password: right });
    expect(await second.after()).toEqual({ in: 1 });
  }
  const ended = new AbortController().signal;
  const caller = { origin: null, address: '198.51.100.1', ended, hasEnded: false };
  const change = { password: 'another horse', current: right };
  const changed = second.accounts.setPassword({ ...login, origin: null }, change, null, caller);
  await second.after();
  await changed;

  const third = guarded(first.board);
  third.begin(...guess('alice'));
  await third.after();
  third.begin({ user: 'alice', address: '198.51.100.2', password: 'another horse' });
  expect(await third.after()).toEqual({});
  third.begin({ user: 'alice', address: '198.51.100.1', password: 'another horse' });
  expect(await third.after()).toEqual({ in: 1 });
});

test('the ten latest networks of a user are known', async () => {
  const { board, begin, after, register } = guarded();
  await register('alice', '198.51.100.1');
  for (const address of networks(12)) {
    begin({ user: 'alice', address, password: right });
    await after();
  }
  const known = board.client.prepare('SELECT network FROM known_networks').pluck().all();
  expect(known.sort()).toEqual(networks(12).slice(2).sort());
});

test('logins of the user do not reset the failures of a guesser', async () => {
  const { begin, after, register } = guarded();
  await register('mallory', '192.0.2.1');
  for (let n = 0; n < 20; n++) {
    begin({ user: `name${n}`, address: '192.0.2.1' });
    expect(await after()).toEqual({ PASSWORD_WRONG: 1 });
    if (n % 15 === 14) begin({ user: 'mallory', address: '192.0.2.1', password: right });
    if (n % 15 === 14) expect(await after()).toEqual({ in: 1 });
  }
  begin({ user: 'name', address: '192.0.2.1' });
  expect(await after(249)).toEqual({});
});

test('refused attempts do not make the throttle forget a paused name', async () => {
  const { begin, after } = guarded();
  begin(...Array.from({ length: 9 }, () => ({ user: 'alice', address: '192.0.2.1' })));
  await after(16_000);
  for (let n = 0; n < 12_000; n++) begin({ user: `name${n}`, address: '192.0.2.2' });
  await after();
  begin({ user: 'alice', address: '192.0.2.1' });
  expect((await after()).PASSWORD_WRONG ?? 0).toBe(0);
}, 20_000);

test('sixty right passwords at once from one unknown network all log in', async () => {
  const { begin, after, register } = guarded();
  const users = Array.from({ length: 60 }, (_, n) => `user${n}`);
  for (const user of users) await register(user, '198.51.100.1');
  begin(...users.map((user) => ({ user, address: '192.0.2.1', password: right })));
  expect(await after()).toEqual({ in: 60 });
});

test('a waiting attempt is cancelled when its connection ends, and does not count', async () => {
  const { begin, after } = guarded();
  begin(...Array.from({ length: 3 }, () => ({ user: 'alice', address: '192.0.2.1' })));
  await after();
  const controller = new AbortController();
  begin({ user: 'alice', address: '192.0.2.1', ended: controller.signal });
  expect(await after(100)).toEqual({});
  controller.abort();
  expect(await after()).toEqual({ CONNECTION_ENDED: 1 });
  begin({ user: 'alice', address: '192.0.2.1' });
  expect(await after(150)).toEqual({ PASSWORD_WRONG: 1 });
  begin({ user: 'alice', address: '192.0.2.1' });
  expect(await after(500)).toEqual({ PASSWORD_WRONG: 1 });
});

test('a network can make a burst of users, with or without passwords, and later a few per hour', async () => {
  const { board, accounts, begin, after, register } = guarded(openBoard(), {
    newNamesPerHour: 60,
    newNamesAtOnce: 5,
  });
  const take = (user: string, address = '192.0.2.1') => {
    const ended = new AbortController().signal;
    return accounts.login({ user }, { origin: null, address, ended, hasEnded: false }).then(
      () => 'in',
      (error) => error.code,
    );
  };
  await register('with-password', '192.0.2.1');
  const names = Array.from({ length: 8 }, (_, n) => `name${n}`);
  const answers = await Promise.all(names.map((name) => take(name)));
  expect(answers.filter((answer) => answer === 'in')).toHaveLength(4);
  expect(answers.filter((answer) => answer === 'RATE_LIMITED')).toHaveLength(4);
  await expect(register('late', '192.0.2.1')).rejects.toThrow('Try again in 60 s.');
  // Names that there are already are free, and so are other networks.
  expect(await take('name0')).toBe('in');
  begin({ user: 'with-password', address: '192.0.2.1', password: right });
  expect(await after()).toEqual({ in: 1 });
  expect(await take('elsewhere', '192.0.2.2')).toBe('in');
  await after(minute);
  expect(await take('name8')).toBe('in');
  expect(await take('name9')).toBe('RATE_LIMITED');
  const count = board.client.prepare('SELECT count(*) FROM users').pluck().get();
  expect(count).toBe(7);
});

test('a new name counts once against the limit of its network, even after a retry, and a failed one does not count', async () => {
  const { board, register } = guarded(openBoard(), { newNamesPerHour: 1, newNamesAtOnce: 2 });
  board.client.exec(
    `CREATE TRIGGER full BEFORE INSERT ON users WHEN new.name = 'dave'
     BEGIN SELECT raise(ABORT, 'no'); END`,
  );
  // Both are in one transaction, so alice's is run again.
  const both = ['alice', 'dave'].map((name) => register(name, '192.0.2.1'));
  const outcomes = await Promise.allSettled(both);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  await register('bob', '192.0.2.1');
  await expect(register('carol', '192.0.2.1')).rejects.toThrow('Try again');
});

test('a registration that is refused or cancelled does not count against the limit of its network', async () => {
  const { accounts, begin, after, register } = guarded(openBoard(), {
    newNamesPerHour: 1,
    newNamesAtOnce: 1,
  });
  begin({ user: 'alice', address: '192.0.2.1' });
  await after();
  accounts.access = 'closed';
  await expect(register('alice', '192.0.2.1')).rejects.toThrow('wrong');
  accounts.access = 'open';
  await register('alice', '192.0.2.1');
  await register('bob', '192.0.2.2');
  await after(60 * minute);
  // A name that looks like a taken one is refused when it is stored.
  await expect(register('\u0430lice', '192.0.2.1')).rejects.toThrow('looks like');
  await expect(register('b0b', '192.0.2.2')).rejects.toThrow('looks like');
  await register('carol', '192.0.2.1');
});
