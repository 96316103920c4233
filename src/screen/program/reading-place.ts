import type { BoardClient } from '../../client/board-client.ts';
import type { Row } from '../model/row.ts';
import type { Scrolled } from '../model/scrolled.ts';
import type { Clock } from '../panes/clock.ts';
import { type Layout, layoutOf, type Pane } from '../panes/layout.ts';
import type { Size } from '../terminal/display.ts';
import { FoundIndex } from './found-index.ts';
import { GroupIndex } from './group-index.ts';
import type { Groups } from './groups.ts';
import type { IndexView } from './index-view.ts';
import { JoinIndex } from './join-index.ts';
import { MessageView } from './message-view.ts';

export interface ReadingOptions {
  readonly board: BoardClient;
  readonly groups: Groups;
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
  private view: IndexView;
  private turn = 0;

  constructor(readonly options: ReadingOptions) {
    this.view = new JoinIndex(options.board);
    this.messages = new MessageView({ ...options, area: () => this.layout.message });
  }

  get index(): IndexView {
    return this.view;
  }

  /** The row of the index that the cursor is on. */
  get row(): Row | undefined {
    return this.view.rows.find(({ key }) => key === this.view.scrolled.cursor);
  }

  /** The group where the user is: that of the index, or of the message under the cursor. */
  get group(): number | undefined {
    const { view, row } = this;
    if (view instanceof JoinIndex) return undefined;
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
    this.leave();
    this.view = index;
    this.messages.hide();
    if (this.focus === 'groups') this.focus = 'index';
    this.options.changed();
    return this.begin();
  }

  moveTo(key: string): void {
    this.settle();
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

  /** The user goes on: shows what has arrived. */
  settle(): void {
    this.leave();
    this.view.settle();
  }

  /** The message counts as read if its end was on the screen. */
  leave(): void {
    const { groups } = this.options;
    const { shown } = this.messages;
    const message = shown?.message;
    if (!shown || !message || !shown.endDrawn || shown.isKept) return;
    if (!groups.isUnread(shown.group, message)) return;
    groups.read(shown.group, [message]);
    this.countThread(message.thread, 1);
  }

  /** Messages of a thread were marked as read. */
  countThread(thread: number, read: number): void {
    if (this.view instanceof GroupIndex) this.view.read(thread, read);
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
