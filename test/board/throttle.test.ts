import { expect, test } from 'vitest';
import { Throttle, type ThrottleOptions } from '../../src/board/throttle.ts';
import { BoardError } from '../../src/protocol/errors.ts';

const minute = 60_000;

/** A throttle with a clock that stands still until it is set forward. */
function throttle(options: Partial<ThrottleOptions> = {}) {
  let now = 1000;
  const made = new Throttle({ free: 3, ...options }, () => now);
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  const fail = (key = 'alice') => {
    made.begin(key);
    made.end(key, true);
  };
  /** Fails so often, each time as soon as it may be, and gives the waits. */
  const waits = (count: number, key = 'alice') =>
    Array.from({ length: count }, () => {
      const wait = made.wait(key);
      pass(wait);
      fail(key);
      return wait;
    });
  return { made, pass, fail, waits };
}

test('the first failures cause no pause, and then the pause doubles up to half a minute', () => {
  const { waits } = throttle();
  expect(waits(13)).toEqual([
    0, 0, 0, 250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
  ]);
});

test('a pause without growth stays the same', () => {
  expect(throttle({ firstPause: 1000, growth: 1 }).waits(6)).toEqual([0, 0, 0, 1000, 1000, 1000]);
});

test('the wait gets shorter as time passes', () => {
  const { made, pass, waits } = throttle();
  waits(4);
  pass(400);
  expect(made.wait('alice')).toBe(100);
});

test('attempts run at the same time while failures would cause no pause, and after that one by one', () => {
  const { made, pass, waits } = throttle();
  for (let each = 0; each < 3; each++) {
    expect(made.wait('alice')).toBe(0);
    made.begin('alice');
  }
  expect(made.wait('alice')).toBe(Number.POSITIVE_INFINITY);
  for (let each = 0; each < 3; each++) made.end('alice', true);
  expect(made.wait('alice')).toBe(250);
  pass(250);
  made.begin('alice');
  expect(made.wait('alice')).toBe(Number.POSITIVE_INFINITY);
  made.end('alice', true);
  expect(waits(1)).toEqual([500]);
});

test('an attempt that succeeds does not count, and does not reset earlier failures', () => {
  const { made, waits } = throttle();
  for (let each = 0; each < 50; each++) {
    made.begin('alice');
    made.end('alice', false);
  }
  expect(waits(5)).toEqual([0, 0, 0, 250, 500]);
  made.begin('alice');
  made.end('alice', false);
  expect(made.wait('alice')).toBe(1000);
});

test('the pause of one key does not affect another key', () => {
  const { waits } = throttle();
  waits(8);
  expect(waits(3, 'bob')).toEqual([0, 0, 0]);
});

test('failures are forgotten after a quarter of an hour and not before', () => {
  const { pass, waits } = throttle();
  waits(5);
  pass(14 * minute);
  expect(waits(1)).toEqual([0]);
  expect(waits(1)).toEqual([2000]);
  pass(19 * minute);
  expect(waits(4)).toEqual([0, 0, 0, 250]);
});

test('an attempt that would wait longer than half a minute is refused with a time to try again', () => {
  const { made, fail } = throttle();
  for (let each = 0; each < 3; each++) fail();
  expect(made.longestWait('alice', 5)).toBe(250 + 500 + 1000 + 2000 + 4000 + 8000);
  expect(() => made.refuseLongWait('alice', 5)).not.toThrow();
  expect(() => made.refuseLongWait('alice', 6)).toThrow('Try again in 32 s.');
  expect(() => made.refuseLongWait('alice', 6)).toThrow(BoardError);
});

test('while failures are free, no attempt is refused because of earlier ones that wait', () => {
  const { made, fail } = throttle();
  fail();
  expect(made.longestWait('alice', 1000)).toBe(0);
});

test('past the limit of keys the oldest is forgotten, unless it is paused or has an attempt under way', () => {
  const { made, pass, fail } = throttle();
  made.begin('under way');
  for (let each = 0; each < 3; each++) fail('once paused');
  pass(250);
  for (let each = 0; each < 3; each++) fail('paused');
  for (let n = 0; n < 9_997; n++) fail(`name${n}`);
  expect(made.longestWait('once paused', 1)).toBe(500);
  for (let n = 0; n < 5; n++) fail(`more${n}`);
  expect(made.longestWait('once paused', 1)).toBe(0);
  expect(made.wait('paused')).toBe(250);
  made.end('under way', true);
});

test('if every key is paused, a further key is refused and none is forgotten', () => {
  const { made, pass, fail } = throttle({ free: 1 });
  for (let n = 0; n < 10_000; n++) fail(`name${n}`);
  expect(() => made.begin('one more')).toThrow(BoardError);
  expect(made.wait('name0')).toBe(250);
  pass(250);
  made.begin('one more');
  expect(made.wait('one more')).toBe(Number.POSITIVE_INFINITY);
});
