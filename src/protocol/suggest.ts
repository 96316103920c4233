import { distance } from 'fastest-levenshtein';

// No command, setting or profile that is suggested has a longer name.
const longestWord = 40;

/**
 * The known word that is nearest to `word`, without regard to case.
 * @param most how many letters may differ; half of the word if it is left out
 * @returns undefined if every known word differs in more letters
 */
export function nearest(
  word: string,
  known: readonly string[],
  most = Math.ceil(word.length / 2),
): string | undefined {
  const typed = word.slice(0, longestWord).toLowerCase();
  return known
    .map((name) => ({ name, steps: distance(typed, name.slice(0, longestWord).toLowerCase()) }))
    .filter(({ steps }) => steps <= most)
    .sort((a, b) => a.steps - b.steps)[0]?.name;
}

/** ` Did you mean post?` for the nearest known word, or nothing. @param most as for `nearest` */
export function didYouMean(word: string, known: readonly string[], most?: number): string {
  const near = nearest(word, known, most);
  return near === undefined ? '' : ` Did you mean ${near}?`;
}
