import unhomoglyph from 'unhomoglyph';
import { normalized } from '../protocol/unicode.ts';
import { type Name, nameKey } from './name-key.ts';

// UTS #39, Unicode Security Mechanisms: two names are confusable when their skeletons are the same.

const ignorable = /\p{Default_Ignorable_Code_Point}/gu;
// A dot above takes the place of the dot that i and j have: it adds nothing to see. Marks below may stand before it.
const dotOnDotted =
  /(\p{Soft_Dotted}[\u0316-\u0319\u031c-\u0320\u0323-\u0326\u0329-\u0333]*)\u0307/gu;
// Short and long strokes and slashes through a letter look the same at the size of a name.
const strokes = /[\u0335-\u0338]/g;
// The same mark again is drawn over itself.
const repeatedMark = /(\p{M})\1+/gu;

/**
 * What a name looks like, whatever its case: names that have it in common can be taken for each other. The confusable
 * characters are those of UTS #39 for Unicode 13, as `unhomoglyph` has them. The skeletons of all names are stored:
 * whatever changes what this gives needs a migration that fills them again.
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

/** What a name looks like as it is written, and as it is with small letters alone: `ALICE` is no `AIice`. */
export function looksOf({ name, key }: Name): { skeleton: string; keySkeleton: string } {
  return { skeleton: skeletonOf(name), keySkeleton: skeletonOf(key) };
}
