import { ownColour } from '../../terminal/colours.ts';
import type { Row } from '../model/row.ts';
import type { CellStyle } from '../terminal/cells.ts';
import type { Surface } from '../terminal/surface.ts';
import type { Clock } from './clock.ts';
import { reversed } from './groups-pane.ts';
import { WrappedText } from './wrapped-text.ts';

const dateColumns = 6;
const countColumns = 4;

/** @param first the row of `rows` that is the first on the screen */
export function drawIndex(
  surface: Surface,
  rows: readonly Row[],
  {
    first,
    at,
    isFocused,
    clock,
    empty,
    hasDraft = () => false,
  }: {
    first: number;
    at: number;
    isFocused: boolean;
    clock: Clock;
    empty: string;
    /** Whether the user has begun to answer or to edit the message of a row. */
    hasDraft?: (row: Row) => boolean;
  },
): void {
  if (rows.length === 0) drawEmpty(surface, empty);
  for (let line = 0; line < surface.rows; line++) {
    const row = rows[first + line];
    if (!row) break;
    drawRow(surface, line, row, clock, hasDraft(row));
    if (first + line === at) {
      if (isFocused) reversed(surface, line);
      else surface.text(line, 0, '›', { bold: true });
    }
  }
}

function drawEmpty(surface: Surface, text: string): void {
  const wrapped = new WrappedText(text, Math.max(1, surface.columns - 3));
  for (let row = 0; row < Math.min(wrapped.length, surface.rows); row++) {
    const line = (wrapped.row(row) ?? []).map((span) => span.text).join('');
    surface.text(row, 2, line, { faint: true });
  }
}

function drawRow(surface: Surface, line: number, row: Row, clock: Clock, hasDraft: boolean): void {
  const { columns } = surface;
  const style: CellStyle = {
    ...(row.unread && !row.isMuted && { bold: true }),
    ...((row.isMuted || row.isDeleted) && { faint: true }),
  };
  const mark = row.mention ? '@' : row.unread ? '●' : row.isMuted ? '×' : ' ';
  surface.text(line, 1, mark, { ...style, colour: row.mention ? 'yellow' : 'cyan' });
  const sign = row.isReply
    ? '  └ '
    : row.fold === 'closed'
      ? '▸ '
      : row.fold === 'open'
        ? '▾ '
        : '  ';
  // On a narrow screen the subject has the room of the sender and the date.
  const senderColumns = columns < 50 ? 8 : Math.min(16, Math.floor(columns / 6));
  const dateColumn = columns - dateColumns - 1;
  const countColumn = columns < 50 ? dateColumn : dateColumn - countColumns - 1;
  const senderColumn = countColumn - senderColumns - 1;
  const group = row.groupName === undefined ? '' : `${row.groupName} `;
  const end = surface.text(line, 3, sign, style, senderColumn);
  const draft = { ...style, colour: 'yellow' } as const;
  const at = hasDraft ? surface.text(line, end, '✎ ', draft, senderColumn) : end;
  const after = surface.text(
    line,
    at,
    group,
    { ...style, colour: ownColour(group) },
    senderColumn - 1,
  );
  surface.text(line, after, row.subject, style, senderColumn - 1);
  surface.text(
    line,
    senderColumn,
    row.sender,
    { ...style, colour: ownColour(row.sender) },
    countColumn - 1,
  );
  if (row.count !== undefined && countColumn < dateColumn && row.count > 1) {
    const count = row.count > 999 ? '999+' : String(row.count);
    surface.text(line, countColumn + countColumns - count.length, count, style, dateColumn - 1);
  }
  surface.text(line, dateColumn, clock.short(row.postedAt), style);
}
