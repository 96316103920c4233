import { expect, test } from 'vitest';
import { Accounts } from '../../src/board/accounts.ts';
import { quickPasswords } from '../helpers/passwords.ts';
import { openBoard, refusal } from '../helpers/storage.ts';

interface Try {
  user: string;
  address: string;
}

/**
 * Accounts that nobody has to wait for. What it gives tries wrong passwords side by side, and
 * returns how many of them were checked at once, how many after a pause, and how many were refused.
 */
function guesser() {
  let later = 0;
  const accounts = new Accounts(openBoard().accounts, quickPasswords(), 'open', async () => {
    later++;
  });
  const guess = ({ user, address }: Try) =>
    refusal(
      accounts.login({ user, password: 'wrong horse' }, { origin: 1, address, resumable: true }),
    );
  return async (...tries: Try[]) => {
    later = 0;
    const outcomes = await Promise.all(tries.map(guess));
    const refused = outcomes.filter((code) => code === 'RATE_LIMITED').length;
    const checked = outcomes.filter((code) => code === 'PASSWORD_WRONG').length;
    return { atOnce: checked - later, later, refused };
  };
}

test('under one name three tries are free, however it is written and from wherever', async () => {
  const guess = guesser();
  const tries = Array.from({ length: 12 }, (_, n) => ({
    user: n % 2 === 0 ? 'alice' : 'ALICE',
    address: `192.0.2.${n}`,
  }));
  // The pauses of six more add up to half a minute, past which one would wait too long.
  expect(await guess(...tries)).toEqual({ atOnce: 3, later: 6, refused: 3 });
  const other = { user: 'bob', address: '192.0.2.1' };
  expect(await guess(other)).toEqual({ atOnce: 1, later: 0, refused: 0 });
});

test('from one address, a /64 of IPv6, twenty tries are free under whatever names', async () => {
  const guess = guesser();
  const tries = Array.from({ length: 28 }, (_, n) => ({
    user: `name${n}`,
    address: `2001:db8:0:1::${n}`,
  }));
  expect(await guess(...tries)).toEqual({ atOnce: 20, later: 6, refused: 2 });
  const other = { user: 'name', address: '2001:db8:0:2::1' };
  expect(await guess(other)).toEqual({ atOnce: 1, later: 0, refused: 0 });
});
