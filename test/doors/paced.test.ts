import { expect, test } from 'vitest';
import { Paced } from '../../src/doors/arriving/paced.ts';

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
