import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { keyNamed } from '../../../src/screen/keys/key-names.ts';
import { KeyTable } from '../../../src/screen/keys/key-table.ts';

/** Sentences in which a letter is no key of the table. */
const others = [
  // The keys that the question itself names.
  /^n $/,
  /^(t the text|l the link)$/,
  // The row of the mentions, and the sign beside their number.
  /^(@ mentions| @)$/,
];

/** Words that name a key of the table: `Space`, `Ctrl-S`, and a letter alone such as in `z takes it back`. */
function keysIn(text: string): string[] {
  const words =
    text.replace(/^\?/, '').match(/(?<![\w'’/<`$-])[^\s.,:;()"“”]+(?![\w'’/>-])/g) ?? [];
  const table = new KeyTable();
  return words.filter((word) => {
    if (word === 'a' || word === 'I' || /^[^\w?@]$/.test(word)) return false;
    // `Enter` is a key, and `enter` is a word.
    const key = /^[a-z]{2,}$/.test(word) ? undefined : keyNamed(word);
    return key !== undefined && table.action('index', key) !== undefined;
  });
}

/** The texts in the quotes of a source file. */
function textsOf(file: string): string[] {
  const code = readFileSync(file, 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/ .*$/gm, '');
  const quoted = [...code.matchAll(/'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\\n]|\\.)*)`/g)];
  const texts = quoted.flatMap(([, plain, template = '']) =>
    plain === undefined ? template.split(/\$\{[^}]*\}/) : [plain],
  );
  // A word alone is a name in the code, such as that of a key.
  return texts.filter((text) => /\S\s|\s\S/.test(text));
}

test('the words of keys are found in a sentence', () => {
  expect(keysIn('Marked as read. z takes it back.')).toEqual(['z']);
  expect(keysIn('Enter joins it, Ctrl-L draws, ? helps. It is a text.')).toEqual([
    'Enter',
    'Ctrl-L',
    '?',
  ]);
});

test('no sentence of the screen names a key itself, because the user may have changed it', () => {
  const files = globSync('src/screen/**/*.ts').filter((file) => !file.includes('/keys/'));
  expect(files.length).toBeGreaterThan(40);
  const named = files.flatMap((file) =>
    textsOf(file)
      .filter((text) => keysIn(text).length > 0 && !others.some((other) => other.test(text)))
      .map((text) => `${file}: ${text}`),
  );
  expect(named).toEqual([]);
});
