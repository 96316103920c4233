import { normalized } from '../protocol/unicode.ts';

const ascii = /^[\0-\x7f]*$/;

/** A name as it is shown, and the key that makes it unique. */
export interface Name {
  readonly name: string;
  readonly key: string;
}

/**
 * The key by which names are compared: NFKC with full case folding. JavaScript has no case folding.
 * Converting to lower, upper and lower case gives the same classes (`ẞ` to `ß` to `SS` to `ss`), and joins a
 * few more, such as dotless `ı` with `i`. For names that is the safe side.
 */
export function nameKey(name: string): string {
  // For ASCII, and so for most names, the steps below give the same.
  if (ascii.test(name)) return name.toLowerCase();
  const folded = normalized(name, 'NFKC').toLowerCase().toUpperCase().toLowerCase();
  return normalized(folded, 'NFKC');
}
