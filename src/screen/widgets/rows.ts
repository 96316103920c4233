import { displayWidth, graphemes } from '../../protocol/unicode.ts';
import { lineEnd } from './edited.ts';

/** A row of a text that is being written: from one place in the text to another. */
export interface Row {
  readonly from: number;
  readonly to: number;
}

const printableAscii = /^[\x20-\x7e]*$/;

/**
 * Breaks a text into rows of a width, after spaces if there are some. Every character is in a row, but line ends. Lines that have
 * been laid out before, with the same width, cost nothing.
 */
export class Rows {
  private columns = 0;
  private known = new Map<string, readonly number[]>();

  /** @param columns at least 1 */
  of(text: string, columns: number): Row[] {
    const before = columns === this.columns ? this.known : new Map<string, readonly number[]>();
    const known = new Map<string, readonly number[]>();
    const rows: Row[] = [];
    for (let from = 0; from <= text.length; ) {
      const end = lineEnd(text, from);
      const line = text.slice(from, end);
      const starts = before.get(line) ?? startsOf(line, columns);
      known.set(line, starts);
      starts.forEach((start, at) => {
        rows.push({ from: from + start, to: from + (starts[at + 1] ?? line.length) });
      });
      from = end + 1;
    }
    this.columns = columns;
    this.known = known;
    return rows;
  }
}

/** The row that a place in the text is in: the later one, at the border of two. */
export function rowOf(rows: readonly Row[], at: number): number {
  return Math.max(
    0,
    rows.findLastIndex(({ from }) => from <= at),
  );
}

/** The place in a row that is nearest to a column from the left. */
export function placeAt(text: string, { from, to }: Row, column: number, isLast: boolean): number {
  let at = from;
  let width = 0;
  // The end of a row in the middle of a line is the beginning of the next one.
  for (const cluster of graphemes(text.slice(from, to))) {
    width += displayWidth(cluster);
    if (width > column || (!isLast && at + cluster.length >= to)) break;
    at += cluster.length;
  }
  return at;
}

/** Where the rows of a line begin. */
function startsOf(line: string, columns: number): number[] {
  const starts = [0];
  let from = 0;
  let width = 0;
  let at = 0;
  // After the last space of the row, and the width up to there.
  let [breakAt, breakWidth] = [0, 0];
  for (const cluster of printableAscii.test(line) ? line : graphemes(line)) {
    const its = displayWidth(cluster);
    if (width + its > columns && at > from && cluster !== ' ') {
      const isWord = breakAt > from;
      from = isWord ? breakAt : at;
      width = isWord ? width - breakWidth : 0;
      starts.push(from);
      [breakAt, breakWidth] = [from, 0];
    }
    at += cluster.length;
    width += its;
    if (cluster === ' ') [breakAt, breakWidth] = [at, width];
  }
  return starts;
}
