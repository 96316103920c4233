import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { looksOf, skeletonOf } from '../../src/board/lookalikes.ts';
import { requireReadable, requireReadableUser, userName } from '../../src/board/names.ts';
import { BoardError } from '../../src/protocol/errors.ts';

/** Whether two names can be taken for each other. */
function alike(one: string, other: string): boolean {
  const [a, b] = [looksOf(userName(one)), looksOf(userName(other))];
  return a.skeleton === b.skeleton || a.keySkeleton === b.keySkeleton;
}

test.each([
  ['a Cyrillic letter', 'аlice', 'alice'],
  ['Greek and Cyrillic capitals', 'ΑLІСЕ', 'alice'],
  ['a dot on an i that has one', 'ali̇ce', 'alice'],
  ['a dot on an i without one', 'alı\u0307ce', 'alice'],
  ['a dot above and one below', 'ali\u0323\u0307ce', 'al\u1ecbce'],
  ['a capital I for a small l', 'AIice', 'Alice'],
  ['a digit one for a small l', 'a1ice', 'alice'],
  ['a zero for a capital O', 'B0B', 'BOB'],
  ['r and n for m', 'rnary', 'mary'],
  ['a stroke that is a mark', 'so\u0338ren', 'søren'],
  ['a shorter stroke', 'so\u0337ren', 'søren'],
  ['the same mark twice', 'zoe\u0308\u0308', 'zoë'],
  ['a letter of mathematics', '𝒜lice', 'alice'],
  ['a Cherokee letter', 'Ꭺlice', 'alice'],
])('a name with %s looks like another name', (_, one, other) => {
  expect(alike(one, other)).toBe(true);
});

test.each([
  ['alice', 'alicia'],
  ['zoe', 'zoë'],
  ['Ilya', 'Lilya'],
  ['o', 'ø'],
  ['佐藤', '佐籐'],
  ['мария', 'марина'],
])('%s and %s do not look the same', (one, other) => {
  expect(alike(one, other)).toBe(false);
});

test('the skeletons of names that boards have stored do not change', () => {
  // Another sum means that new names are compared in another way than stored ones were. Fill the columns
  // again, by a migration with `name_skeleton`, and then change the sum here.
  const hash = createHash('sha256');
  for (let code = 0; code <= 0x2ffff; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    if (/[\p{L}\p{M}\p{Nd}_.-]/u.test(character)) hash.update(`${skeletonOf(character)}\n`);
  }
  expect(hash.digest('hex')).toMatchInlineSnapshot(
    `"bccedda0b4486f3b49ed1394e1dba8a2b696efab1da6387a7b99ea8d4a00a5a3"`,
  );
});

function fault(text: string): string | undefined {
  try {
    requireReadableUser(userName(text));
    return undefined;
  } catch (error) {
    if (error instanceof BoardError && error.code === 'NAME_INVALID') return error.message;
    throw error;
  }
}

describe('a new name', () => {
  test.each([
    ['a Khitan filler', '\u{16fe4}'],
    ['an Egyptian blank', '\u{13441}'],
    ['half an Egyptian blank', '\u{13442}'],
    ['a Brahmi joiner', '\u{1107f}'],
    ['a Duployan selector', '\u{1bc9d}'],
    ['a SignWriting modifier', '\u{1da9b}'],
    ['a Zanabazar joiner', '\u{11a47}'],
    ['a Soyombo joiner', '\u{11a99}'],
    ['a Tifinagh joiner', '\u2d7f'],
    ['a Myanmar stacker', '\u1039'],
    ['a Hangul filler', '\u3164'],
    ['a variation selector', '\ufe0f'],
    ['a Braille blank', '\u2800'],
  ])('has no invisible character: not %s', (_, character) => {
    expect(fault(`ali${character}ce`)).toBeDefined();
  });

  test('has no unreadable pile of marks on a letter', () => {
    expect(fault('zoe\u0308\u0308')).toContain('too many marks');
    expect(fault('a\u0301\u0302\u0303\u0304\u0306')).toContain('too many marks');
    expect(fault('e\u0323\u0302\u0301')).toBeUndefined();
  });

  test.each(['admi\u0307n', 'аdmin', 'rооt', 'sуstem', 'sеrver', 'aԁmin'])(
    'does not look like a reserved name: not %s',
    (text) => {
      expect(fault(text)).toContain('which is reserved');
    },
  );

  test.each([
    'alice',
    'Zoë',
    'Ngọc',
    'Владимир',
    'Ωμέγα',
    '佐藤',
    'नमस्ते',
    'محمّد',
    '한글',
    'မြန်မာ',
    'ខ្មែរ',
    'กำธร',
  ])('may be %s', (text) => {
    expect(fault(text)).toBeUndefined();
    expect(() => requireReadable(userName(text))).not.toThrow();
  });
});
