import { InvalidArgumentError } from 'commander';
import ms from 'ms';
import { z } from 'zod';
import { parseDuration } from '../protocol/duration.ts';
import { limits } from '../protocol/limits.ts';
import { parseMessageNumber } from '../protocol/message-number.ts';
import { postKey as postKeySchema } from '../protocol/schemas.ts';
import { longestTimer } from '../protocol/timers.ts';
import { parseWholeNumber } from '../protocol/whole-number.ts';

const rightTimes =
  'It takes an age with its unit (12h, 30d, 2w), a date (2026-01-01) or an RFC 3339 time ' +
  '(2026-01-01T12:00:00Z), none of them in the future.';
// JavaScript cannot represent later times exactly as whole microseconds.
const latestTime = Date.parse('2150-01-01T00:00:00Z') * 1000;
const date = z.iso.date();
const dateTime = z.iso.datetime({ offset: true });

/** A parser of whole numbers from `least` to `most`. @throws InvalidArgumentError, from the parser */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER) {
  return (text: string): number => {
    const number = parseWholeNumber(text, least, most);
    if (number === undefined) {
      const range = most < Number.MAX_SAFE_INTEGER ? `${least} to ${most}` : `${least} up`;
      throw new InvalidArgumentError(`It takes a whole number from ${range}.`);
    }
    return number;
  };
}

/** The number of a message: `7`, `#7`, or `last` for the newest. @throws InvalidArgumentError */
export function messageNumber(text: string): number | 'last' {
  const number = parseMessageNumber(text);
  if (number === undefined) {
    throw new InvalidArgumentError('It takes a whole number from 1 up (7 or #7), or "last".');
  }
  return number;
}

/** A span of time such as 30s or 5m, in milliseconds. @throws InvalidArgumentError */
export function duration(text: string): number {
  const span = text === '0' ? 0 : parseDuration(text);
  if (span === undefined || span > longestTimer) {
    throw new InvalidArgumentError('It takes a time with its unit (500ms, 30s, 5m), or 0.');
  }
  return span;
}

/** Text that is not empty. @throws InvalidArgumentError */
export function notEmpty(text: string): string {
  if (text.trim() === '') throw new InvalidArgumentError('It is empty.');
  return text;
}

/** Text that may be empty. */
export function anyText(text: string): string {
  return text;
}

/** A key of a post. @throws InvalidArgumentError */
export function postKey(text: string): string {
  if (!postKeySchema.safeParse(text).success) {
    throw new InvalidArgumentError(`It takes 1 to ${limits.postKey} characters.`);
  }
  return text;
}

/** A limit, or `off` for none, because commander has no null. @throws InvalidArgumentError */
export function orOff(parse: (text: string) => number) {
  return (text: string): number | 'off' => (text === 'off' ? text : parse(text));
}

/** Whole days, from an age in days, weeks or years. @throws InvalidArgumentError */
export function wholeDays(text: string): number {
  const days = /^\d+[dwy]$/.test(text) ? Math.round(age(text) / 86_400e6) : 0;
  // No message can be older than this.
  if (days < 1 || days > 100_000) {
    throw new InvalidArgumentError('It takes an age in whole days, weeks or years (90d, 12w, 1y).');
  }
  return days;
}

/**
 * A time in the past, in microseconds since the epoch: an age, a date (its beginning in UTC), or an
 * RFC 3339 time.
 * @throws InvalidArgumentError
 */
export function pastTime(text: string): number {
  refuseUnclearUnit(text);
  const now = Date.now() * 1000;
  const time = isAge(text) ? now - age(text) : instant(text);
  if (!(time <= now)) throw new InvalidArgumentError(rightTimes);
  return time;
}

/** The end of a span of time that begins now, in microseconds since the epoch. @throws InvalidArgumentError */
export function timeFromNow(text: string): number {
  refuseUnclearUnit(text);
  const end = /^[1-9]\d{0,5}(s|min|h|d|w)$/.test(text) ? Date.now() * 1000 + age(text) : Number.NaN;
  if (!(end < latestTime)) {
    throw new InvalidArgumentError('It takes a time with its unit, such as 90min, 12h, 30d or 2w.');
  }
  return end;
}

/** Some users mean a month by 1m or 1M. A purge would then delete nearly everything. */
function refuseUnclearUnit(text: string): void {
  const [, number] = /^(\d+(?:\.\d+)?)m$/i.exec(text) ?? [];
  if (number === undefined) return;
  throw new InvalidArgumentError(
    `${text} could mean minutes or months. Write ${number}min for minutes, and 30d for a month.`,
  );
}

/** A time that has not come yet, in microseconds since the epoch. @throws InvalidArgumentError */
export function futureTime(text: string): number {
  const time = instant(text);
  if (!(time > Date.now() * 1000 && time < latestTime)) {
    throw new InvalidArgumentError(
      'It takes a date (2027-01-31) or an RFC 3339 time (2027-01-31T12:00:00Z) in the future.',
    );
  }
  return time;
}

/** Whether `pastTime` parses it as an age. */
export function isAge(text: string): boolean {
  return /^\d+(\.\d+)?(s|min|h|d|w|y)$/.test(text);
}

/** In microseconds; NaN for an unknown unit. */
function age(text: string): number {
  return Math.round(Number(ms(text as ms.StringValue)) * 1000);
}

function instant(text: string): number {
  if (!date.safeParse(text).success && !dateTime.safeParse(text).success) return Number.NaN;
  // Date has milliseconds only, so the next three digits are added here.
  const [, fraction = ''] = /\.(\d+)/.exec(text) ?? [];
  return Date.parse(text) * 1000 + Number(fraction.padEnd(6, '0').slice(3, 6));
}
