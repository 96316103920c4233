import type { ActionName } from '../keys/actions.ts';
import type { KeyTable } from '../keys/key-table.ts';
import { type GroupRow, groupRows } from '../panes/groups-pane.ts';
import type { Pane } from '../panes/layout.ts';
import type { Attention } from './attention.ts';
import { DraftIndex } from './draft-index.ts';
import type { Finding } from './finding.ts';
import type { Going } from './going.ts';
import type { Groups } from './groups.ts';
import { JoinIndex } from './join-index.ts';
import type { KeptDrafts } from './kept-drafts.ts';
import type { Reader } from './reader.ts';

interface MovesOptions {
  readonly groups: Groups;
  readonly reader: Reader;
  readonly drafts: KeptDrafts;
  readonly keys: KeyTable;
  /** Goes on with the draft of a place. */
  readonly goOnWith: (place: string) => Promise<void>;
  readonly attention: Attention;
  readonly finding: Finding;
  readonly going: Going;
  /** Asks the user, and ends the screen. */
  readonly askToLeave: () => Promise<void>;
}

const panes: readonly Pane[] = ['groups', 'index', 'message'];

/** Carries out the keys that move: in the panes, from pane to pane, and from group to group. */
export class Moves {
  constructor(private readonly options: MovesOptions) {}

  /** Does nothing if the action does not move. */
  act(action: ActionName): Promise<void> | undefined {
    const { reader, attention, finding } = this.options;
    switch (action) {
      case 'next':
        return reader.space();
      case 'page-back':
        return this.turnPage(-1);
      case 'page-forward':
        return this.turnPage(1);
      case 'down':
        return this.step(1);
      case 'up':
        return this.step(-1);
      case 'next-thread':
        reader.moveThread(1);
        return undefined;
      case 'previous-thread':
        reader.moveThread(-1);
        return undefined;
      case 'next-unread':
        return reader.nextThread(1);
      case 'previous-unread':
        return reader.nextThread(-1);
      case 'open':
        return this.open();
      case 'back':
        this.back();
        return undefined;
      case 'pane':
        this.turnPane(1);
        return undefined;
      case 'pane-back':
        this.turnPane(-1);
        return undefined;
      case 'first':
        return this.toEnd('start');
      case 'last':
        return this.toEnd('end');
      case 'attention':
        return attention.go();
      case 'mentions':
        return finding.mentions();
      default:
        return undefined;
    }
  }

  private turnPage(direction: 1 | -1): Promise<void> | undefined {
    const { reader } = this.options;
    if (reader.focus === 'groups') this.moveGroup(direction * reader.groupPage);
    else if (reader.layout.message) reader.scroll(direction * reader.pageRows);
    else return reader.move(direction * reader.indexPage);
    return undefined;
  }

  private step(rows: number): Promise<void> | undefined {
    const { reader } = this.options;
    if (reader.focus === 'message') reader.scroll(rows);
    else if (reader.focus === 'index') return reader.move(rows);
    else this.moveGroup(rows);
    return undefined;
  }

  private moveGroup(rows: number): void {
    const { reader } = this.options;
    const all = this.groupRows;
    const at = all.findIndex(({ key }) => key === reader.groupList.cursor);
    const to = all[Math.max(0, Math.min(all.length - 1, at + rows))];
    if (to) reader.groupList = { ...reader.groupList, cursor: to.key };
  }

  private get groupRows(): GroupRow[] {
    const { groups, drafts } = this.options;
    return groupRows(groups.all, {
      joinable: groups.joinable.count,
      drafts: drafts.places().length,
    });
  }

  private open(): Promise<void> | undefined {
    const { reader, drafts, keys, going, attention, finding, goOnWith } = this.options;
    if (reader.focus === 'index') {
      const { index, row } = reader;
      if (row && index instanceof JoinIndex) return going.join(row.groupName ?? '');
      if (row && index instanceof DraftIndex) return goOnWith(row.key);
      return reader.open();
    }
    if (reader.focus === 'message') return reader.openFound();
    const row = this.groupRows.find(({ key }) => key === reader.groupList.cursor);
    if (!row) return undefined;
    attention.end();
    switch (row.kind) {
      case 'mentions':
        return finding.mentions();
      case 'join':
        return reader.showJoinable();
      case 'drafts':
        return reader.showList(new DraftIndex(drafts, keys));
      case 'group':
        return reader.enter(row.entry.id, false);
    }
  }

  /** From the message to the index, from there to what was before a search, or to the groups; from the groups, out. */
  private back(): void {
    const { reader, askToLeave } = this.options;
    if (reader.focus === 'message') {
      reader.focus = 'index';
      reader.closeThread();
    } else if (reader.focus === 'index') {
      if (!reader.goBack()) reader.focus = 'groups';
    } else void askToLeave();
  }

  private turnPane(direction: 1 | -1): void {
    const { reader } = this.options;
    const at = panes.indexOf(reader.focus) + direction + panes.length;
    reader.focus = panes[at % panes.length] ?? 'index';
  }

  private toEnd(end: 'start' | 'end'): Promise<void> | undefined {
    const { reader } = this.options;
    if (reader.focus === 'index') return reader.moveToEnd(end);
    if (reader.focus === 'message') reader.scrollTo(end);
    else this.moveGroup(end === 'start' ? -this.groupRows.length : this.groupRows.length);
    return undefined;
  }
}
