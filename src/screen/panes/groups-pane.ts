import { isDirectName, userOfDirectName } from '../../protocol/direct.ts';
import { limits } from '../../protocol/limits.ts';
import type { GroupEntry } from '../model/group-entry.ts';
import type { CellStyle } from '../terminal/cells.ts';
import type { Surface } from '../terminal/surface.ts';

/** A row of the left column: a group, or the mentions. */
export type GroupRow =
  | { readonly key: string; readonly kind: 'group'; readonly entry: GroupEntry }
  | { readonly key: 'mentions'; readonly kind: 'mentions'; readonly unread: number };

export function groupKey(group: number): string {
  return `g${group}`;
}

/** The groups, the mentions, and the direct conversations. */
export function groupRows(entries: readonly GroupEntry[]): GroupRow[] {
  const rows = entries.map(
    (entry): GroupRow => ({ key: groupKey(entry.id), kind: 'group', entry }),
  );
  const firstDirect = entries.findIndex(({ name }) => isDirectName(name));
  const unread = entries.reduce((sum, { mentions }) => sum + mentions, 0);
  rows.splice(firstDirect < 0 ? rows.length : firstDirect, 0, {
    key: 'mentions',
    kind: 'mentions',
    unread,
  });
  return rows;
}

export function counted(count: number): string {
  return count >= limits.unread ? `${limits.unread}+` : String(count);
}

/**
 * @param here the row of the place that the index shows
 * @param cursor the row that the keys are for, if they are for this pane
 */
export function drawGroups(
  surface: Surface,
  rows: readonly GroupRow[],
  { first, here, cursor }: { first: number; here: string | undefined; cursor: string | undefined },
): void {
  for (let line = 0; line < surface.rows; line++) {
    const row = rows[first + line];
    if (!row) break;
    const unread = row.kind === 'mentions' ? row.unread : row.entry.unread;
    const count = unread > 0 ? counted(unread) : '';
    const style: CellStyle = {
      ...((row.key === here || unread > 0) && { bold: true }),
      ...(row.kind === 'group' && row.entry.notify === 'none' && { faint: true }),
    };
    const mark = row.key === here ? '▸' : ' ';
    surface.text(line, 0, mark, style);
    const countColumn = surface.columns - count.length - 1;
    surface.text(line, 1, nameOf(row), style, countColumn - 1);
    surface.text(line, countColumn, count, { ...style, colour: 'cyan' });
    if (row.key === cursor) reversed(surface, line);
  }
}

function nameOf(row: GroupRow): string {
  if (row.kind === 'mentions') return '@ mentions';
  const { name } = row.entry;
  return isDirectName(name) ? `✉ ${userOfDirectName(name)}` : name;
}

/** Marks the row of the cursor. */
export function reversed(surface: Surface, row: number): void {
  surface.restyle(row, 0, surface.columns, ({ faint: _, ...style }) => ({
    ...style,
    reverse: true,
  }));
}
