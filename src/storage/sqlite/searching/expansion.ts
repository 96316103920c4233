import { boardError } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import type { Statements } from '../statements/statements.ts';
import { wordTerm } from './terms.ts';

// Words that begin with the same letters and are looked up in one step.
const wordsOfStep = 10;

/** The words of a group that begin like the last word of a term, as far as they are known. */
export interface Expansion {
  readonly beginning: string;
  readonly terms: string[];
  /** The last term that was looked at. */
  last: string | undefined;
  isComplete: boolean;
}

export function expansionOf(beginning: string): Expansion {
  return { beginning, terms: [], last: undefined, isComplete: false };
}

/**
 * Adds the next words to `expansion`. It leaves out words that are only in messages that the user cannot see, so that
 * these messages do not decide whether a search is refused.
 */
export function expandFurther(
  statements: Statements,
  expansion: Expansion,
  { group, low, high }: { group: number; low: number; high: number },
): void {
  const { beginning, terms } = expansion;
  const start = wordTerm(group, beginning);
  // Above all characters in UTF-8.
  const end = `${start}\u{10ffff}`;
  for (let done = 0; done < wordsOfStep; done++) {
    const { last } = expansion;
    // The least text after the last term: FTS5 steps through all messages with a term that the bound includes.
    const from = last === undefined ? start : `${last}\u0001`;
    const term = statements.termFrom.get({ from, end })?.term;
    if (term === undefined) {
      expansion.isComplete = true;
      return;
    }
    expansion.last = term;
    if (!statements.newestWithTerm.get({ term, low, high })) continue;
    terms.push(term);
    if (terms.length <= limits.searchPrefix) continue;
    const why = `query: too many words begin with "${beginning}": write more of the word`;
    throw boardError('INVALID_PARAMS', why);
  }
}
