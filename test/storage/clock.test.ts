import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Clock } from '../../src/storage/sqlite/serving/clock.ts';

test('a time is the wall clock in whole microseconds', () => {
  expect(new Clock(0, () => 1_795_383_606_453).tick()).toBe(1_795_383_606_453_000);
  expect(new Clock(0, () => 0.0129).tick()).toBe(12);
});

test('two times in the same millisecond keep their order', () => {
  const clock = new Clock(0, () => 5);
  expect([clock.tick(), clock.tick(), clock.tick()]).toEqual([5000, 5001, 5002]);
});

test('the clock continues after the newest stored time', () => {
  const clock = new Clock(9_000_000, () => 5);
  expect([clock.tick(), clock.tick()]).toEqual([9_000_001, 9_000_002]);
});

test('the clock reads the system clock unless it gets another one', () => {
  const before = Date.now() * 1000;
  const time = new Clock(0).tick();
  expect(time).toBeGreaterThanOrEqual(before);
  expect(time).toBeLessThanOrEqual(Date.now() * 1000);
});

test('the clock only goes forward, whatever the wall clock does', () => {
  const steps = fc.array(fc.integer({ min: -10_000, max: 10_000 }), { minLength: 1 });
  fc.assert(
    fc.property(fc.nat(), steps, (last, changes) => {
      let wall = 1_000_000;
      const clock = new Clock(last, () => wall);
      let previous = last;
      for (const by of changes) {
        wall += by;
        const time = clock.tick();
        expect(time).toBeGreaterThan(previous);
        expect(time).toBeGreaterThanOrEqual(wall * 1000);
        expect(Number.isSafeInteger(time)).toBe(true);
        previous = time;
      }
    }),
  );
});
