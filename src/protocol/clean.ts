// Control characters but tab and line feed; what ends a line or a paragraph in Unicode.
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
// Embeddings, overrides and isolates of the Unicode bidirectional algorithm (UAX #9, section 2):
// they reorder what stands around them. The marks U+200E, U+200F and U+061C do not, and stay.
const directions = /[\u202a-\u202e\u2066-\u2069]/g;
const lineEnds = /\r\n|\r|\u0085|\u2028|\u2029/g;
// Nearly all text is this, and needs nothing done to it.
const plain = /^[\x20-\x7e\n\t]*$/;

/**
 * Text made safe for any terminal: line ends become `\n`, other control characters the symbols
 * that stand for them (␛ for escape), direction overrides go, lone surrogates become U+FFFD.
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

/** `cleanText` for what must stay on one line: line feeds and tabs become spaces. */
export function cleanLine(text: string): string {
  return cleanText(text).replace(/[\n\t]/g, ' ');
}
