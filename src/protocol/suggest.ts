import { distance } from 'fastest-levenshtein';

// No command, setting or profile that is suggested has a longer name.
const longestWord = 40;

/** The nearest of `known` to a word that is none of them, where it takes at most `most` letters to get there. */
export function nearest(
  word: string,
  known: readonly string[],
  most = Number.POSITIVE_INFINITY,
): string | undefined {
  const typed = word.slice(0, longestWord).toLowerCase();
  return known
    .map((name) => ({ name, steps: distance(typed, name.slice(0, longestWord).toLowerCase()) }))
    .filter(({ steps }) => steps <= most)
    .sort((a, b) => a.steps - b.steps)[0]?.name;
}
