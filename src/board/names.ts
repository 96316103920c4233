import { type BoardError, boardError } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';
import { normalized } from '../protocol/unicode.ts';
import { looksOf, skeletonOf } from './lookalikes.ts';
import { allKey } from './mentions.ts';
import { type Name, nameKey } from './name-key.ts';

const reservedKeys = ['system', 'admin', 'root', 'server'];
// `@all` mentions all members. A user who had the name before keeps it.
const reservedForNew = [...reservedKeys, allKey];
const allowed = /^[\p{L}\p{M}\p{Nd}_.-]+$/u;
// Fillers and variation selectors are letters and marks that are invisible. Two names that differ only
// in them look the same.
const invisible = /\p{Default_Ignorable_Code_Point}/u;
const allDigits = /^\p{Nd}+$/u;
// At most four code points, of two UTF-16 units each, compose into one character.
const unitsPerCharacter = 8;

/** @throws BoardError `NAME_INVALID` with the rule that it breaks */
export function userName(text: string): Name {
  const name = checkedName(text, limits.userName);
  if (reservedKeys.includes(name.key)) throw invalid(name.name, 'it is reserved');
  return name;
}

/** @throws BoardError `NAME_INVALID` with the rule that it breaks */
export function groupName(text: string): Name {
  return checkedName(text, limits.groupName);
}

// Scripts whose fillers, blanks, joiners and selectors are letters and marks without the property that says so, such as
// U+13441, U+16FE4, U+1107F and U+1BC9D. Nobody writes their name in them.
const invisibleScript =
  /[\p{Script=Egyptian_Hieroglyphs}\p{Script=Khitan_Small_Script}\p{Script=Brahmi}\p{Script=Duployan}\p{Script=SignWriting}\p{Script=Zanabazar_Square}\p{Script=Soyombo}]/u;
// On a letter of another script, many marks are invisible or shown as a dotted circle.
const foreignMark =
  /[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Script=Common}]\p{Script=Inherited}*(?![\p{Script=Inherited}\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\p{M}/u;
// UTS #39, section 5.4: marks that are drawn over each other or over other lines.
const stackedMarks = /(\p{Mn})\1|\p{Mn}{5}/u;

/**
 * Rules only for new names, beside the rules for every name. Names that existed before these rules may break them.
 * @throws BoardError `NAME_INVALID`
 */
export function requireReadable({ name }: Name): void {
  const letters = normalized(name, 'NFD');
  if (invisibleScript.test(name)) {
    throw invalid(name, 'it has characters of a script in which some cannot be seen');
  }
  if (foreignMark.test(letters)) throw invalid(name, 'it has a mark that its letter does not take');
  if (stackedMarks.test(letters)) throw invalid(name, 'it has too many marks on one letter');
}

/**
 * Rules only for new names of users.
 * @throws BoardError `NAME_INVALID`
 */
export function requireReadableUser(name: Name): void {
  requireReadable(name);
  const { skeleton, keySkeleton } = looksOf(name);
  const reserved = reservedForNew.find((key) => [skeleton, keySkeleton].includes(skeletonOf(key)));
  if (reserved) throw invalid(name.name, `it looks like "${reserved}", which is reserved`);
}

/**
 * Whether a text has more than `longest` characters, however they are composed. It looks only at the
 * length in code units, so it is cheap enough to be the first check of a text from a client.
 */
export function isLongerThan(text: string, longest: number): boolean {
  return text.length > longest * unitsPerCharacter;
}

function checkedName(text: string, longest: number): Name {
  const tooLong = `it has more than ${longest} characters`;
  if (isLongerThan(text, longest)) throw invalid(text, tooLong);
  const name = normalized(text, 'NFC');
  if (name === '') throw invalid(name, 'it is empty');
  if ([...name].length > longest) throw invalid(name, tooLong);
  if (!allowed.test(name) || invisible.test(name)) {
    throw invalid(name, 'only letters, digits, "_", "-" and "." can stand in it');
  }
  if (/^[-.\p{M}]/u.test(name)) {
    throw invalid(name, 'it starts with a "-", a "." or a combining mark');
  }
  if (allDigits.test(name)) throw invalid(name, 'it has only digits');
  const key = nameKey(name);
  // A name of compatibility characters can fold to digits, such as ① to 1.
  if (allDigits.test(key)) throw invalid(name, 'it has only digits');
  return { name, key };
}

/** The beginning of a text of any length. */
function firstCharacters(text: string, count: number): string {
  return [...text.slice(0, 2 * count)].slice(0, count).join('');
}

function invalid(name: string, why: string): BoardError {
  return boardError('NAME_INVALID', firstCharacters(name, 80), why);
}
