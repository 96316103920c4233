import { expect, test, vi } from 'vitest';
import { Share, Turns } from '../../src/core/turns.ts';

/** A share that has used far more than its part of late. */
function busy(turns: Turns): Share {
  const share = new Share();
  turns.charge(share, 1000);
  return share;
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Does `pieces` pieces of `milliseconds` each, as often as it may, and notes its name for each. */
function worker(turns: Turns, name: string, pieces: number, milliseconds: number, done: string[]) {
  const share = busy(turns);
  let left = pieces;
  const work = {
    goOn() {
      while (left > 0) {
        if (!turns.mayGoOn(share)) return turns.defer(work);
        left--;
        done.push(name);
        turns.charge(share, milliseconds);
      }
    },
  };
  return work;
}

test('a light party is served at once, however busy the others are', () => {
  const turns = new Turns();
  for (const name of ['a', 'b']) worker(turns, name, 10, 5, []).goOn();
  expect(turns.mayGoOn(new Share())).toBe(true);
});

test('a share is busy once it has used its credit, and light again after a while', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  try {
    const share = new Share();
    share.take(1.9);
    expect(share.isLight).toBe(true);
    share.take(500);
    expect(share.isLight).toBe(false);
    vi.advanceTimersByTime(99);
    expect(share.isLight).toBe(false);
    vi.advanceTimersByTime(102);
    expect(share.isLight).toBe(true);
  } finally {
    vi.useRealTimers();
  }
});

test('all busy parties share one slice of a turn', async () => {
  const turns = new Turns();
  const done: string[] = [];
  await turn();
  const names = ['a', 'b', 'c', 'd'];
  for (const name of names) worker(turns, name, 3, 0.3, done).goOn();
  while (done.length < 12) {
    const before = done.length;
    await turn();
    // A piece that begins within the slice of 0.5 ms is finished: two of 0.3 ms.
    expect(done.length - before).toBeLessThanOrEqual(2);
  }
});

test('busy parties take turns in the order in which they asked', async () => {
  const turns = new Turns();
  const done: string[] = [];
  await turn();
  for (const name of ['a', 'b', 'c']) worker(turns, name, 4, 1, done).goOn();
  while (done.length < 12) await turn();
  // The first has its first piece before anyone else has asked.
  expect(done.join('')).toBe(`a${'abc'.repeat(3)}bc`);
});

test('work that waits for its next turn is done, for light and busy parties', async () => {
  const turns = new Turns();
  await Promise.all([turns.next(new Share()), turns.next(busy(turns)), turns.next(busy(turns))]);
  const began: string[] = [];
  turns.readLater(new Share(), { goOn: () => began.push('light') });
  turns.readLater(busy(turns), { goOn: () => began.push('busy') });
  expect(began).toEqual([]);
  while (began.length < 2) await turn();
});

test('hundreds of light parties that send long lines are read in several turns, in order', async () => {
  const turns = new Turns();
  const read: number[] = [];
  for (let at = 0; at < 100; at++) turns.readLater(new Share(), { goOn: () => read.push(at) });
  let most = 0;
  while (read.length < 100) {
    const before = read.length;
    await turn();
    most = Math.max(most, read.length - before);
  }
  expect(read).toEqual(Array.from({ length: 100 }, (_, at) => at));
  expect(most).toBe(10);
});

test('all work of a turn sees the same turn number, and the next turn has another', async () => {
  const turns = new Turns();
  const number = turns.begin();
  expect(turns.begin()).toBe(number);
  await turn();
  expect(turns.begin()).not.toBe(number);
});

test('a party that writes is busy as soon as its writes are expected to cost more than its credit', () => {
  const turns = new Turns();
  const share = new Share();
  for (let at = 0; at < 20; at++) share.noteWrite(1);
  const expected = [turns.expectWrite(share), turns.expectWrite(share), turns.expectWrite(share)];
  expect(share.isLight).toBe(false);
  for (const each of expected) share.writeEnded(each);
  expect(share.isLight).toBe(true);
});

test('writes that are expected to be long use the slice of the turn up, short ones share it', async () => {
  const turns = new Turns();
  const begun = (milliseconds: number) => {
    const share = busy(turns);
    for (let at = 0; at < 50; at++) share.noteWrite(milliseconds);
    let writes = 0;
    for (; writes < 100 && turns.mayGoOn(share); writes++) turns.expectWrite(share);
    return writes;
  };
  await turn();
  expect(begun(0.6)).toBe(1);
  await turn();
  expect(begun(0.05)).toBeGreaterThan(5);
});
