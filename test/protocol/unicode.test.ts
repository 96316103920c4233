import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { limits } from '../../src/protocol/limits.ts';
import {
  caseless,
  displayWidth,
  graphemes,
  normalized,
  wrapAtSpaces,
} from '../../src/protocol/unicode.ts';
import { cost, costlyTexts } from '../helpers/costly.ts';

const sources = new URL('../../src/', import.meta.url);

test('Unicode functions of more than linear time are called only in protocol/unicode.ts', () => {
  const costly = /\.normalize\(|Segmenter|string-width|wrap-ansi|slice-ansi|cli-truncate/;
  const callers = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => costly.test(readFileSync(new URL(file, sources), 'utf8')));
  expect(callers).toEqual(['protocol/unicode.ts']);
});

test('only the beginnings of long words are compared for typos', () => {
  const calls = readdirSync(sources, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .filter((file) => /levenshtein/.test(readFileSync(new URL(file, sources), 'utf8')));
  expect(calls).toEqual(['protocol/suggest.ts']);
});

const honest = fc.string({
  unit: fc.constantFrom(
    'a',
    'Z',
    ' ',
    'é',
    'e\u0301',
    '漢',
    '한',
    '👍',
    '👍🏽',
    '👩‍👩‍👧‍👦',
    '🇩🇪',
    '☎️',
    'ф',
    'ع',
  ),
  maxLength: 1000,
});

test('widths, normal forms and clusters of typical texts agree with well-known libraries', () => {
  fc.assert(
    fc.property(honest, (text) => {
      expect(displayWidth(text)).toBe(stringWidth(text));
      expect([...graphemes(text)]).toEqual(
        [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment),
      );
      for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const) {
        expect(normalized(text, form)).toBe(text.normalize(form));
      }
      expect(caseless(text)).toBe(text.normalize('NFKC').toLowerCase());
    }),
  );
});

test('colours count no columns', () => {
  expect(displayWidth('\x1b[38;5;25m漢字\x1b[39m')).toBe(4);
});

test('each row has as many words as fit, and a word longer than a row stays whole', () => {
  expect(wrapAtSpaces('one two  three', 9)).toEqual(['one two', 'three']);
  expect(wrapAtSpaces('one  two three', 9)).toEqual(['one  two', 'three']);
  expect(wrapAtSpaces('a https://example.org/ b', 5)).toEqual(['a', 'https://example.org/', 'b']);
  expect(wrapAtSpaces('', 5)).toEqual(['']);
});

// What one message can hold, and more than any other text.
test.each(costlyTexts(limits.content))('32 KiB of %s are processed in 20 ms', (_, text) => {
  expect(cost(() => normalized(text, 'NFC'))).toBeLessThan(20);
  expect(cost(() => caseless(text))).toBeLessThan(20);
  expect(cost(() => displayWidth(text))).toBeLessThan(20);
});
