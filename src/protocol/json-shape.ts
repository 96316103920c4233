import { limits } from './limits.ts';

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/**
 * Why a line is not worth parsing as JSON: it nests more than `limits.jsonDepth` deep or holds more
 * than `limits.jsonValues` values. Undefined where it does neither, valid or not. It looks at each
 * character at most once and makes nothing, so that a line costs no more than its length: parsing
 * 240 KiB of small values, and refusing each of them, takes a hundred times as long.
 */
export function jsonFault(line: string): string | undefined {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < line.length; at++) {
    switch (line.charCodeAt(at)) {
      case quote:
        at = endOfString(line, at);
        break;
      case openBracket:
      case openBrace:
        depth++;
        values++;
        break;
      case closeBracket:
      case closeBrace:
        depth--;
        break;
      case comma:
        values++;
        break;
    }
    if (depth > limits.jsonDepth) return `it is nested more than ${limits.jsonDepth} deep`;
    if (values > limits.jsonValues) return `it has more than ${limits.jsonValues} values`;
  }
  return undefined;
}

/** The index of the quote that ends the string begun at `start`; the end of the line if none does. */
function endOfString(line: string, start: number): number {
  let at = start + 1;
  for (; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === quote) break;
    if (code === backslash) at++;
  }
  return at;
}
