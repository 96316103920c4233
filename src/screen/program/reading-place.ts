import type { BoardClient } from '../../client/board-client.ts';
import type { KeyTable } from '../keys/key-table.ts';
import type { Row } from '../model/row.ts';
import type { Scrolled } from '../model/scrolled.ts';
import type { Clock } from '../panes/clock.ts';
import { groupOfKey } from '../panes/groups-pane.ts';
import { type Layout, layoutOf, type Pane } from '../panes/layout.ts';
import type { Size } from '../terminal/display.ts';
import { FoundIndex } from './found-index.ts';
import { GroupIndex } from './group-index.ts';
import type { Groups } from './groups.ts';
import type { IndexView } from './index-view.ts';
import { JoinIndex } from './join-index.ts';
import { ListIndex } from './list-index.ts';
import { MarkedSteps } from './marked-steps.ts';
import { MessageView } from './message-view.ts';
import { glance, type Press } from './presses.ts';

export interface ReadingOptions {
  readonly board: BoardClient;
  readonly groups: Groups;
  readonly keys: KeyTable;
  readonly clock: Clock;
  readonly size: () => Size;
  /** Draws the screen again. */
  readonly changed: () => void;
  /** Tells the user something in the last line. */
  readonly say: (text: string) => void;
  /** Called with an error of a call that nobody waits for. */
  readonly failed: (error: unknown) => void;
}

/** A place in an index. */
export interface Position {
  readonly index: IndexView;
  readonly focus: Pane;
  readonly cursor: string | undefined;
  readonly group: number | undefined;
  readonly number: number | undefined;
}

/** Where the user is: the index with its cursor, and the message that is shown. */
export class ReadingPlace {
  focus: Pane = 'index';
  /** The left column. */
  groupList: Scrolled = { cursor: undefined, top: undefined };
  readonly messages: MessageView;
  /** What was marked as read here, for `z`. */
  readonly marked = new MarkedSteps();
  /** The key that is being carried out. */
  press: Press | undefined;
  private view: IndexView;
  private turn = 0;

  constructor(readonly options: ReadingOptions) {
    this.view = new JoinIndex(options.groups.joinable, options.keys, true);
    this.messages = new MessageView({ ...options, area: () => this.layout.message });
  }

  get index(): IndexView {
    return this.view;
  }

  /** The row of the index that the cursor is on. */
  get row(): Row | undefined {
    return this.view.rows.find(({ key }) => key === this.view.scrolled.cursor);
  }

  /** The group that keys are about: that of the cursor in the list of groups, of the index, or of the message under the cursor. */
  get group(): number | undefined {
    const { view, row } = this;
    if (this.focus === 'groups') return groupOfKey(this.groupList.cursor);
    if (view instanceof ListIndex) return undefined;
    return view.group ?? (view instanceof FoundIndex ? view.within : undefined) ?? row?.group;
  }

  get layout(): Layout {
    return layoutOf(this.options.size(), this.focus);
  }

  /** Rows of a page: one row of the page before is repeated. */
  get pageRows(): number {
    return Math.max(1, (this.layout.message?.rows ?? 1) - 1);
  }

  /** Where the user is, to come back to. */
  get position(): Position {
    const { view: index, focus, row } = this;
    return { index, focus, cursor: row?.key, group: row?.group, number: row?.number };
  }

  /** The user does something: what earlier keys are still waiting for does not move the cursor any more. @returns the new turn */
  begin(): number {
    return ++this.turn;
  }

  /** Whether the user has done nothing since `begin` returned this turn. */
  isStill(turn: number): boolean {
    return turn === this.turn;
  }

  /** Shows another index in place of this one. @returns the turn that this is */
  show(index: IndexView): number {
    this.view = index;
    this.messages.hide();
    if (this.focus === 'groups') this.focus = 'index';
    this.options.changed();
    return this.begin();
  }

  /** Moves the cursor to a row. It is that of another message, or of a thread, so the user goes on. */
  moveTo(key: string): void {
    this.readOn();
    this.view.scrolled = { ...this.view.scrolled, cursor: key };
    this.select();
  }

  /** Shows the message of the row that the cursor is on. */
  select(): void {
    const { row, messages } = this;
    this.extend().catch(this.options.failed);
    if (row?.number !== undefined) {
      messages.show(row.group, row.number);
      return;
    }
    messages.hide();
    if (row?.fold === 'closed') this.loadFirst(row).catch(this.options.failed);
  }

  /** An index that was empty has its first row. */
  showFirst(): void {
    if (this.row || this.messages.shown) return;
    this.view.scrolled = { ...this.view.scrolled, cursor: this.view.rows[0]?.key };
    this.select();
  }

  /** Whether the message that is shown is unread. */
  get isUnread(): boolean {
    const { shown } = this.messages;
    const message = shown?.message;
    return shown && message ? this.options.groups.isUnread(shown.group, message) : false;
  }

  /**
   * Whether the user can have seen the end of the message: a frame with it was on the terminal for a while when the key that is being
   * carried out was pressed. A key that was typed ahead, or that is held down, comes too early.
   */
  get isSeen(): boolean {
    const { press, messages } = this;
    const since = messages.shown?.endSentAt;
    return press !== undefined && since !== undefined && press.at - since >= glance;
  }

  /** The user reads on: marks the message that is shown as read if its end was seen, and shows what has arrived. */
  readOn(): void {
    this.markSeen();
    this.view.settle();
  }

  /** Marks the message that is shown as read if its end was seen. Only keys that read on do that. */
  markSeen(): void {
    const { shown } = this.messages;
    const message = shown?.message;
    if (!message || !this.isUnread || !this.isSeen || shown.isKept) return;
    const { group, number } = shown;
    this.options.groups.read(group, [message]);
    this.countThread(group, message.thread, 1);
    const mentions = Number(this.options.groups.isMention(message));
    this.marked.add({ of: 'message', group, number, thread: message.thread, mentions });
  }

  /** Messages of a thread were marked as read. */
  countThread(group: number, thread: number, read: number): void {
    if (this.view instanceof GroupIndex && this.view.group === group) this.view.read(thread, read);
  }

  private async extend(): Promise<void> {
    if (await this.view.extend()) this.options.changed();
  }

  /** The first message of the thread is not visible: shows the first one that is. */
  private async loadFirst({ group, thread, key }: Row): Promise<void> {
    const { board, changed } = this.options;
    const { messages } = await board.call('thread.get', { group, thread, limit: 1 });
    const [first] = messages;
    if (!first || this.row?.key !== key) return;
    this.messages.show(group, first.number);
    changed();
  }
}
