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
 * Looks at the bytes of one line of JSON as they come, before the line is put together, decoded or parsed. It looks at
 * each byte once and makes nothing. To parse a line that is full of small values, and to look at each, takes a
 * hundred times as long. The structure of JSON is ASCII, which is no part of any other character in UTF-8.
 */
export class JsonShape {
  private depth = 0;
  private values = 1;
  private inString = false;
  private afterBackslash = false;

  constructor(private readonly most: JsonBounds) {}

  /** Why the line is not worth parsing: it is nested too deeply or holds too many values. Undefined if neither is so. */
  push(bytes: Uint8Array): string | undefined {
    let { depth, values } = this;
    const { most } = this;
    let at = this.inString ? this.skipString(bytes, 0) : 0;
    for (; at < bytes.length; at++) {
      switch (bytes[at]) {
        case quote:
          at = this.skipString(bytes, at + 1) - 1;
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
    this.depth = depth;
    this.values = values;
    return undefined;
  }

  /** Begins with the next line. */
  reset(): void {
    this.depth = 0;
    this.values = 1;
    this.inString = false;
    this.afterBackslash = false;
  }

  /** The index after the string that goes on at `start`. */
  private skipString(bytes: Uint8Array, start: number): number {
    let at = this.afterBackslash ? start + 1 : start;
    this.afterBackslash = false;
    for (; at < bytes.length; at++) {
      const byte = bytes[at];
      if (byte === backslash) at++;
      else if (byte === quote) break;
    }
    this.inString = at >= bytes.length;
    // A backslash was the last byte.
    this.afterBackslash = at > bytes.length;
    return at + 1;
  }
}
