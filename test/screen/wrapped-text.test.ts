import { expect, test } from 'vitest';
import { WrappedText } from '../../src/screen/panes/wrapped-text.ts';

function rowsOf(text: string, columns: number): string[] {
  const wrapped = new WrappedText(text, columns);
  return Array.from({ length: wrapped.length }, (_, row) =>
    (wrapped.row(row) ?? []).map((span) => span.text).join(''),
  );
}

test.each([
  ['> one two three four', 12, ['> one two', '> three four']],
  ['>one two three', 10, ['>one two', '> three']],
  ['> > one two three', 12, ['> > one two', '> > three']],
  ['>> one two three', 11, ['>> one two', '>> three']],
  ['> \u6f22\u5b57\u6f22\u5b57', 6, ['> \u6f22\u5b57', '> \u6f22\u5b57']],
  // A word is cut rather than left alone below its sign.
  ['> abcdefghijkl', 8, ['> abcdef', '> ghijkl']],
  // Too many signs leave no room for the text.
  ['>>>>>> one two', 9, ['>>>>>> on', 'e two']],
  ['no > one two', 8, ['no > one', 'two']],
])('every row of the quoted line %j says that it is quoted', (text, columns, rows) => {
  expect(rowsOf(text, columns)).toEqual(rows);
});
