import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nameKey } from '../../src/board/name-key.ts';
import { groupName, requireReadableUser, userName } from '../../src/board/names.ts';
import { BoardError } from '../../src/protocol/errors.ts';

/** Why a name is refused; undefined if it is not. */
function fault(make: (text: string) => unknown, text: string): string | undefined {
  try {
    make(text);
    return undefined;
  } catch (error) {
    if (error instanceof BoardError && error.code === 'NAME_INVALID') return error.message;
    throw error;
  }
}

const kinds = [
  { kind: 'user', make: userName, longest: 32 },
  { kind: 'group', make: groupName, longest: 64 },
];

describe.each(kinds)('a $kind name', ({ make, longest }) => {
  test.each([
    'a',
    'alice',
    'Bob_2',
    'a-b.c',
    '_',
    '_x',
    '4you',
    'Ωμέγα',
    'Владимир',
    '佐藤',
    'नमस्ते',
    'محمد',
    '𝒜lice',
    '1.',
  ])('may be %s', (text) => {
    expect(make(text).name).toBe(text.normalize('NFC'));
  });

  test('has a maximum length in characters, not in bytes', () => {
    expect(make('a'.repeat(longest)).name).toHaveLength(longest);
    expect(fault(make, 'a'.repeat(longest + 1))).toContain(`more than ${longest} characters`);
    // Two UTF-16 units and four bytes each.
    expect(fault(make, '𐐷'.repeat(longest))).toBeUndefined();
    expect(fault(make, '𐐷'.repeat(longest + 1))).toContain(`more than ${longest} characters`);
  });

  test('that is far too long is refused at once', () => {
    // Composing these takes ten seconds.
    const marks = 'a'.concat('\u0301\u0323'.repeat(100_000));
    const start = performance.now();
    expect(fault(make, marks)).toContain(`more than ${longest} characters`);
    expect(performance.now() - start).toBeLessThan(1000);
  });

  test('is measured in composed characters', () => {
    expect(make('e\u0301'.repeat(longest)).name).toBe('é'.repeat(longest));
    // Three code points in one, the most there are.
    expect(make('\u03b1\u0313\u0345'.repeat(longest)).name).toBe('ᾀ'.repeat(longest));
    expect(fault(make, 'e\u0301'.repeat(longest + 1))).toContain('more than');
  });

  test('is not empty', () => {
    expect(fault(make, '')).toContain('it is empty');
  });

  test.each([
    'a b',
    'a\tb',
    'a\nb',
    'a\u0000',
    '\u001b[31m',
    'a/b',
    'a"b',
    '%join',
    'a@b',
    'a,b',
    '🍜',
    '½',
    '①',
    '[deleted]',
    'a\u00a0b',
    '\ud800',
    '\u202eecila',
  ])('has nothing but letters, digits, "_", "-" and ".": not %j', (text) => {
    expect(fault(make, text)).toContain('only letters, digits, "_", "-" and "." can stand in it');
  });

  test.each([
    ['a zero width space', '\u200b'],
    ['a zero width joiner', '\u200d'],
    ['a soft hyphen', '\u00ad'],
    ['a variation selector', '\ufe0f'],
    ['a Hangul filler', '\u3164'],
    ['a halfwidth Hangul filler', '\uffa0'],
    ['a combining grapheme joiner', '\u034f'],
    ['a byte order mark', '\ufeff'],
    ['a Mongolian vowel separator', '\u180e'],
    ['a tag character', '\u{e0061}'],
  ])('has no character that cannot be seen: not %s', (_, character) => {
    expect(fault(make, `ali${character}ce`)).toContain('only letters');
    expect(fault(make, character)).toContain('only letters');
  });

  test.each(['-alice', '.alice', '-', '.', '\u0301alice'])('does not start as %j', (text) => {
    expect(fault(make, text)).toContain('it starts with a "-", a "." or a combining mark');
  });

  test.each(['1', '42', '٤٢', '４２', '𝟜𝟚'])('is not all digits: not %s', (text) => {
    expect(fault(make, text)).toContain('it has only digits');
  });

  test('is stored composed, so that it is shown in the same way everywhere', () => {
    expect(make('Zoe\u0308').name).toBe('Zoë');
  });

  test('that is refused is shortened in the error', () => {
    expect(fault(make, '%'.repeat(1000))).toMatch(/^"%{80}" cannot be a name/);
  });
});

test.each(['system', 'Admin', 'ROOT', 'server', 'ｒｏｏｔ', 'syﬆem'])(
  'the user name %s is reserved',
  (text) => {
    expect(fault(userName, text)).toContain('it is reserved');
    expect(fault(groupName, text)).toBeUndefined();
  },
);

test.each([
  ['case', 'Alice', 'aLICE'],
  ['case in other scripts', 'ВЛАДИМИР', 'владимир'],
  ['width', 'ａｌｉｃｅ', 'alice'],
  ['ligatures', 'ﬁona', 'FIONA'],
  ['mathematical letters', '𝒜lice', 'alice'],
  ['small sharp s', 'straße', 'STRASSE'],
  ['capital sharp s', 'STRAẞE', 'straße'],
  ['final sigma', 'ΟΔΥΣΣΕΥΣ', 'οδυσσευς'],
  ['a sigma that is not final', 'οδυσσευσ', 'οδυσσευς'],
  ['how marks are written', 'Zoe\u0308', 'zoë'],
  ['the order of marks', 'a\u0323\u0302', 'a\u0302\u0323'],
  ['long s', 'ſally', 'Sally'],
  ['the Kelvin sign', '\u212aelvin', 'kelvin'],
  ['dotless i, to be safe', 'ıvan', 'IVAN'],
  ['iota subscript', 'ᾳ', 'ΑΙ'],
])('two names that differ only in %s are the same name', (_, one, other) => {
  expect(userName(one).key).toBe(userName(other).key);
});

test.each([
  ['alice', 'alicia'],
  ['zoe', 'zoë'],
  ['a.b', 'a-b'],
  ['a_b', 'ab'],
])('%s and %s are different names', (one, other) => {
  expect(userName(one).key).not.toBe(userName(other).key);
});

function* codePoints(): Generator<string> {
  for (let code = 0; code <= 0x10ffff; code++) {
    if (code < 0xd800 || code > 0xdfff) yield String.fromCodePoint(code);
  }
}

test('the key of a key is the same key, for every character and for longer names', () => {
  const unstable = [...codePoints()].filter((character) => {
    const key = nameKey(character);
    return nameKey(key) !== key;
  });
  expect(unstable).toEqual([]);
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(nameKey(nameKey(text))).toBe(nameKey(text));
    }),
    { numRuns: 2000 },
  );
});

test('the key does not depend on case or on how the name is composed', () => {
  const letters = [...codePoints()].filter((character) => /\p{L}/u.test(character));
  const folding = letters.filter((character) =>
    /\p{Changes_When_NFKC_Casefolded}/u.test(character),
  );
  const marks = [...codePoints()].filter((character) => /\p{M}/u.test(character));
  const oneOf = (characters: string[]) =>
    fc.nat({ max: characters.length - 1 }).map((index) => characters[index] ?? '');
  const character = fc.oneof(oneOf(letters), oneOf(folding), oneOf(marks), oneOf(['ς', 'σ', '.']));
  const name = fc.array(character, { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(name, (characters) => {
      const text = characters.join('');
      for (const form of ['NFC', 'NFD', 'NFKC', 'NFKD'] as const) {
        expect(nameKey(text.normalize(form))).toBe(nameKey(text));
      }
      expect(nameKey(text.normalize().toUpperCase())).toBe(nameKey(text));
      expect(nameKey(text.normalize().toLowerCase())).toBe(nameKey(text));
    }),
    { numRuns: 2000 },
  );
});

test('two characters that match without regard to case have the same key', () => {
  // What folding leaves as it is and nothing folds to matches itself alone.
  const folding = /[\p{Changes_When_Casefolded}\p{Changes_When_Casemapped}]/u;
  const candidates = [...codePoints()].filter((character) => folding.test(character));
  const all = candidates.join('');
  expect(candidates.length).toBeGreaterThan(2500);
  const apart = candidates.flatMap((character) => {
    const matches = all.match(new RegExp(character, 'giu')) ?? [];
    return matches.filter((other) => nameKey(other) !== nameKey(character));
  });
  expect(apart).toEqual([]);
});

test('all is reserved for new users, because @all mentions all members, and whoever has the name keeps it', () => {
  for (const name of ['all', 'ALL', 'аll', 'a11']) {
    expect(
      fault((text) => requireReadableUser(userName(text)), name),
      name,
    ).toContain('reserved');
  }
  expect(userName('all').key).toBe('all');
  expect(fault((text) => requireReadableUser(userName(text)), 'alle')).toBeUndefined();
});
