import { describe, expect, test } from 'vitest';
import { mentionsIn } from '../../src/board/mentions.ts';
import { limits } from '../../src/protocol/limits.ts';
import { cost, costlyTexts } from '../helpers/costly.ts';

/** The names that a text may mention, each in its longest form. */
function named(content: string, subject = ''): string[] {
  return (mentionsIn(subject, content) ?? []).map(([longest = '']) => longest);
}

describe('a name is mentioned', () => {
  test.each([
    ['at the beginning', '@dave hello', ['dave']],
    ['in another case', 'hello @Dave!', ['dave']],
    ['several times', '@dave and @DAVE and @dave', ['dave', 'dave']],
    ['between signs', '(@dave), "@erin"; /@frank', ['dave', 'erin', 'frank']],
    ['in a list and after other signs', '- @dave\n* @erin\n…@frank', ['dave', 'erin', 'frank']],
    ['after another mention', '@dave@', []],
    ['with letters of any script', '@Żółw und @дима', ['żółw', 'дима']],
    ['before an apostrophe', "@dave's", ['dave']],
    ['after a quote', '> so said @erin\n@dave no', ['dave']],
    ['after code', '`@erin` @dave', ['dave']],
    ['after a backtick that opens no code', "it`s @dave ``'", ['dave']],
    ['after a link', 'https://example.org/@erin @dave', ['dave']],
  ])('%s', (_, text, names) => {
    expect(named(text)).toEqual(names);
  });

  test('in the subject too', () => {
    expect(named('and @erin', 'for @dave')).toEqual(['dave', 'erin']);
  });
});

describe('no name is mentioned', () => {
  test.each([
    ['without an @', 'dave'],
    ['in a mail address', 'dave@example.org and ünï@example.org and a_@b'],
    ['in an address of another board', '@dave@example.org'],
    ['in a quote', '> @dave\n  > @dave\n>> @dave'],
    ['in code', '`@dave` and ``a ` @dave``'],
    ['in a block of code', 'see:\n```\n@dave\n``\n@dave\n```\n'],
    ['in a block of code of another language', '```java\n@Override\n```'],
    ['in a block of code that does not end', '````\n@dave\n```\n@dave'],
    ['in an indented line', '    @dave\n\t@dave\n  \t@dave'],
    ['in a subject that repeats another', '', 'RE: @dave'],
    ['in a link', 'https://example.org/@dave (http://a@dave/)'],
    ['by a sign alone', '@ dave, @@, @-dave, @.'],
    ['by a word that is too long', `@${'a'.repeat(8 * limits.userName + 1)}`],
  ])('%s', (_, text, subject = '') => {
    expect(mentionsIn(subject, text)).toBeUndefined();
  });
});

test('a name can end before a sign that names may have', () => {
  expect(mentionsIn('', '@dave.')).toEqual([['dave.', 'dave']]);
  expect(mentionsIn('', '@dave-and_erin')).toEqual([['dave-and_erin', 'dave-and', 'dave']]);
  expect(mentionsIn('', '@daves')).toEqual([['daves']]);
});

test('in a script without spaces, a name can end after every character', () => {
  expect(mentionsIn('', '@山田さん')).toEqual([['山田さん', '山田さ', '山田', '山']]);
  expect(mentionsIn('', '@daveさん')?.[0]).toContain('dave');
});

test('as many names are looked up as the limit says', () => {
  const text = Array.from({ length: 5000 }, (_, at) => `@user${at}.`).join(' ');
  const found = mentionsIn('', text) ?? [];
  expect(found.flat()).toHaveLength(limits.mentionLookups);
  expect(found[0]).toEqual(['user0.', 'user0']);
});

const hostile: [string, string][] = [
  ...costlyTexts(limits.content).map(([name, text]): [string, string] => [name, `@ ${text}`]),
  ['@', '@'.repeat(limits.content)],
  ['@a', '@a'.repeat(limits.content / 2)],
  ['short mentions', '@a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a '.repeat(limits.content / 33)],
  ['words in Thai', '@กขคงจฉชซ'.repeat(limits.content / 25)],
  ['backticks', `@dave ${'`'.repeat(limits.content)}`],
  [
    'runs of backticks of every length',
    `@dave ${Array.from({ length: 250 }, (_, at) => '`'.repeat(at + 1)).join(' ')}`,
  ],
  ['pairs of backticks', `${'` '.repeat(limits.content / 2)}@dave`],
  ['lines', `@\n`.repeat(limits.content / 2)],
  ['fences', '```\n@\n'.repeat(limits.content / 6)],
];

test.each(hostile)('a content full of %s is read in 20 ms', (_, text) => {
  mentionsIn('', text);
  expect(cost(() => mentionsIn('', text))).toBeLessThan(20);
});
