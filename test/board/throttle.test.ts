import { expect, test } from 'vitest';
import { Throttle } from '../../src/board/throttle.ts';
import { BoardError } from '../../src/protocol/errors.ts';

const minute = 60_000;

/** A throttle with a clock that stands still until it is set forward. */
function throttle(free = 3) {
  let now = 1000;
  const made = new Throttle(free, () => now);
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  /** Tries so often, each as soon as it may be, and gives the waits. */
  const waits = (count: number, key = 'alice') =>
    Array.from({ length: count }, () => {
      const wait = made.reserve(key);
      pass(wait);
      return wait;
    });
  return { made, pass, waits };
}

test('the first tries are free, then the pause doubles up to half a minute', () => {
  const { waits } = throttle();
  expect(waits(13)).toEqual([
    0, 0, 0, 250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
  ]);
});

test('time that has passed is taken off the wait', () => {
  const { made, pass, waits } = throttle();
  waits(4);
  pass(400);
  expect(made.reserve('alice')).toBe(100);
});

test('tries side by side wait for one another, and are refused once that is too long', () => {
  const { made } = throttle();
  const waits = Array.from({ length: 9 }, () => made.reserve('alice'));
  expect(waits).toEqual([0, 0, 0, 250, 750, 1750, 3750, 7750, 15_750]);
  expect(() => made.reserve('alice')).toThrow('Try again in 32 s.');
});

test('one name is slowed down, another is not', () => {
  const { waits } = throttle();
  waits(8);
  expect(waits(3, 'bob')).toEqual([0, 0, 0]);
});

test('a try that was right forgives those before it', () => {
  const { made, waits } = throttle();
  waits(8);
  made.forgive('alice');
  expect(waits(4)).toEqual([0, 0, 0, 250]);
});

test('after a quarter of an hour all is forgotten, and not before', () => {
  const { pass, waits } = throttle();
  waits(5);
  pass(14 * minute);
  expect(waits(1)).toEqual([0]);
  expect(waits(1)).toEqual([2000]);
  pass(16 * minute);
  expect(waits(4)).toEqual([0, 0, 0, 250]);
});

test('names beyond what fits in memory push the oldest out, and not one in use', () => {
  const { made, waits } = throttle();
  waits(4, 'old');
  waits(4, 'used');
  for (let n = 0; n < 9_999; n++) made.reserve(`name${n}`);
  waits(1, 'used');
  made.reserve('one more');
  expect(waits(1, 'used')).not.toEqual([0]);
  expect(waits(3, 'old')).toEqual([0, 0, 0]);
});

test('who is refused is told when to come back, and it is not held against them', () => {
  const { made, pass } = throttle();
  for (let n = 0; n < 9; n++) made.reserve('alice');
  for (let n = 0; n < 5; n++) {
    expect(() => made.reserve('alice')).toThrow(BoardError);
    expect(() => made.reserve('alice')).toThrow('Try again in 32 s.');
  }
  pass(2000);
  expect(made.reserve('alice')).toBe(29_750);
});
