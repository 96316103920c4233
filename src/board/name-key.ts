import { normalized } from '../protocol/unicode.ts';

const ascii = /^[\0-\x7f]*$/;

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
  // What the rest comes to for ASCII, which is most names.
  if (ascii.test(name)) return name.toLowerCase();
  const folded = normalized(name, 'NFKC').toLowerCase().toUpperCase().toLowerCase();
  return normalized(folded, 'NFKC');
}
