import { expect, test } from 'vitest';
import { ReadQueue } from '../../src/storage/sqlite/serving/read-queue.ts';

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Keeps the event loop busy. */
function work(milliseconds: number): void {
  for (const end = performance.now() + milliseconds; performance.now() < end; );
}

test('many logins that come at once are answered in order, a few in each turn', async () => {
  const reads = new ReadQueue(() => true);
  const answered: number[] = [];
  for (let at = 0; at < 50; at++) {
    reads.add(() => {
      work(0.3);
      answered.push(at);
    });
  }
  expect(answered).toEqual([]);
  let most = 0;
  while (answered.length < 50) {
    const before = answered.length;
    await turn();
    most = Math.max(most, answered.length - before);
  }
  expect(answered).toEqual(Array.from({ length: 50 }, (_, at) => at));
  expect(most).toBeLessThanOrEqual(4);
});

test('logins wait while a commit is under way, and some of them run right after it', async () => {
  let isCommitting = true;
  const reads = new ReadQueue(() => !isCommitting);
  const answered: number[] = [];
  for (let at = 0; at < 50; at++) {
    reads.add(() => {
      work(0.3);
      answered.push(at);
    });
  }
  await turn();
  await turn();
  expect(answered).toEqual([]);
  isCommitting = false;
  reads.afterCommit(100);
  expect(answered.length).toBeGreaterThan(0);
  expect(answered.length).toBeLessThanOrEqual(8);
  const before = answered.length;
  // The next commit begins before the rest.
  isCommitting = true;
  await turn();
  await turn();
  expect(answered.length).toBe(before);
  reads.finish();
  expect(answered.length).toBe(50);
});
