import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  Allowance,
  Allowances,
  networkRates,
  strangerRates,
  userRates,
} from '../../src/core/allowance.ts';
import { limits, serverLimits } from '../../src/protocol/limits.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test('a user who connects again has only the rest of the allowance, and other users have their own', () => {
  const users = new Allowances<number>(userRates(serverLimits));
  const first = users.use(1);
  first.commands.take(serverLimits.commandBurst);
  first.bytes.take(limits.byteBurst + 1000);
  users.leave(first);
  const again = users.use(1);
  expect(again).toBe(first);
  expect(again.commands.wait).toBeGreaterThan(0);
  expect(again.bytes.wait).toBeGreaterThan(0);
  expect(users.use(2).commands.wait).toBe(0);
});

test('only an allowance that is unused and full again is dropped', () => {
  const users = new Allowances<number>(userRates(serverLimits));
  const used = users.use(-1);
  const owing = users.use(-2);
  owing.processor.take(1_000_000);
  users.leave(owing);
  // A thousand are kept before those that can be dropped are looked for.
  for (let key = 0; key < 5000; key++) {
    const one = users.use(key);
    one.commands.take();
    users.leave(one);
    vi.advanceTimersByTime(20);
  }
  expect(users.size).toBeLessThanOrEqual(1001);
  expect(users.use(-1)).toBe(used);
  expect(users.use(-2)).toBe(owing);
});

test('the allowance of a user with costly writes is kept for ten seconds, with what they cost', () => {
  const users = new Allowances<number>(userRates(serverLimits));
  const cheap = users.use(1);
  const costly = users.use(2);
  for (let n = 0; n < 20; n++) {
    cheap.share.noteWrite(0.04);
    costly.share.noteWrite(2);
  }
  vi.advanceTimersByTime(9_999);
  expect(cheap.isFull).toBe(true);
  expect(costly.isFull).toBe(false);
  expect(costly.share.writeBegun()).toBeGreaterThan(1);
  vi.advanceTimersByTime(1);
  expect(costly.isFull).toBe(true);
});

test('a network may cost as much as several users, and a connection without a login a part of one user', () => {
  const cost = (rates: ConstructorParameters<typeof Allowance>[0]) => {
    const allowance = new Allowance(rates);
    allowance.bytes.take(limits.byteBurst + 1000);
    allowance.processor.take(limits.processorBurst + 1000);
    return [allowance.bytes.wait, allowance.processor.wait];
  };
  const [user, network, stranger] = [userRates, networkRates, strangerRates].map((rates) =>
    cost(rates(serverLimits)),
  );
  expect(network).toEqual([0, 0]);
  for (const at of [0, 1]) {
    expect(user?.[at]).toBeGreaterThan(0);
    expect(stranger?.[at]).toBeGreaterThan(8 * Number(user?.[at]));
  }
});

test('without a limit of commands nothing has to wait', () => {
  const allowance = new Allowance(userRates({ ...serverLimits, commandsPerSecond: 0 }));
  for (const rate of [
    allowance.commands,
    allowance.lines,
    allowance.bytes,
    allowance.processor,
    allowance.unfinished,
  ]) {
    rate.take(1e12);
    expect(rate.wait).toBe(0);
  }
  expect(allowance.isFull).toBe(true);
});
