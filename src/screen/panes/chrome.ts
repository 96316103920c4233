import { displayWidth } from '../../protocol/unicode.ts';
import type { CellStyle } from '../terminal/cells.ts';
import type { Surface } from '../terminal/surface.ts';
import type { Layout } from './layout.ts';

const faint: CellStyle = { faint: true };

/** The first row: the board at the left, the user and what is unread at the right. */
export function drawTitle(surface: Surface, title: string, right: string): void {
  const style: CellStyle = { reverse: true };
  surface.fill(0, 0, surface.columns, ' ', style);
  const column = Math.max(0, surface.columns - displayWidth(right) - 1);
  surface.text(0, 1, title, style, column - 1);
  surface.text(0, column, right, style);
}

/** The lines between the panes. */
export function drawRules(surface: Surface, layout: Layout): void {
  const { groups, rule, position } = layout;
  const isDivided = groups !== undefined && (layout.index ?? layout.message) !== undefined;
  if (isDivided) {
    for (let row = groups.row; row < position; row++) {
      surface.text(row, groups.columns, row === rule ? '├' : '│', faint);
    }
  }
  const left = isDivided ? groups.columns + 1 : 0;
  if (rule !== undefined) surface.fill(rule, left, surface.columns - left, '─', faint);
}

/** The row above the last: a line with notes at its right end. */
export function drawPosition(surface: Surface, row: number, notes: readonly string[]): void {
  surface.fill(row, 0, surface.columns, '─', faint);
  const text = notes.map((note) => ` ${note} `).join('──');
  if (text === '') return;
  const column = Math.max(0, surface.columns - displayWidth(text) - 2);
  surface.text(row, column, text);
}

/** The last row: what the user is told or which keys there are, and where the user is. */
export function drawLast(
  surface: Surface,
  row: number,
  { text, style, place }: { text: string; style: CellStyle; place: string },
): void {
  const room = Math.max(0, Math.min(displayWidth(place), Math.floor(surface.columns / 3)));
  const column = surface.columns - room - 1;
  const end = surface.text(row, 1, text, style, surface.columns - 1);
  if (end < column - 1) surface.text(row, column, place, faint, surface.columns - 1);
}
