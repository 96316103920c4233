import { displayWidth, graphemes } from '../unicode.ts';

// A column is not cut to less than this. The row is then broken like any other line.
const leastCut = 12;

// Rows of a piece: 2 ms and 50 KiB of the widest rows of groups.
const rowsOfPiece = 50;

interface Layout<T> {
  /** The cells of an item. */
  readonly cellsOf: (item: T) => readonly string[];
  /** The maximum width of a row. */
  readonly columns: number;
  /** The column whose cells are cut if a row is too wide. */
  readonly cuttable: number;
}

/**
 * Lays items out as rows whose cells are aligned, some rows at a time, so that others can have their turn in between. It first
 * looks how wide all cells are, and meanwhile gives pieces without rows.
 */
export function* alignedRows<T>(
  items: readonly T[],
  { cellsOf, columns, cuttable }: Layout<T>,
): Generator<string[], void> {
  const widths: number[] = [];
  for (const piece of piecesOf(items, rowsOfPiece)) {
    for (const cells of piece.map(cellsOf)) widen(widths, cells);
    yield [];
  }
  const excess = sum(widths) + separator.length * (widths.length - 1) - columns;
  const room = (widths[cuttable] ?? 0) - Math.max(0, excess);
  if (room >= leastCut || excess <= 0) widths[cuttable] = room;
  for (const piece of piecesOf(items, rowsOfPiece)) {
    yield piece.map((item) => rowOf(cellsOf(item), widths));
  }
}

/** A list in pieces of at most `size` items. */
export function* piecesOf<T>(items: readonly T[], size: number): Generator<readonly T[], void> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

const separator = ' | ';

function widen(widths: number[], cells: readonly string[]): void {
  for (const [column, cell] of cells.entries()) {
    widths[column] = Math.max(widths[column] ?? 0, displayWidth(cell));
  }
}

function rowOf(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .map((cell, column) => pad(cut(cell, widths[column] ?? 0), widths[column] ?? 0))
    .join(separator)
    .trimEnd();
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/** Cuts a text to `width` columns. A text that was cut ends with `…`. */
export function cut(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = '';
  let room = width - 1;
  for (const character of graphemes(text)) {
    room -= displayWidth(character);
    if (room < 0) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
