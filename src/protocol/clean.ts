// Control characters, except for tab and line feed.
// biome-ignore lint/suspicious/noControlCharactersInRegex: the pattern finds control characters
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
// Embeddings, overrides and isolates of the Unicode bidirectional algorithm (UAX #9, section 2):
// they reorder the text around them. The marks U+200E, U+200F and U+061C do not, and are kept.
const directions = /[\u202a-\u202e\u2066-\u2069]/g;
const lineEnds = /\r\n|\r|\u0085|\u2028|\u2029/g;
// Nearly all text matches this, and does not change.
const plain = /^[\x20-\x7e\n\t]*$/;

/**
 * Makes text safe for any terminal: line ends become `\n`, other control characters become their
 * symbols (␛ for escape), direction overrides are removed, lone surrogates become U+FFFD.
 */
export function cleanText(text: string): string {
  if (plain.test(text)) return text;
  return text
    .toWellFormed()
    .replace(lineEnds, '\n')
    .replace(directions, '')
    .replace(controls, (character) => {
      const code = character.charCodeAt(0);
      if (code < 0x20) return String.fromCharCode(0x2400 + code);
      return code === 0x7f ? '\u2421' : '\ufffd';
    });
}

/** Like `cleanText` for text of one line: line feeds and tabs become spaces. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/[\n\t]/g, ' ');
}
