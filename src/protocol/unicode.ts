import stringWidth from 'string-width';

// Some functions of Unicode take more than linear time: ICU sorts a run of combining marks by insertion, and a
// segmenter looks at the whole text again for each character. They are called only here, on pieces of limited length.
// `test/protocol/unicode.test.ts` finds calls elsewhere.

/** Maximum length of a piece for the segmenter, in UTF-16 code units. */
const pieceUnits = 256;
// Maximum length for one call of normalize. A name of maximum length whose ligatures are decomposed is shorter.
const normalizedAtOnce = 2048;
const graphemeSegmenter = new Intl.Segmenter();
const wordSegmenter = new Intl.Segmenter('und', { granularity: 'word' });
const printableAscii = /^[\x20-\x7e]*$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: a colour sequence begins with the control character ESC
const colours = /\x1b\[[0-9;]*m/g;

/**
 * `text` in a normalization form of Unicode (UAX #15), in time linear in its length. A text of more than 2048
 * code units is normalized in pieces. If a piece has no ASCII character, characters are not composed across its end.
 */
export function normalized(text: string, form: 'NFC' | 'NFD' | 'NFKC' | 'NFKD'): string {
  if (text.length <= normalizedAtOnce) return text.normalize(form);
  let done = '';
  for (let at = 0; at < text.length; ) {
    const end = pieceEnd(text, at);
    done += text.slice(at, end).normalize(form);
    at = end;
  }
  return done;
}

/** A form of a name or a word for comparing without regard to case and compatibility characters. */
export function caseless(text: string): string {
  return normalized(text, 'NFKC').toLowerCase();
}

/** The end of a piece from `at` on: before its last ASCII character, which composes with no character before it. */
function pieceEnd(text: string, at: number): number {
  const last = at + pieceUnits;
  if (last >= text.length) return text.length;
  for (let end = last; end > at; end--) if (text.charCodeAt(end) < 0x80) return end;
  return at + pieceAt(text, at).length;
}

/** The next piece. It never ends within a surrogate pair. */
function pieceAt(text: string, at: number): string {
  const unit = text.charCodeAt(at + pieceUnits);
  const isInsidePair = unit >= 0xdc00 && unit <= 0xdfff;
  return text.slice(at, at + pieceUnits - (isInsidePair ? 1 : 0));
}

/**
 * The characters of a text as a reader sees them (extended grapheme clusters, UAX #29). A cluster of more than
 * 256 code units is cut.
 */
export function* graphemes(text: string): Generator<string, void> {
  for (let at = 0; at < text.length; ) {
    const piece = pieceAt(text, at);
    const isLast = at + piece.length === text.length;
    let held = '';
    // The last cluster of a piece may continue in the next piece.
    for (const { segment } of graphemeSegmenter.segment(piece)) {
      if (held !== '') yield held;
      at += held.length;
      held = segment;
    }
    if (!isLast && held.length < piece.length) continue;
    yield held;
    at += held.length;
  }
}

/**
 * The words of a text in one script that is written without spaces, such as Han or Thai, by the dictionaries of ICU. It is
 * cut in pieces of at most 256 code units. The last words of a piece are cut again with the text after them.
 */
export function* unspacedWords(text: string): Generator<string, void> {
  for (let at = 0; at < text.length; ) {
    const piece = pieceAt(text, at);
    const words = [...wordSegmenter.segment(piece)].map(({ segment }) => segment);
    const isLast = at + piece.length === text.length;
    const known = isLast ? words.length : Math.max(1, words.length - 2);
    for (const word of words.slice(0, known)) {
      yield word;
      at += word.length;
    }
  }
}

/** How many columns of a terminal a line takes. Escape sequences of colours take none. */
export function displayWidth(line: string): number {
  if (printableAscii.test(line)) return line.length;
  const text = line.replace(colours, '');
  if (!joins.test(text)) return widthOfEach(text);
  let width = 0;
  for (const piece of unbrokenPieces(text)) {
    width += joins.test(piece) ? widthOfJoined(piece) : widthOfEach(piece);
  }
  return width;
}

// Code points that join others into one character of another width: flags, keycaps, emoji with a style, a skin or a joiner.
const joins =
  /[\p{Regional_Indicator}\p{Emoji_Modifier}]|\ufe0f|\u20e3|\p{Extended_Pictographic}\u200d/u;
// Combining marks, invisible characters, and the vowels and finals of Hangul, which share the cell of the letter before.
const widthless = /[\p{M}\p{Cf}\p{Default_Ignorable_Code_Point}\u1160-\u11ff\ud7b0-\ud7ff]/u;
/** The width of each known code point plus one; 0 for a code point whose width is not known yet. */
const widths = new Uint8Array(0x110000);

function widthOfEach(text: string): number {
  let total = 0;
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    let known = widths[code] ?? 0;
    if (known === 0) {
      known = (widthless.test(character) ? 0 : stringWidth(character)) + 1;
      widths[code] = known;
    }
    total += known - 1;
  }
  return total;
}

// Widths of joined emoji. The same few are used again and again.
const joinedWidths = new Map<string, number>();
const mostJoinedWidths = 1000;

function widthOfJoined(piece: string): number {
  const known = joinedWidths.get(piece);
  if (known !== undefined) return known;
  const width = stringWidth(piece);
  if (joinedWidths.size >= mostJoinedWidths) joinedWidths.clear();
  joinedWidths.set(piece, width);
  return width;
}

/** Cuts a text into pieces at the borders of grapheme clusters, unless a cluster is longer than a piece. */
function* unbrokenPieces(text: string): Generator<string, void> {
  for (let at = 0; at < text.length; ) {
    const piece = pieceAt(text, at);
    let end = piece.length;
    if (at + end < text.length && joins.test(piece)) {
      let last = 0;
      for (const { index } of graphemeSegmenter.segment(piece)) last = index;
      if (last > 0) end = last;
    }
    yield piece.slice(0, end);
    at += end;
  }
}

/**
 * Breaks a line at its spaces into rows of at most `columns` columns. A longer word is kept whole. Spaces around a
 * break are left out. A colour continues in the next row.
 */
export function wrapAtSpaces(line: string, columns: number): string[] {
  const rows: string[] = [];
  let row = '';
  let width = 0;
  let at = 0;
  for (const { 0: word, index } of line.matchAll(/[^ ]+/g)) {
    const spaces = index - at;
    at = index + word.length;
    const wordWidth = displayWidth(word);
    if (row !== '' && width + spaces + wordWidth <= columns) {
      row += ' '.repeat(spaces) + word;
      width += spaces + wordWidth;
    } else {
      if (row !== '') rows.push(row);
      row = word;
      width = wordWidth;
    }
  }
  return [...rows, row];
}
