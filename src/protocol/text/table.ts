import { displayWidth, graphemes } from '../unicode.ts';

// A column is not cut to less than this. The row is then broken like any other line.
const leastCut = 12;

/**
 * Lays rows out so that their cells are aligned.
 * @param columns the maximum width of a row
 * @param cuttable the column whose cells are cut if a row is too wide
 */
export function alignRows(rows: string[][], columns: number, cuttable: number): string[] {
  const widths = columnWidths(rows);
  const excess = sum(widths) + separator.length * (widths.length - 1) - columns;
  const room = (widths[cuttable] ?? 0) - Math.max(0, excess);
  if (room >= leastCut || excess <= 0) widths[cuttable] = room;
  return rows.map((row) =>
    row
      .map((cell, column) => pad(cut(cell, widths[column] ?? 0), widths[column] ?? 0))
      .join(separator)
      .trimEnd(),
  );
}

const separator = ' | ';

function columnWidths(rows: string[][]): number[] {
  return rows.reduce<number[]>(
    (most, row) => row.map((cell, column) => Math.max(most[column] ?? 0, displayWidth(cell))),
    [],
  );
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

function sum(numbers: number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
