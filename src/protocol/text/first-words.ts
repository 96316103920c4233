import { cleanLine } from '../clean.ts';
import { graphemes } from '../unicode.ts';

// Characters of a subject that is made from a content. A line of a list has room for it on a screen of 80 columns.
const longest = 40;

/** The subject of a message that was written without one: the first words of its content, cut at a word. */
export function firstWords(content: string): string {
  const line = content.split(/\r?\n/).find((text) => /\S/.test(text)) ?? '';
  // Cut before it is cleaned: a content can be long.
  const words = cleanLine(line.slice(0, 8 * longest))
    .trim()
    .replace(/\s+/g, ' ');
  const characters = [...graphemes(words)];
  if (characters.length <= longest) return words;
  const cut = characters.slice(0, longest).join('');
  const atWord = cut.slice(0, Math.max(0, cut.lastIndexOf(' ')));
  return `${atWord || cut}…`;
}
