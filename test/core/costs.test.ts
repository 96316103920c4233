import { expect, test, vi } from 'vitest';
import { Charges } from '../../src/core/charges.ts';
import type { Costs } from '../../src/core/costs.ts';
import { limits, serverLimits } from '../../src/protocol/limits.ts';

const nothing = { goOn: () => {} };

/** The costs of a user who has just used more than their part of the processor, or not. */
function user(charges: Charges, id: number, isBusy: boolean): Costs {
  const costs = charges.connect(undefined);
  costs.enter(id);
  // Each piece that is read takes some time, whatever is in it.
  for (let at = 0; isBusy && at < 50; at++) {
    costs.read(64 * 1024);
    costs.mayReadOn(nothing);
  }
  return costs;
}

test('busy users share a rate of bytes, and other users do not wait for them', () => {
  vi.useFakeTimers();
  try {
    const counts = { delays: 0 };
    const charges = new Charges(serverLimits, counts);
    const busy = [1, 2, 3].map((id) => user(charges, id, true));
    vi.runAllTimers();
    const light = user(charges, 4, false);
    for (const one of busy) {
      for (let at = 0; at < 50; at++) {
        one.read(64 * 1024);
        one.mayReadOn(nothing);
      }
      one.bytes(limits.busyByteBurst / 3 - 1);
    }
    expect(light.mayRead(nothing)).toBe(true);
    expect(busy[0]?.mayRead(nothing)).toBe(false);
    expect(counts.delays).toBe(1);
  } finally {
    vi.useRealTimers();
  }
});

test('a user whose writes have cost more than they may waits before the next, and others do not', () => {
  vi.useFakeTimers();
  try {
    const counts = { delays: 0 };
    const charges = new Charges(serverLimits, counts);
    const writer = user(charges, 1, false);
    const other = user(charges, 2, false);
    writer.pay(limits.processorBurst + 100, 1);
    expect(writer.mayBegin(nothing)).toBe(false);
    expect(other.mayBegin(nothing)).toBe(true);
    expect(counts.delays).toBe(1);
  } finally {
    vi.useRealTimers();
  }
});

test('after 64 KiB in one turn, in any pieces, the rest is read in the next turn', async () => {
  const costs = new Charges(serverLimits, { delays: 0 }).connect(undefined);
  for (let at = 0; at < 63; at++) {
    costs.read(1024);
    expect(costs.mayReadOn(nothing)).toBe(true);
  }
  costs.read(1024);
  await new Promise<void>((resolve) => {
    expect(costs.mayReadOn({ goOn: resolve })).toBe(false);
  });
  expect(costs.mayReadOn(nothing)).toBe(true);
});

test('a request that is carried out in pieces ends when its connection has ended', async () => {
  const costs = new Charges(serverLimits, { delays: 0 }).connect(undefined);
  const longAgo = () => ({ ...costs.mark(), at: performance.now() - 1000 });
  await costs.breathe(longAgo());
  costs.leave();
  await expect(costs.breathe(longAgo())).rejects.toMatchObject({ code: 'CONNECTION_ENDED' });
});

test('half lines of strangers share a rate of bytes, each piece counts as 4 KiB more, and users have a rate of their own', () => {
  vi.useFakeTimers();
  try {
    const charges = new Charges(serverLimits, { delays: 0 });
    const strangers = [1, 2].map(() => charges.connect(undefined));
    const member = user(charges, 1, false);
    const ownPieces = strangers.length * (limits.ownUnfinishedBurst / 8 / (128 + 1));
    const pieces = limits.unfinishedBurst / (4096 + 1);
    const waits = (count: number) =>
      Array.from({ length: count }, (_, at) => strangers[at % 2]?.unfinished(1)).filter(
        (wait) => wait,
      );
    expect(waits(Math.floor(ownPieces + pieces * 0.9))).toEqual([]);
    expect(waits(Math.ceil(pieces * 0.2)).length).toBeGreaterThan(0);
    expect(member.unfinished(64 * 1024)).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('only a connection that is over its own budget of half lines waits for others', () => {
  vi.useFakeTimers();
  try {
    const charges = new Charges(serverLimits, { delays: 0 });
    const attacker = charges.connect(undefined);
    while (attacker.unfinished(64 * 1024) === 0);
    const person = charges.connect(undefined);
    for (let key = 0; key < 63; key++) expect(person.unfinished(1)).toBe(0);
    expect(person.unfinished(1)).toBeGreaterThan(0);
    // A second later 15 more keys are in its own budget again.
    vi.advanceTimersByTime(1000);
    for (let key = 0; key < 15; key++) expect(person.unfinished(1)).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('a network has a budget of half lines beside those of its connections', () => {
  vi.useFakeTimers();
  try {
    const charges = new Charges(serverLimits, { delays: 0 });
    while (charges.connect(undefined).unfinished(64 * 1024) === 0);
    const waits = (network: string, connections: number) =>
      Array.from({ length: connections }, () => charges.connect(network))
        .flatMap((costs) => Array.from({ length: 60 }, () => costs.unfinished(1)))
        .filter((wait) => wait > 0);
    expect(waits('192.0.2.1', 80)).toEqual([]);
    expect(waits('192.0.2.1', 20).length).toBeGreaterThan(0);
    expect(waits('192.0.2.2', 80)).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});
