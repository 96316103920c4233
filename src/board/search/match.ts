import type { SearchQuery, Term } from './query.ts';
import { wordsOf } from './words.ts';

/** Whether a text has all terms of a query, and none that it excludes. The filters are not looked at. */
export function matchesText(
  { terms, excluded }: Pick<SearchQuery, 'terms' | 'excluded'>,
  { subject, content }: { readonly subject: string; readonly content: string },
): boolean {
  const texts = [wordsOf(subject), wordsOf(content)];
  const has = (term: Term) => texts.some((words) => contains(words, term));
  return terms.every(has) && !excluded.some(has);
}

function contains(text: readonly string[], { words, isPrefix }: Term): boolean {
  const last = words.length - 1;
  for (let start = 0; start + last < text.length; start++) {
    let at = 0;
    while (at < last && text[start + at] === words[at]) at++;
    const end = text[start + last] as string;
    const word = words[last] as string;
    if (at === last && (isPrefix ? end.startsWith(word) : end === word)) return true;
  }
  return false;
}
