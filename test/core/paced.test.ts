import { expect, test } from 'vitest';
import { Paced } from '../../src/core/paced.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('thousands of sockets that are accepted at once begin to arrive in order, a few in each turn', async () => {
  const begun: number[] = [];
  const paced = new Paced<number>(1, (item) => {
    begun.push(item);
    for (const end = performance.now() + 0.3; performance.now() < end; );
  });
  await turn();
  for (let at = 0; at < 50; at++) paced.add(at);
  // The first are not made to wait.
  let most = begun.length;
  expect(most).toBeGreaterThan(0);
  while (begun.length < 50) {
    const before = begun.length;
    await turn();
    most = Math.max(most, begun.length - before);
  }
  expect(begun).toEqual(Array.from({ length: 50 }, (_, at) => at));
  expect(most).toBeLessThanOrEqual(4);
});

test('at the end, all work that waits is done at once', async () => {
  const done: number[] = [];
  const paced = new Paced<number>(0, (item) => done.push(item));
  for (let at = 0; at < 5; at++) paced.add(at);
  expect(done).toEqual([]);
  paced.finish();
  expect(done).toEqual([0, 1, 2, 3, 4]);
  await turn();
  await turn();
  expect(done).toHaveLength(5);
});
