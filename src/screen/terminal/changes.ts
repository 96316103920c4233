import { displayWidth } from '../../protocol/unicode.ts';
import { blank, type CellTables, isAscii, widthOf } from './cells.ts';
import { asciiForm, type ColourDepth, hyperlink, isAddress, sgr } from './paint.ts';
import type { Surface } from './surface.ts';

export interface Painting {
  readonly tables: CellTables;
  readonly colours: ColourDepth;
  readonly utf8: boolean;
}

// Equal cells between two that differ are sent too, if there are not more of them: a new position is longer.
const mostBetween = 4;

/**
 * What a terminal is sent so that it shows `next`. Both surfaces have the same size and tables.
 * @param shown what it shows now; undefined if that is not known
 * @returns nothing if there is nothing to send
 */
export function changes(shown: Surface | undefined, next: Surface, painting: Painting): string {
  const painter = new Painter(shown, next, painting);
  for (let row = 0; row < next.rows; row++) painter.row(row);
  const { cursor } = next;
  const before = shown?.cursor;
  if (
    shown &&
    painter.out === '' &&
    cursor?.row === before?.row &&
    cursor?.column === before?.column
  ) {
    return '';
  }
  // Without synchronized output (mode 2026), a visible cursor would be seen to run over the screen.
  const start = before ? '\x1b[?25l' : '';
  const end = cursor ? `${position(cursor.row, cursor.column)}\x1b[?25h` : shown ? '' : '\x1b[?25l';
  return `\x1b[?2026h${start}${painter.out}${end}\x1b[?2026l`;
}

function position(row: number, column: number): string {
  return `\x1b[${row + 1};${column + 1}H`;
}

class Painter {
  out = '';
  private readonly columns: number;
  private readonly before: Uint32Array | undefined;
  private readonly stylesBefore: Uint16Array | undefined;
  private readonly cells: Uint32Array;
  private readonly styles: Uint16Array;
  /** The column where the cursor is known to be in this row; -1 if it is not known. */
  private at = -1;
  private style = 0;
  private isLinked = false;

  constructor(
    shown: Surface | undefined,
    next: Surface,
    private readonly painting: Painting,
  ) {
    this.columns = next.columns;
    this.before = shown?.raw.cells;
    this.stylesBefore = shown?.raw.styles;
    this.cells = next.raw.cells;
    this.styles = next.raw.styles;
  }

  row(row: number): void {
    const { columns, before } = this;
    const start = row * columns;
    this.at = -1;
    if (!before) {
      this.move(row, 0);
      this.out += '\x1b[K';
    }
    const end = this.endOfText(start);
    let forced = 0;
    let column = 0;
    while (column < end) {
      if (forced <= column && !this.differs(start + column)) {
        column++;
        continue;
      }
      // The second half of a wide cluster is sent with the first.
      if (this.cells[start + column] === 0 && column > 0) column--;
      if (this.at < column && this.at !== -1 && column - this.at <= mostBetween) {
        // A wide cluster begins before a gap or after it, and never in it: the gap is equal.
        let between = this.at;
        while (between < column) between = this.put(row, between);
      }
      forced = Math.max(forced, column + this.reach(start + column));
      column = this.put(row, column);
    }
    if (before && this.hasTextAfter(start, end)) {
      this.move(row, end);
      this.setStyle(0);
      this.out += '\x1b[K';
    }
    this.setStyle(0);
  }

  /** Sends the cell at a column. @returns the column after it */
  private put(row: number, column: number): number {
    const { tables, utf8 } = this.painting;
    const index = row * this.columns + column;
    const cell = this.cells[index] ?? blank;
    const width = widthOf(cell);
    this.move(row, column);
    this.setStyle(this.styles[index] ?? 0);
    if (isAscii(cell)) {
      this.out += tables.cluster(cell);
      this.at = column + 1;
      return column + 1;
    }
    const cluster = tables.cluster(cell);
    if (!utf8) {
      this.out += asciiForm(cluster, width);
      this.at = column + width;
      return this.at;
    }
    // A terminal that gives the cluster fewer columns would leave in the others what was there.
    if (isUncertain(cluster)) {
      this.out += ' '.repeat(width);
      this.at = -1;
      this.move(row, column);
    }
    this.out += cluster;
    this.at = -1;
    return column + width;
  }

  /** How many columns from a cell on some terminal overwrites, if it gives the cluster more than its columns. */
  private reach(index: number): number {
    const cell = this.cells[index] ?? blank;
    if (isAscii(cell) || !this.painting.utf8) return 0;
    const cluster = this.painting.tables.cluster(cell);
    if (!isUncertain(cluster)) return 0;
    let width = 0;
    for (const character of cluster) width += Math.max(1, displayWidth(character));
    return width;
  }

  private move(row: number, column: number): void {
    if (this.at === column) return;
    this.out += position(row, column);
    this.at = column;
  }

  private setStyle(number: number): void {
    if (number === this.style) return;
    const { tables, colours } = this.painting;
    const style = tables.style(number);
    const before = tables.style(this.style);
    if (isAddress(style.link) ? style.link !== before.link : this.isLinked) {
      this.isLinked = isAddress(style.link);
      this.out += hyperlink(style.link);
    }
    const codes = sgr(style, colours);
    if (codes !== sgr(before, colours)) this.out += codes;
    this.style = number;
  }

  private differs(index: number): boolean {
    const { before, stylesBefore, cells, styles } = this;
    const [cell, style] = before
      ? [before[index] ?? blank, stylesBefore?.[index] ?? 0]
      : [blank, 0];
    return cells[index] !== cell || styles[index] !== style;
  }

  /** The column after the last cell of a row that is not empty. */
  private endOfText(start: number): number {
    let end = this.columns;
    while (end > 0 && this.cells[start + end - 1] === blank && this.styles[start + end - 1] === 0) {
      end--;
    }
    return end;
  }

  private hasTextAfter(start: number, column: number): boolean {
    for (let at = column; at < this.columns; at++) if (this.differs(start + at)) return true;
    return false;
  }
}

/** Whether terminals do not agree on the width of a cluster: sequences, and emoji, of which new ones come every year. */
function isUncertain(cluster: string): boolean {
  const code = cluster.codePointAt(0) ?? 0;
  return code >= 0x1f000 || cluster.length > 1;
}
