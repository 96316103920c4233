import { isDirectName, userOfDirectName } from '../../protocol/direct.ts';
import type { Hint } from '../keys/key-table.ts';
import type { Row } from '../model/row.ts';
import { shownFrom } from '../model/scrolled.ts';
import { drawLast, drawPosition, drawRules, drawTitle } from '../panes/chrome.ts';
import type { Clock } from '../panes/clock.ts';
import { counted, drawGroups, groupRows } from '../panes/groups-pane.ts';
import { drawIndex } from '../panes/index-pane.ts';
import type { Area } from '../panes/layout.ts';
import { drawText } from '../panes/message-pane.ts';
import { WrappedText } from '../panes/wrapped-text.ts';
import type { Surface } from '../terminal/surface.ts';
import { drawFoot, type Note } from '../widgets/foot.ts';
import { hintsIn } from '../widgets/hints.ts';
import { GroupIndex } from './group-index.ts';
import type { Groups } from './groups.ts';
import type { KeptDrafts } from './kept-drafts.ts';
import type { Reader } from './reader.ts';

interface FrameState {
  readonly title: string;
  readonly groups: Groups;
  readonly reader: Reader;
  readonly drafts: KeptDrafts;
  readonly clock: Clock;
  readonly connected: boolean;
  /** The keys that the last row shows, if there are no notes. */
  readonly hints: readonly Hint[];
  readonly notes: readonly Note[];
}

// With fewer columns, the first row leaves the name of the program out.
const narrow = 60;

/**
 * Draws the panes. Stores in `state.reader` what the screen shows: the first rows of the lists, and which message is shown to its end.
 * @returns the first of the last rows, which are over the panes if there are many notes
 */
export function drawFrame(surface: Surface, state: FrameState): number {
  const { reader, groups, title } = state;
  const { layout } = reader;
  const isNarrow = surface.columns < narrow;
  drawTitle(surface, isNarrow ? title : `corkboard · ${title}`, userLine(groups));
  drawRules(surface, layout);
  if (layout.groups) drawGroupList(viewOf(surface, layout.groups), state);
  if (layout.index) drawRows(viewOf(surface, layout.index), state);
  if (layout.message) drawMessage(viewOf(surface, layout.message), reader);
  drawPosition(surface, layout.position, notesOf(state));
  if (state.notes.length > 0) return drawFoot(surface, state.notes).top;
  const text = hintsIn(state.hints, surface.columns - 2);
  drawLast(surface, layout.last, { text, style: { faint: true }, place: placeOf(reader) });
  return layout.last;
}

function viewOf(surface: Surface, { row, column, rows, columns }: Area): Surface {
  return surface.view(row, column, rows, columns);
}

function userLine(groups: Groups): string {
  const { unread, mentions } = groups;
  const notes = [
    groups.user,
    ...(unread > 0 ? [`${counted(unread)} unread`] : []),
    ...(mentions > 0 ? [`${mentions} @`] : []),
  ];
  return notes.join(' · ');
}

function drawGroupList(surface: Surface, { reader, groups, drafts }: FrameState): void {
  const counts = { joinable: groups.joinable.count, drafts: drafts.places().length };
  const rows = groupRows(groups.all, counts);
  const { first, at } = shownFrom(rows, reader.groupList, surface.rows);
  const row = rows[at];
  reader.groupList = { cursor: row?.key, top: rows[first]?.key };
  const here = reader.index.listKey;
  drawGroups(surface, rows, {
    first,
    here,
    cursor: reader.focus === 'groups' ? row?.key : undefined,
    marked: drafts.marked,
  });
}

function drawRows(surface: Surface, { reader, clock, groups, drafts }: FrameState): void {
  const { index } = reader;
  const { rows } = index;
  const { first, at } = shownFrom(rows, index.scrolled, surface.rows);
  index.scrolled = { cursor: rows[at]?.key, top: rows[first]?.key };
  const isFocused = reader.focus === 'index';
  const { marked } = drafts;
  const hasDraft = ({ group, number = 0 }: Row) => marked.has(`${groups.nameOf(group)}#${number}`);
  drawIndex(surface, rows, { first, at, isFocused, clock, empty: index.empty, hasDraft });
  if (index instanceof GroupIndex) index.seen(rows.slice(first, first + surface.rows));
}

function drawMessage(surface: Surface, reader: Reader): void {
  const { shown } = reader;
  if (!shown) {
    drawWrapped(surface, reader.index.note ?? '');
    return;
  }
  const text = shown.rowsIn(surface.columns);
  if (!text) {
    drawWrapped(surface, shown.problem || 'Loading …');
    return;
  }
  // A wider screen may have brought the end of the text up.
  while (shown.offset > 0 && text.endsBefore(shown.offset)) shown.offset--;
  drawText(surface, text, shown.offset);
}

function drawWrapped(surface: Surface, text: string): void {
  drawText(surface, new WrappedText(text, surface.columns), 0);
}

/** What the line above the last says: the place in the thread, what is new, and whether there is more of the message. */
function notesOf({ reader, groups, connected }: FrameState): string[] {
  const { index, row, shown, layout } = reader;
  const notes: string[] = [];
  if (!connected) notes.push('not connected');
  const area = layout.message;
  if (shown && area && !shown.endsWithin(area.rows, area.columns)) notes.push('more ▼');
  if (index instanceof GroupIndex && row) {
    const { open } = index;
    const at = open?.messages.findIndex(({ number }) => number === row.number) ?? -1;
    const thread = index.threads.find((entry) => entry.thread === row.thread);
    const isWhole = open?.atStart === true;
    if (groups.permissions.isClosed(index.group, row.thread)) notes.push('closed');
    if (at >= 0 && isWhole && thread)
      notes.push(`${at + 1} of ${Math.max(at + 1, row.count ?? thread.replies + 1)}`);
    const { first } = shownFrom(index.rows, index.scrolled, layout.index?.rows ?? 1);
    const above = index.freshAbove(index.rows[first]);
    if (above > 0) notes.push(`${above} new ▲`);
  }
  if (index.held > 0) notes.push(`${index.held} new ▼`);
  return notes;
}

function placeOf({ index, row }: Reader): string {
  const { title, group } = index;
  if (group === undefined) return title;
  const name = isDirectName(title) ? `✉ ${userOfDirectName(title)}` : title;
  return row ? `${name} › ${row.subject}` : name;
}
