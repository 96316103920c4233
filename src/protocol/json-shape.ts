const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** How deep JSON may be nested, and how many values it may hold. */
export interface JsonBounds {
  readonly depth: number;
  readonly values: number;
}

/**
 * Why a line is not worth parsing as JSON: it is nested too deeply or holds too many values. Undefined if neither is
 * so, whether it is valid or not. It looks at each character at most once and makes nothing. To parse a line that
 * is full of small values, and to look at each, takes a hundred times as long.
 */
export function jsonFault(line: string, most: JsonBounds): string | undefined {
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
    if (depth > most.depth) return `it is nested more than ${most.depth} deep`;
    if (values > most.values) return `it has more than ${most.values} values`;
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
