import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Holder, WaitingBytes } from '../../src/core/waiting-bytes.ts';

function bytes(limits = { waitingBytes: 1000, networkWaitingBytes: 400 }) {
  const counts = { evicted: 0 };
  const waiting = new WaitingBytes(limits, counts);
  const evicted: string[] = [];
  const holder = (name: string, network?: string): Holder => ({
    network,
    held: 0,
    evict: () => evicted.push(name),
  });
  return { waiting, evicted, holder, counts };
}

test('if a network is past its limit, its connection that holds the most is ended', () => {
  const { waiting, evicted, holder, counts } = bytes();
  const [a, b, other] = [holder('a', '10.0.0.1'), holder('b', '10.0.0.1'), holder('x', '10.0.0.2')];
  waiting.update(other, 390);
  waiting.update(a, 300);
  waiting.update(b, 100);
  expect(evicted).toEqual([]);
  waiting.update(b, 101);
  expect(evicted).toEqual(['a']);
  expect(counts.evicted).toBe(1);
  expect(waiting.total).toBe(491);
});

test('past the total limit, the connection that holds the most is ended, even if it is exempt', () => {
  const { waiting, evicted, holder } = bytes();
  waiting.update(holder('a', '10.0.0.1'), 350);
  waiting.update(holder('exempt'), 600);
  expect(evicted).toEqual([]);
  waiting.update(holder('b', '10.0.0.2'), 60);
  expect(evicted).toEqual(['exempt']);
});

test('a connection whose bytes were sent makes room for others', () => {
  const { waiting, evicted, holder } = bytes();
  const a = holder('a', '10.0.0.1');
  for (let round = 0; round < 10; round++) {
    waiting.update(a, 400);
    waiting.update(a, 0);
  }
  waiting.update(holder('b', '10.0.0.1'), 400);
  expect(evicted).toEqual([]);
  expect(waiting.total).toBe(400);
});

test('a connection that needs fewer bytes than before ends no other', () => {
  const { waiting, evicted, holder } = bytes({ waitingBytes: 500, networkWaitingBytes: 400 });
  const a = holder('a', '10.0.0.1');
  waiting.update(a, 390);
  waiting.update(a, 380);
  expect(evicted).toEqual([]);
});

test('after every update the bytes of the remaining connections are within the limit', () => {
  const step = fc.record({ who: fc.nat(7), held: fc.nat(600) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { waiting, holder } = bytes();
      const holders = Array.from({ length: 8 }, (_, at) =>
        holder(String(at), at === 0 ? undefined : `10.0.0.${at % 3}`),
      );
      for (const { who, held } of steps) {
        const one = holders[who];
        if (one) waiting.update(one, held);
        const sum = (some: Holder[]) => some.reduce((all, each) => all + each.held, 0);
        expect(waiting.total).toBe(sum(holders));
        expect(waiting.total).toBeLessThanOrEqual(1000);
        for (const network of ['10.0.0.0', '10.0.0.1', '10.0.0.2']) {
          const own = holders.filter((each) => each.network === network);
          expect(sum(own)).toBeLessThanOrEqual(400);
        }
      }
    }),
  );
});
