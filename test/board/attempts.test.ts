import { expect, test } from 'vitest';
import { Attempts } from '../../src/board/attempts.ts';
import { Throttle } from '../../src/board/throttle.ts';

/** A throttle that counts how often it is asked. */
class CountingThrottle extends Throttle {
  asked = 0;

  override wait(key: string): number {
    this.asked++;
    return super.wait(key);
  }
}

const failing = async () => ({ result: undefined, failed: true });

/** A throttle whose keys `0` … are paused, and the attempts that wait at them, one at each. */
async function crowd(waiting: number) {
  const throttle = new CountingThrottle({ free: 1, firstPause: 10_000 });
  const attempts = new Attempts();
  const ended = new AbortController();
  const attempt = (key: string, ends = ended.signal) =>
    attempts.run([{ throttle, key }], ends, failing);
  for (let at = 0; at < waiting; at++) await attempt(String(at));
  const all = Array.from({ length: waiting }, (_, at) => attempt(String(at)));
  const settled = Promise.allSettled(all);
  const leave = async () => {
    ended.abort();
    await settled;
  };
  return { throttle, attempt, leave };
}

test('a new attempt checks only its own gates, however many attempts wait', async () => {
  const { throttle, attempt, leave } = await crowd(300);
  throttle.asked = 0;
  const ended = new AbortController();
  const arrived = Array.from({ length: 50 }, (_, at) => attempt(String(at), ended.signal));
  expect(throttle.asked).toBe(50);
  ended.abort();
  await Promise.allSettled(arrived);
  expect(throttle.asked).toBe(50);
  await leave();
});

test('a cancelled attempt frees its place at a gate', async () => {
  const { attempt, leave } = await crowd(1);
  const ended = new AbortController();
  // With the pauses doubling from 10 s, the third that waits would wait for more than half a minute.
  const second = attempt('0', ended.signal);
  await expect(attempt('0')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  ended.abort();
  await expect(second).rejects.toMatchObject({ code: 'CONNECTION_ENDED' });
  const again = new AbortController();
  const third = attempt('0', again.signal);
  again.abort();
  await expect(third).rejects.toMatchObject({ code: 'CONNECTION_ENDED' });
  await leave();
});
