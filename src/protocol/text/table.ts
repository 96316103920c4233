import { displayWidth, graphemes } from '../unicode.ts';

// A column narrower than this is not worth cutting: the whole row is laid out as a line instead.
const leastCut = 12;

/**
 * Rows with their cells one below the other, as wide as they need to be.
 * @param columns how wide a row may be; where that is too narrow, the cells of one column are cut
 * @param cuttable the column that gives way
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

/** At most `width` columns of a text; what is cut off is told by `…`. */
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
