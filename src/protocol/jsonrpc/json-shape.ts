const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Maximum depth of nested JSON, and maximum number of values. */
export interface JsonBounds {
  readonly depth: number;
  readonly values: number;
}

/**
 * Checks the bytes of a line of JSON as they arrive, before the line is put together, decoded or parsed. It looks at
 * each byte once and allocates nothing. Parsing a line that is full of small values, and checking each, takes a hundred
 * times as long. The structure of JSON is ASCII, and in UTF-8 no other character contains ASCII bytes.
 */
export class JsonShape {
  private depth = 0;
  private values = 1;
  private inString = false;
  private afterBackslash = false;

  constructor(private readonly most: JsonBounds) {}

  /**
   * Whether a whole line is within the bounds whatever its brackets and commas mean, as most lines are: it has fewer bytes than there may be
   * values, and few brackets. It looks for brackets alone, not at each byte.
   */
  surelyAccepts(line: string): boolean {
    const { depth, values } = this.most;
    return line.length < values && !hasMoreThan(depth, line);
  }

  /** @returns why the line is refused, if it is nested too deeply or has too many values */
  push(bytes: Uint8Array, start = 0, end = bytes.length): string | undefined {
    let { depth, values } = this;
    const { most } = this;
    let at = this.inString ? this.skipString(bytes, start, end) : start;
    for (; at < end; at++) {
      switch (bytes[at]) {
        case quote:
          at = this.skipString(bytes, at + 1, end) - 1;
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

  /** Starts the next line. */
  reset(): void {
    this.depth = 0;
    this.values = 1;
    this.inString = false;
    this.afterBackslash = false;
  }

  /** The index after the end of the string that continues at `start`. */
  private skipString(bytes: Uint8Array, start: number, end: number): number {
    let at = this.afterBackslash ? start + 1 : start;
    this.afterBackslash = false;
    for (; at < end; at++) {
      const byte = bytes[at];
      if (byte === backslash) at++;
      else if (byte === quote) break;
    }
    this.inString = at >= end;
    // The last byte was a backslash.
    this.afterBackslash = at > end;
    return at + 1;
  }
}

/** Whether a line has more than `most` opening brackets and braces. */
function hasMoreThan(most: number, line: string): boolean {
  let found = 0;
  for (const opening of ['[', '{']) {
    for (let at = line.indexOf(opening); at !== -1; at = line.indexOf(opening, at + 1)) {
      if (++found > most) return true;
    }
  }
  return false;
}
