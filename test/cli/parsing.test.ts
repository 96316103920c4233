import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { endpoint } from '../../src/cli/config/endpoints.ts';
import { readToml } from '../../src/cli/parsing/toml.ts';
import { parseDuration } from '../../src/protocol/duration.ts';
import { didYouMean, nearest } from '../../src/protocol/suggest.ts';
import { parseWholeNumber } from '../../src/protocol/whole-number.ts';
import { tempFolder } from '../helpers/temp.ts';

test.each([
  ['0', 0],
  ['007', 7],
  ['9007199254740991', Number.MAX_SAFE_INTEGER],
  ['9007199254740992', undefined],
  ['-1', undefined],
  ['1.5', undefined],
  ['1e3', undefined],
  [' 1', undefined],
  ['', undefined],
])('%j is parsed as the whole number %j', (text, number) => {
  expect(parseWholeNumber(text)).toBe(number);
});

test('a whole number out of its bounds is refused', () => {
  expect([0, 1, 5, 6].map((number) => parseWholeNumber(String(number), 1, 5))).toEqual([
    undefined,
    1,
    5,
    undefined,
  ]);
});

test.each([
  ['500ms', 500],
  ['1.5s', 1500],
  ['10m', 600_000],
  ['10', undefined],
  ['s', undefined],
  ['-1s', undefined],
])('%j is parsed as the span of time %j', (text, time) => {
  expect(parseDuration(text)).toBe(time);
});

test('the nearest word is suggested, unless it differs in too many letters', () => {
  const known = ['work', 'home'];
  expect(nearest('wrok', known)).toBe('work');
  expect(nearest('wrok', known, 1)).toBeUndefined();
  expect(didYouMean('hime', known)).toBe(' Did you mean home?');
  expect(didYouMean('elsewhere', known)).toBe('');
});

test.each([
  ['127.0.0.1:9100', { host: '127.0.0.1', port: 9100 }],
  ['[::1]:0', { host: '::1', port: 0 }],
  ['localhost:65535', { host: 'localhost', port: 65535 }],
  ['localhost:65536', undefined],
  ['localhost', undefined],
  ['::1', undefined],
  ['[::1]', undefined],
  [':9100', undefined],
  ['a b:1', undefined],
])('%j is parsed as the address to listen on %j', (text, address) => {
  expect(endpoint().schema.safeParse(text).data).toEqual(address);
});

test('a TOML file that cannot be read or parsed says where and why; a missing one is undefined', () => {
  const folder = tempFolder();
  const file = join(folder, 'x.toml');
  expect(readToml(file, 'The file')).toBeUndefined();
  writeFileSync(file, 'a = 1\nb = \n');
  expect(() => readToml(file, 'The file')).toThrow(/^.*x\.toml: line 2, column \d+: .+\.$/);
  expect(() => readToml(folder, 'The file')).toThrow(/^The file cannot be read: EISDIR/);
});
