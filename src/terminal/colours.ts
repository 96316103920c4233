import { caseless } from '../protocol/unicode.ts';

// Colours that are readable on black and on white, without red, which is for errors.
/** The parameters of SGR for the colours of names, on a terminal with 256 colours and with 16. */
export const palette256 = [
  25, 28, 31, 32, 64, 65, 67, 68, 71, 72, 91, 94, 97, 98, 99, 101, 103, 127, 130, 132, 133, 136,
  137, 139, 140, 166, 168, 172, 173, 176,
].map((colour) => `38;5;${colour}`);
export const palette16 = ['32', '33', '34', '35', '36', '92', '94', '95'];

/** Colours texts with the colours that the terminal has. */
export interface Colours {
  /** The colour that belongs to a text, the same in every run. */
  own(text: string): string;
  bold(text: string): string;
  faint(text: string): string;
  green(text: string): string;
  red(text: string): string;
  cyan(text: string): string;
}

/** @param depth bits of a colour, as `WriteStream.getColorDepth` returns: 1 for no colours */
export function coloursOf(depth: number): Colours {
  const paint = (code: string, end: string) => (text: string) =>
    depth > 1 && text !== '' ? `\x1b[${code}m${text}\x1b[${end}m` : text;
  const palette = depth >= 8 ? palette256 : palette16;
  return {
    own: (text) => paint(palette[ownColour(text) % palette.length] ?? '', '39')(text),
    bold: paint('1', '22'),
    faint: paint('2', '22'),
    green: paint('32', '39'),
    red: paint('31', '39'),
    cyan: paint('36', '39'),
  };
}

/** The number of the colour that belongs to a text: the same in every run, and without regard to case. */
export function ownColour(text: string): number {
  return hash(text) % (palette256.length * palette16.length);
}

/** FNV-1a with 32 bits, without regard to case. */
function hash(name: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(caseless(name))) {
    hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  }
  return hash;
}
