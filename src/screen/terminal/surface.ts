import { blank, type Cell, type CellStyle, CellTables, plain, widthOf } from './cells.ts';
import { sizedClusters } from './clusters.ts';

/** A place in a surface, counted from 0. */
export interface Position {
  readonly row: number;
  readonly column: number;
}

// How much of a text is looked at for each column, in UTF-16 code units. Only texts with long runs of invisible
// characters have more.
const unitsPerColumn = 32;

interface Grid {
  readonly columns: number;
  readonly rows: number;
  readonly tables: CellTables;
  readonly cells: Uint32Array;
  readonly styles: Uint16Array;
  cursor: Position | undefined;
}

/**
 * Rows of cells to draw on, or a window onto a part of them. What is outside is cut off, in the middle of
 * a wide cluster too: the half that is left is blank. All positions are relative to the window.
 */
export class Surface {
  private readonly grid: Grid;
  private readonly top: number;
  private readonly left: number;

  /** @param part the window onto another surface, for `view` alone */
  constructor(
    readonly columns: number,
    readonly rows: number,
    tables: CellTables = new CellTables(),
    part?: { readonly grid: Grid; readonly top: number; readonly left: number },
  ) {
    this.top = part?.top ?? 0;
    this.left = part?.left ?? 0;
    const size = columns * rows;
    this.grid = part?.grid ?? {
      columns,
      rows,
      tables,
      cells: new Uint32Array(size).fill(blank),
      styles: new Uint16Array(size),
      cursor: undefined,
    };
  }

  /**
   * Writes a text from a cell on. It is one line: line ends and tabs become spaces.
   * @param to the column before which the text is cut; the right edge if it is left out
   * @returns the column after the text
   */
  text(row: number, column: number, text: string, style = plain, to = this.columns): number {
    const end = Math.min(to, this.columns);
    let at = column;
    const units = Math.max(0, end - column) * unitsPerColumn;
    for (const [cluster, width] of sizedClusters(text.slice(0, units))) {
      if (at >= end) break;
      if (at + width > end) {
        this.put(row, at, ' ', 1, style);
        return end;
      }
      this.put(row, at, cluster, width, style);
      at += width;
    }
    return at;
  }

  /** Fills cells of a row with a cluster of one column. */
  fill(row: number, column: number, columns: number, cluster = ' ', style = plain): void {
    const end = Math.min(column + columns, this.columns);
    for (let at = Math.max(0, column); at < end; at++) this.put(row, at, cluster, 1, style);
  }

  /** Gives cells of a row another style, such as reverse for the row that is chosen. The texts stay. */
  restyle(
    row: number,
    column: number,
    columns: number,
    change: (style: CellStyle) => CellStyle,
  ): void {
    const { tables, styles } = this.grid;
    const end = Math.min(column + columns, this.columns);
    for (let at = Math.max(0, column); at < end; at++) {
      const index = this.index(row, at);
      if (index === undefined) continue;
      styles[index] = tables.styleNumber(change(tables.style(styles[index] ?? 0)));
    }
  }

  /** Makes all cells blank. */
  clear(style = plain): void {
    for (let row = 0; row < this.rows; row++) this.fill(row, 0, this.columns, ' ', style);
  }

  /** A window onto a part of this surface. The part that is outside is cut off. */
  view(row: number, column: number, rows: number, columns: number): Surface {
    const top = Math.max(0, row);
    const left = Math.max(0, column);
    const height = Math.max(0, Math.min(row + rows, this.rows) - top);
    const width = Math.max(0, Math.min(column + columns, this.columns) - left);
    const { grid } = this;
    const part = { grid, top: this.top + top, left: this.left + left };
    return new Surface(width, height, grid.tables, part);
  }

  /** Where the cursor of the terminal is shown. Undefined, as at first, hides it. */
  get cursor(): Position | undefined {
    const { cursor } = this.grid;
    return cursor && { row: cursor.row - this.top, column: cursor.column - this.left };
  }

  set cursor(position: Position | undefined) {
    if (!position) {
      this.grid.cursor = undefined;
      return;
    }
    const inside = (at: number, size: number) => Math.max(0, Math.min(at, size - 1));
    this.grid.cursor = {
      row: this.top + inside(position.row, this.rows),
      column: this.left + inside(position.column, this.columns),
    };
  }

  /** The cell at a position; a blank one outside. */
  cell(row: number, column: number): Cell {
    const { tables, cells, styles } = this.grid;
    const index = this.index(row, column);
    if (index === undefined) return { cluster: ' ', width: 1, style: plain };
    const cell = cells[index] ?? blank;
    return {
      cluster: tables.cluster(cell),
      width: widthOf(cell),
      style: tables.style(styles[index] ?? 0),
    };
  }

  /** The texts of the rows, without the blanks at their ends. */
  get lines(): string[] {
    return Array.from({ length: this.rows }, (_, row) =>
      Array.from({ length: this.columns }, (_, column) => this.cell(row, column).cluster)
        .join('')
        .trimEnd(),
    );
  }

  /** The numbers of the cells of a whole surface, in rows, for `Display`. */
  get raw(): Pick<Grid, 'cells' | 'styles'> {
    return this.grid;
  }

  private put(row: number, column: number, cluster: string, width: number, style: CellStyle): void {
    const { tables, cells, styles } = this.grid;
    const number = tables.styleNumber(style);
    const index = this.index(row, column);
    const second = width === 2 ? this.index(row, column + 1) : undefined;
    // Half of a wide cluster is inside.
    if (width === 2 && (index === undefined || second === undefined)) {
      const half = index ?? second;
      if (half !== undefined) this.set(half, blank, number);
      return;
    }
    if (index === undefined) return;
    this.set(index, tables.cell(cluster, width), number);
    if (second === undefined) return;
    this.release(second);
    cells[second] = 0;
    styles[second] = number;
  }

  private set(index: number, cell: number, style: number): void {
    const { cells, styles } = this.grid;
    this.release(index);
    cells[index] = cell;
    styles[index] = style;
  }

  /** Makes the other half of a wide cluster blank that is about to be overwritten in part. */
  private release(index: number): void {
    const { cells } = this.grid;
    const width = widthOf(cells[index] ?? blank);
    if (width === 0) cells[index - 1] = blank;
    else if (width === 2) cells[index + 1] = blank;
  }

  private index(row: number, column: number): number | undefined {
    if (row < 0 || row >= this.rows || column < 0 || column >= this.columns) return undefined;
    return (this.top + row) * this.grid.columns + this.left + column;
  }
}
