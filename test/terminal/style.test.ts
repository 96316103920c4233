import stringWidth from 'string-width';
import { afterEach, expect, test } from 'vitest';
import { coloursOf, ownColour } from '../../src/terminal/colours.ts';
import { shortDate, spokenDate, zoneOf } from '../../src/terminal/dates.ts';
import { wrapLine, wrapText } from '../../src/terminal/wrap.ts';

const zone = process.env.TZ;
afterEach(() => {
  process.env.TZ = zone;
});

test('times are in the time zone of the reader, and near times in words', () => {
  process.env.TZ = 'Europe/Berlin';
  const now = new Date('2026-11-24T12:00:00Z');
  const said = (time: string) => spokenDate(time, now);
  expect(said('2026-11-24T13:05:00.123456Z')).toBe('today 14:05');
  expect(said('2026-11-23T23:30:00Z')).toBe('today 00:30');
  expect(said('2026-11-23T08:12:00Z')).toBe('yesterday 09:12');
  expect(said('2026-11-16T13:05:00Z')).toBe('Mon 16 Nov 14:05');
  expect(said('2026-07-01T10:00:00Z')).toBe('Wed 1 Jul 12:00');
  expect(said('2025-11-16T13:05:00Z')).toBe('16 Nov 2025 14:05');
  expect(said('soon')).toBe('soon');
  // The night in which the clocks go back has 25 hours.
  expect(spokenDate('2026-10-24T22:30:00Z', new Date('2026-10-25T22:30:00Z'))).toBe('today 00:30');
});

test('times are told in a zone that is not that of the process', () => {
  process.env.TZ = 'UTC';
  const now = new Date('2026-11-28T05:00:00Z');
  const late = '2026-11-27T23:30:00Z';
  expect(spokenDate(late, now, zoneOf('Europe/Berlin'))).toBe('today 00:30');
  expect(spokenDate(late, now, zoneOf('America/New_York'))).toBe('yesterday 18:30');
  expect(spokenDate(late, now, zoneOf('Atlantis/Capital'))).toBe('yesterday 23:30');
});

test('times in a list take at most six columns', () => {
  process.env.TZ = 'UTC';
  const now = new Date('2026-11-28T05:00:00Z');
  const short = (time: string) => shortDate(time, now, 'Europe/Berlin');
  expect(short('2026-11-27T23:30:00Z')).toBe('00:30');
  expect(short('2026-11-23T08:00:00Z')).toBe('Mon');
  expect(short('2026-11-16T08:00:00Z')).toBe('16 Nov');
  expect(short('2025-01-16T08:00:00Z')).toBe('2025');
  expect(short('soon')).toBe('');
});

test('a name always has the same colour, in any case, and only colours that the terminal supports', () => {
  const [none, few, many] = [1, 4, 8].map(coloursOf);
  expect(none?.own('alice') + (none?.red('x') ?? '')).toBe('alicex');
  expect(few?.own('alice')).toMatch(/^.\[[39]\dmalice.\[39m$/);
  expect(many?.own('alice')).toMatch(/^.\[38;5;\d+malice.\[39m$/);
  expect(many?.own('ALICE').toLowerCase()).toBe(many?.own('alice'));
  const people = ['alice', 'bob', 'carol', 'dave', 'erin', 'frank', 'grace', 'heidi'];
  expect(new Set(people.map((name) => many?.own(name).replace(name, ''))).size).toBeGreaterThan(5);
});

test('long lines are broken between words with an indentation, and wide characters, emoji and marks stay whole', () => {
  expect(wrapLine('[INFO] one two three four', 14)).toBe('[INFO] one\n  two three\n  four');
  const family = '👩‍👩‍👧‍👦';
  const text = `${family} q\u0303 昼食 ${family} q\u0303 昼食`;
  const rows = wrapLine(text, 12).split('\n');
  expect(rows).toEqual([`${family} q\u0303 昼食`, `  ${family} q\u0303 昼食`]);
  for (const row of rows) expect(stringWidth(row)).toBeLessThanOrEqual(12);
});

test('the text of a message keeps its indentation, its empty lines and its URLs', () => {
  expect(wrapText('a\n\n  if (x) then y\nend', 10)).toBe('a\n\n  if (x)\n  then y\nend');
  expect(wrapText('see https://example.org/long now', 12)).toBe(
    'see\nhttps://example.org/long\nnow',
  );
  expect(wrapText('a\tb', 80)).toBe('a       b');
});

test('a name has one colour, however it is written', () => {
  expect(ownColour('Alice')).toBe(ownColour('alice'));
  expect(new Set(['alice', 'bob', 'carol', 'dave'].map(ownColour)).size).toBe(4);
});
