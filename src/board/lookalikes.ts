import unhomoglyph from 'unhomoglyph';
import { normalized } from '../protocol/unicode.ts';
import { type Name, nameKey } from './name-key.ts';

// UTS #39, Unicode Security Mechanisms: two names are confusable when their skeletons are the same.

const ignorable = /\p{Default_Ignorable_Code_Point}/gu;
// A combining dot above replaces the dot of i and j, so it changes nothing. Marks below may come before it.
const dotOnDotted =
  /(\p{Soft_Dotted}[\u0316-\u0319\u031c-\u0320\u0323-\u0326\u0329-\u0333]*)\u0307/gu;
// Short and long strokes and slashes through a letter look the same at the size of a name.
const strokes = /[\u0335-\u0338]/g;
// A repeated mark is drawn over the first.
const repeatedMark = /(\p{M})\1+/gu;

/**
 * The skeleton of a name, without regard to case. Two names with the same skeleton look the same. The confusable
 * characters are those of UTS #39 for Unicode 13, from the package `unhomoglyph`. The skeletons of all names are
 * stored, so a change of this function needs a migration that computes them again.
 */
export function skeletonOf(name: string): string {
  return appearance(nameKey(appearance(name)));
}

function appearance(name: string): string {
  const letters = normalized(name, 'NFD').replace(ignorable, '');
  return normalized(unhomoglyph(letters), 'NFD')
    .replace(dotOnDotted, '$1')
    .replace(strokes, '\u0338')
    .replace(repeatedMark, '$1');
}

/** The skeletons of the name as it is written and in lower case, because `ALICE` does not look like `AIice`. */
export function looksOf({ name, key }: Name): { skeleton: string; keySkeleton: string } {
  return { skeleton: skeletonOf(name), keySkeleton: skeletonOf(key) };
}
