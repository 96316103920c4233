import { expect, test } from 'vitest';
import { formatTime, parseTime, toSeconds } from '../../src/protocol/time.ts';

test('a time is RFC 3339 in UTC, to the microsecond for programs and the second for people', () => {
  const time = formatTime(1_795_376_172_345_678);
  expect(time).toBe('2026-11-22T19:36:12.345678Z');
  expect(toSeconds(time)).toBe('2026-11-22T19:36:12Z');
});

test.each([
  [0, '1970-01-01T00:00:00.000000Z'],
  [7, '1970-01-01T00:00:00.000007Z'],
  [1_000_000, '1970-01-01T00:00:01.000000Z'],
  [1_795_376_172_000_001, '2026-11-22T19:36:12.000001Z'],
  [1_795_376_172_999_999, '2026-11-22T19:36:12.999999Z'],
])('%d microseconds are %s', (micros, time) => {
  expect(formatTime(micros)).toBe(time);
});

test('formatted times sort as text in their order', () => {
  const times = [0, 999, 1000, 999_999, 1_000_000, 1_795_376_172_000_001].map(formatTime);
  expect([...times].sort()).toEqual(times);
});

test.each([
  ['2026-11-22T19:36:12Z', '2026-11-22T19:36:12.000000Z'],
  ['2026-11-22T19:36:12.3Z', '2026-11-22T19:36:12.300000Z'],
  ['2026-11-22T19:36:12.345Z', '2026-11-22T19:36:12.345000Z'],
  ['2026-11-22T19:36:12.345678Z', '2026-11-22T19:36:12.345678Z'],
])('%s is the time %s', (text, time) => {
  expect(formatTime(parseTime(text))).toBe(time);
});

test.each([
  '2026-02-30T19:36:12Z',
  '2026-11-22T24:00:00Z',
  '2026-11-22T19:36:60Z',
  '2026-11-22T19:36Z',
  '2026-11-22T19:36:12.Z',
  '2026-11-22T19:36:12.1234567Z',
  '2026-11-22T19:36:12',
  '2026-11-22T19:36:12+01:00',
  '2026-11-22',
  '',
])('"%s" is no time', (text) => {
  expect(parseTime(text)).toBeNaN();
});
