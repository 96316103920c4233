import { InvalidArgumentError } from 'commander';
import type { Call } from '../../protocol/schemas.ts';
import { formatTime } from '../../protocol/time.ts';
import { pastTime } from '../parse.ts';

/** Where to begin: at a number, or at a time in microseconds since the epoch. */
export type Since = { readonly number: number } | { readonly time: number };

/** @throws InvalidArgumentError */
export function parseSince(text: string): Since {
  if (!/^\d+$/.test(text)) return { time: pastTime(text) };
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1) {
    throw new InvalidArgumentError('The number of a message is a whole number from 1 up.');
  }
  return { number };
}

/** The number behind which the messages are that are to be shown. @throws what `call` throws */
export async function startOf(
  call: Call,
  group: string | number,
  since: Since | undefined,
): Promise<number> {
  if (since && 'number' in since) return since.number - 1;
  const { messages } = await call('message.list', { group, limit: 1 });
  const newest = messages[0];
  if (!newest) return 0;
  if (!since) return newest.number;
  const time = formatTime(since.time);
  return newest.postedAt < time ? newest.number : search(call, group, time, newest.number - 1);
}

/**
 * The least number behind which nothing is older than `time`, found by halving: times grow with the
 * numbers, and are written so that they sort as text.
 */
async function search(
  call: Call,
  group: string | number,
  time: string,
  most: number,
): Promise<number> {
  let least = 0;
  let high = most;
  while (least < high) {
    const middle = Math.floor((least + high) / 2);
    const { messages } = await call('message.list', { group, after: middle, limit: 1 });
    const next = messages[0];
    if (next && next.postedAt < time) least = next.number;
    else high = middle;
  }
  return least;
}
