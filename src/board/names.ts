import { type BoardError, boardError } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';
import { normalized } from '../protocol/unicode.ts';

const reservedKeys = new Set(['system', 'admin', 'root', 'server']);
const allowed = /^[\p{L}\p{M}\p{Nd}_.-]+$/u;
// Fillers and variation selectors are letters and marks that show nothing: two names that differ
// in them alone look the same.
const invisible = /\p{Default_Ignorable_Code_Point}/u;
const allDigits = /^\p{Nd}+$/u;
// Four code points of two UTF-16 units each compose into one character, at most.
const unitsPerCharacter = 8;

/** A name as it is shown, and the key under which it is unique. */
export interface Name {
  readonly name: string;
  readonly key: string;
}

/**
 * The key that names are compared by: NFKC and full case folding. JavaScript has no case folding
 * of its own; lower, upper and lower once more gives the same classes (`ẞ` to `ß` to `SS` to
 * `ss`) and joins some more, such as dotless `ı` with `i`, which for names is the safe side.
 */
export function nameKey(name: string): string {
  const folded = normalized(name, 'NFKC').toLowerCase().toUpperCase().toLowerCase();
  return normalized(folded, 'NFKC');
}

/** @throws BoardError `NAME_INVALID` with the rule that it breaks */
export function userName(text: string): Name {
  const name = checkedName(text, limits.userName);
  if (reservedKeys.has(name.key)) throw invalid(name.name, 'it is reserved');
  return name;
}

/** @throws BoardError `NAME_INVALID` with the rule that it breaks */
export function groupName(text: string): Name {
  return checkedName(text, limits.groupName);
}

/**
 * Whether a text has more than `longest` characters, however they are composed. It looks at the length
 * alone, so it is asked before anything else is done with a text that somebody sent.
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
  // A name of compatibility characters alone can fold to digits, such as ① to 1.
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
