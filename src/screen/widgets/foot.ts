import { WrappedText } from '../panes/wrapped-text.ts';
import type { CellStyle } from '../terminal/cells.ts';
import type { Surface } from '../terminal/surface.ts';

/** A sentence for the user in the last rows. */
export interface Note {
  readonly text: string;
  readonly style: CellStyle;
}

/** Rows that notes take at a width, each note from a row of its own on. What does not fit ends with an ellipsis. */
export function footRows(notes: readonly Note[], columns: number, most: number): Note[] {
  const rows: Note[] = [];
  for (const { text, style } of notes) {
    const wrapped = new WrappedText(text, Math.max(1, columns));
    for (let at = 0; rows.length <= most; at++) {
      const row = wrapped.row(at);
      if (!row) break;
      rows.push({ text: row.map((span) => span.text).join(''), style });
    }
  }
  const last = rows[most - 1];
  if (rows.length <= most || !last) return rows;
  return [...rows.slice(0, most - 1), { ...last, text: `${last.text.slice(0, columns - 2)} …` }];
}

/**
 * Draws notes in the last rows of a surface, over what is there. They take at most half of its rows.
 * @returns the first of those rows, and the column after the last note
 */
export function drawFoot(
  surface: Surface,
  notes: readonly Note[],
): { readonly top: number; readonly end: number } {
  const rows = footRows(notes, surface.columns - 2, Math.max(1, Math.floor(surface.rows / 2)));
  const top = surface.rows - rows.length;
  let end = 1;
  rows.forEach(({ text, style }, index) => {
    surface.fill(top + index, 0, surface.columns);
    end = surface.text(top + index, 1, text, style);
  });
  return { top, end };
}
