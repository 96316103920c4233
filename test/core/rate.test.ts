import { expect, test } from 'vitest';
import { Rate, spend } from '../../src/core/rate.ts';

/** A rate with a clock that stands still until it is set forward. */
function rate(perSecond: number, burst: number) {
  let now = 1000;
  const made = new Rate(perSecond, burst, () => now);
  const pass = (milliseconds: number) => {
    now += milliseconds;
  };
  return { made, pass };
}

test('a burst of commands passes at once, and then one at a time', () => {
  const { made, pass } = rate(50, 500);
  for (let n = 0; n < 500; n++) spend([made]);
  expect(made.wait).toBe(20);
  expect(() => spend([made])).toThrow('Try again in 1 s.');
  pass(19);
  expect(() => spend([made])).toThrow('Try again');
  pass(1);
  spend([made]);
  expect(made.wait).toBe(20);
  pass(1000);
  for (let n = 0; n < 50; n++) spend([made]);
  expect(() => spend([made])).toThrow('Try again');
});

test('a pause restores the burst and not more', () => {
  const { made, pass } = rate(50, 500);
  for (let n = 0; n < 500; n++) spend([made]);
  pass(1_000_000);
  for (let n = 0; n < 500; n++) spend([made]);
  expect(() => spend([made])).toThrow('Try again');
});

test('a refused command gets the time to wait, and does not count itself', () => {
  const { made, pass } = rate(0.1, 1);
  spend([made]);
  for (let n = 0; n < 5; n++) expect(() => spend([made])).toThrow('Try again in 10 s.');
  pass(10_000);
  spend([made]);
});

test('without a rate no command waits', () => {
  const { made } = rate(0, 1);
  for (let n = 0; n < 1000; n++) spend([made]);
  expect(made.wait).toBe(0);
});
