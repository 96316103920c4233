import fc from 'fast-check';
import { expect, test } from 'vitest';
import { commandWords } from '../../src/visit/command-line.ts';

test.each([
  ['post news Lunch', ['post', 'news', 'Lunch']],
  ['  post\tnews  ', ['post', 'news']],
  [`post 'my group' "Lunch \\"now\\" \\$5"`, ['post', 'my group', 'Lunch "now" $5']],
  [`post news 'it is "here"'`, ['post', 'news', 'it is "here"']],
  ['post news Lunch\\ now', ['post', 'news', 'Lunch now']],
  [`post news ''`, ['post', 'news', '']],
  [`a"b c"'d e'f`, ['ab cd ef']],
  [
    'groups; rm -rf / | cat > x $HOME `id` && true',
    [...['groups;', 'rm', '-rf', '/', '|', 'cat', '>', 'x', '$HOME', '`id`', '&&', 'true']],
  ],
  ['', []],
])('the command %j is taken apart as a shell would, with no shell', (command, words) => {
  expect(commandWords(command)).toEqual(words);
});

test.each([`post "news`, `post 'news`, `post "news\\"`])(
  '%j has a quote that is not closed',
  (command) => {
    expect(() => commandWords(command)).toThrow('A quote is not closed');
  },
);

test('any words in single quotes come out as they are', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), (words) => {
      const command = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
      fc.pre(command.length <= 8192);
      expect(commandWords(command)).toEqual(words);
    }),
  );
});

test('a command that is too long is refused before it is taken apart', () => {
  expect(() => commandWords('x'.repeat(8193))).toThrow('at most 8192 characters');
});
