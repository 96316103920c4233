import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cleanLine, cleanText } from '../../src/protocol/clean.ts';

// Control characters but tab and line feed, direction overrides, separators and lone surrogates.
const dangerous = /[^\P{Cc}\t\n]|[\u202a-\u202e\u2066-\u2069\u2028\u2029]|\p{Surrogate}/u;

const alarming = fc.constantFrom(
  ...['\u001b', '\u009b', '\u0007', '\u007f', '\u0000', '\r', '\n', '\t', '\u0085', '\u2028'],
  ...['\u2029', '\u202a', '\u202e', '\u2066', '\u2069', '\ud83c', '\udf5c', '\u200e', '[2J', 'é'],
);
const text = fc
  .array(fc.oneof(alarming, fc.string({ unit: 'binary' })), { maxLength: 12 })
  .map((parts) => parts.join(''));

test.each([
  ['plain text', 'Hello, world! ~', 'Hello, world! ~'],
  ['other scripts and symbols', 'Ωμέγα 佐藤 🍜 ½', 'Ωμέγα 佐藤 🍜 ½'],
  ['tabs and lines', '\ta\n\nb\n', '\ta\n\nb\n'],
  ['line ends of other systems', 'a\r\nb\rc\u0085d\u2028e\u2029f', 'a\nb\nc\nd\ne\nf'],
  ['two of them in a row', 'a\r\r\n\n', 'a\n\n\n'],
  ['an escape sequence', '\u001b[31mred', '␛[31mred'],
  ['a bell, a backspace and a delete', '\u0007\u0008\u007f', '␇␈␡'],
  ['a null', '\u0000', '␀'],
  ['form feeds and vertical tabs', '\u000b\u000c', '␋␌'],
  ['a control sequence introducer of eight bits', '\u009b31m', '\ufffd31m'],
  ['direction overrides', '\u202ea\u202db\u2066c\u2069\u202a\u202b\u202c\u2067\u2068', 'abc'],
  ['direction marks, which reorder nothing', '\u200eא\u200f\u061c', '\u200eא\u200f\u061c'],
  ['half a surrogate pair', 'a\ud83cb\udf5c', 'a\ufffdb\ufffd'],
])('cleaning handles %s', (_, given, expected) => {
  expect(cleanText(given)).toBe(expected);
});

test('cleaned text contains no character that controls a terminal', () => {
  expect(dangerous.test('\u001b')).toBe(true);
  fc.assert(
    fc.property(text, (given) => {
      expect(cleanText(given)).not.toMatch(dangerous);
      expect(cleanLine(given)).not.toMatch(dangerous);
      expect(cleanLine(given)).not.toMatch(/[\t\n]/);
    }),
    { numRuns: 5000 },
  );
});

test('every single character is safe after cleaning', () => {
  for (let code = 0; code <= 0x10ffff; code++) {
    const clean = cleanText(String.fromCodePoint(code));
    if (dangerous.test(clean)) expect.fail(`U+${code.toString(16)} stays ${JSON.stringify(clean)}`);
  }
});

test('cleaning a clean text changes nothing', () => {
  fc.assert(
    fc.property(text, (given) => {
      expect(cleanText(cleanText(given))).toBe(cleanText(given));
      expect(cleanLine(cleanLine(given))).toBe(cleanLine(given));
    }),
    { numRuns: 5000 },
  );
});

test('line feeds and tabs become spaces in a text of one line', () => {
  expect(cleanLine('a\r\nb\tc\u2028d')).toBe('a b c d');
});
