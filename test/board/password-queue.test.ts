import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { PasswordQueue, type Turn } from '../../src/board/password-queue.ts';
import { limits } from '../../src/protocol/limits.ts';
import { errorCodeOf } from '../helpers/storage.ts';

/** One place that is taken. `serve` lets so many who wait go, one after the other, and tells who went. */
function busy() {
  const turns = new PasswordQueue(1);
  const went: string[] = [];
  void turns.enter({ kind: 'login', network: 'before' });
  const enter = (who: string, turn: Turn) => turns.enter(turn).then(() => void went.push(who));
  const serve = async (count: number) => {
    const from = went.length;
    for (let each = 0; each < count; each++) {
      turns.leave();
      await nextTurn();
    }
    return went.slice(from);
  };
  return { enter, serve };
}

test('networks take turns, even if one of them sends more attempts', async () => {
  const { enter, serve } = busy();
  for (let n = 0; n < 4; n++) void enter(`a${n}`, { kind: 'login', network: 'a' });
  void enter('b0', { kind: 'login', network: 'b' });
  void enter('b1', { kind: 'login', network: 'b' });
  void enter('c0', { kind: 'login', network: 'c' });
  expect(await serve(7)).toEqual(['a0', 'b0', 'c0', 'a1', 'b1', 'a2', 'a3']);
});

test('every kind of attempt gets a share, and users at known networks get the largest', async () => {
  const { enter, serve } = busy();
  for (const kind of ['registration', 'login', 'known'] as const) {
    for (let n = 0; n < 6; n++) void enter(kind, { kind, network: 'a' });
  }
  const first = await serve(8);
  const count = (kind: string) => first.filter((who) => who === kind).length;
  expect([count('known'), count('login'), count('registration')]).toEqual([4, 2, 2]);
  expect(await serve(10)).toHaveLength(10);
});

test('an attempt whose connection has ended leaves the queue, and the next attempt starts', async () => {
  const { enter, serve } = busy();
  const places = limits.waitingRegistrations;
  const controllers = Array.from({ length: places }, () => new AbortController());
  const gone = controllers.map(({ signal }) =>
    errorCodeOf(enter('gone', { kind: 'registration', network: 'a', ended: signal })),
  );
  const turn = { kind: 'registration', network: 'a' } as const;
  expect(await errorCodeOf(enter('too many', turn))).toBe('RATE_LIMITED');
  for (const controller of controllers) controller.abort();
  expect(new Set(await Promise.all(gone))).toEqual(new Set(['CONNECTION_ENDED']));
  void enter('here', turn);
  expect(await serve(1)).toEqual(['here']);
  expect(await errorCodeOf(enter('late', { ...turn, ended: AbortSignal.abort() }))).toBe(
    'CONNECTION_ENDED',
  );
});

test('if all places are taken, a network with few attempts gets a place of the network with the most', async () => {
  const { enter, serve } = busy();
  const places = limits.waitingPasswords;
  const flood = Array.from({ length: places }, (_, n) =>
    enter(`a${n}`, { kind: 'login', network: 'a' }),
  );
  const last = errorCodeOf(flood.at(-1) ?? Promise.resolve());
  void enter('b', { kind: 'login', network: 'b' });
  expect(await last).toBe('RATE_LIMITED');
  // Known users have places of their own.
  void enter('known', { kind: 'known', network: 'a' });
  expect(await serve(3)).toEqual(expect.arrayContaining(['known', 'a0', 'b']));
});
