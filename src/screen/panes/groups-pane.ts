import { isDirectName, userOfDirectName } from '../../protocol/direct.ts';
import { limits } from '../../protocol/limits.ts';
import type { GroupEntry } from '../model/group-entry.ts';
import type { CellStyle } from '../terminal/cells.ts';
import type { Surface } from '../terminal/surface.ts';

/** A row of the left column: a group, or a list. */
export type GroupRow =
  | { readonly key: string; readonly kind: 'group'; readonly entry: GroupEntry }
  | { readonly key: 'mentions'; readonly kind: 'mentions'; readonly unread: number }
  /** The groups that the user can join, or the drafts: `count` of them. */
  | { readonly key: 'join' | 'drafts'; readonly kind: 'join' | 'drafts'; readonly count: number };

export function groupKey(group: number): string {
  return `g${group}`;
}

/** The group of a row of the left column. Undefined for other rows. */
export function groupOfKey(key: string | undefined): number | undefined {
  return key?.startsWith('g') ? Number(key.slice(1)) : undefined;
}

/** The groups, the mentions, and the direct conversations; then the drafts, if there are any, and the groups that can be joined. */
export function groupRows(
  entries: readonly GroupEntry[],
  { joinable = 0, drafts = 0 }: { joinable?: number; drafts?: number } = {},
): GroupRow[] {
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
  if (drafts > 0) rows.push({ key: 'drafts', kind: 'drafts', count: drafts });
  rows.push({ key: 'join', kind: 'join', count: joinable });
  return rows;
}

export function counted(count: number): string {
  return count >= limits.unread ? `${limits.unread}+` : String(count);
}

/**
 * @param here the row of the place that the index shows
 * @param cursor the row that the keys are for, if they are for this pane
 * @param marked the names of groups that have a draft
 */
export function drawGroups(
  surface: Surface,
  rows: readonly GroupRow[],
  {
    first,
    here,
    cursor,
    marked = new Set(),
  }: {
    first: number;
    here: string | undefined;
    cursor: string | undefined;
    marked?: ReadonlySet<string>;
  },
): void {
  for (let line = 0; line < surface.rows; line++) {
    const row = rows[first + line];
    if (!row) break;
    const unread = unreadOf(row);
    const number = 'count' in row ? row.count : unread;
    const count = number > 0 ? counted(number) : '';
    const style: CellStyle = {
      ...((row.key === here || unread > 0) && { bold: true }),
      ...(row.kind === 'group' && row.entry.notify === 'none' && { faint: true }),
    };
    const mark = row.key === here ? '▸' : ' ';
    surface.text(line, 0, mark, style);
    const countColumn = surface.columns - count.length - 1;
    const hasDraft = row.kind === 'group' && marked.has(row.entry.name);
    const end = countColumn - (hasDraft ? 3 : 1);
    const after = surface.text(line, 1, nameOf(row), style, end);
    if (hasDraft) surface.text(line, after, ' ✎', { ...style, colour: 'yellow' });
    const colour = unread > 0 ? ({ colour: 'cyan' } as const) : {};
    surface.text(line, countColumn, count, { ...style, ...colour });
    if (row.key === cursor) reversed(surface, line);
  }
}

function unreadOf(row: GroupRow): number {
  if (row.kind === 'group') return row.entry.unread;
  return row.kind === 'mentions' ? row.unread : 0;
}

function nameOf(row: GroupRow): string {
  if (row.kind === 'mentions') return '@ mentions';
  if (row.kind !== 'group') return row.kind === 'join' ? '+ join a group' : '✎ drafts';
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
