import { normalized, unspacedWords } from '../../protocol/unicode.ts';

// What is stored in the index of words depends on this file: after a change here, a migration has to make the index again.

/** A longer word is cut, in the index and in a query, in UTF-16 code units: data such as base64 is no words. */
const wordUnits = 64;
/**
 * How many stretches of a text the segmenter is asked about. People write whole sentences in one script. A hostile text
 * can change the script at every character, and each call of the segmenter costs some microseconds.
 */
const segmentedStretches = 500;

const isAscii = /^[\0-\x7f]*$/;
const asciiWord = /[a-z0-9]+/g;
const anyWord = /[\p{L}\p{N}\p{M}\p{Co}]+/gu;
// The accents that people leave out when they type. Other marks, such as Thai vowels, are parts of words.
const accents = /[\u0300-\u036f]/g;
const unspaced =
  /\p{scx=Han}|\p{scx=Hira}|\p{scx=Kana}|\p{scx=Thai}|\p{scx=Laoo}|\p{scx=Khmr}|\p{scx=Mymr}/u;
const stretch = new RegExp(`(?:${unspaced.source})+|(?:(?!${unspaced.source}).)+`, 'gsu');

/**
 * The words of a text, in order, in the form in which they are searched: without case, accents and compatibility
 * characters. `Crème brûlée, 2×` is `creme`, `brulee`, `2`. Texts in scripts without spaces between words are cut by
 * the dictionaries of ICU.
 * @param text at most as long as a content: the time is linear in its length
 */
export function wordsOf(text: string): string[] {
  if (isAscii.test(text)) return (text.toLowerCase().match(asciiWord) ?? []).map(cut);
  const words: string[] = [];
  let stretches = 0;
  for (const word of folded(text).match(anyWord) ?? []) {
    if (!unspaced.test(word)) {
      words.push(cut(word));
      continue;
    }
    for (const part of word.match(stretch) ?? []) {
      if (unspaced.test(part) && ++stretches <= segmentedStretches) {
        for (const each of unspacedWords(part)) words.push(cut(each));
      } else words.push(cut(part));
    }
  }
  return words;
}

function folded(text: string): string {
  const bare = normalized(text, 'NFKD').toLowerCase().replace(accents, '');
  return normalized(bare, 'NFC').replaceAll('ς', 'σ').replaceAll('ß', 'ss');
}

/** The beginning of a word, of whole characters. */
function cut(word: string): string {
  if (word.length <= wordUnits) return word;
  const isInsidePair = /^[\udc00-\udfff]/.test(word.charAt(wordUnits));
  return word.slice(0, wordUnits - (isInsidePair ? 1 : 0));
}
