import type { BoardClient } from '../../client/board-client.ts';
import { isDirectName } from '../../protocol/direct.ts';
import { BoardError } from '../../protocol/errors.ts';
import type { Header, Notice } from '../../protocol/schemas.ts';
import { type Content, Contents } from '../model/contents.ts';
import {
  nextStep,
  nextUnreadThread,
  type Step,
  type WhereReading,
} from '../model/reading-order.ts';
import type { Row } from '../model/row.ts';
import type { Scrolled } from '../model/scrolled.ts';
import type { Clock } from '../panes/clock.ts';
import { groupKey } from '../panes/groups-pane.ts';
import { type Layout, layoutOf, type Pane } from '../panes/layout.ts';
import type { Size } from '../terminal/display.ts';
import { FoundIndex } from './found-index.ts';
import { GroupIndex } from './group-index.ts';
import type { Groups } from './groups.ts';
import type { IndexView } from './index-view.ts';
import { JoinIndex } from './join-index.ts';
import { NothingHere } from './nothing-here.ts';
import { Shown } from './shown.ts';

interface ReaderOptions {
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

/** How often a count of the board that turns out to be wrong may send the reader on. */
const mostDetours = 5;

/** Where the user reads: the place, the cursor, the message that is shown, and what counts as read. */
export class Reader {
  focus: Pane = 'index';
  /** The left column. */
  groupList: Scrolled = { cursor: undefined, top: undefined };
  private view: IndexView;
  private current: Shown | undefined;
  /** The index to go back to from what was found. */
  private behind: Position | undefined;
  private readonly contents = new Contents();
  /** The message that is asked for. Others wait until its answer is here. */
  private loading: Promise<void> | undefined;
  /** Counts what the user did, so that an answer that comes late does not move the cursor. */
  private turn = 0;

  constructor(private readonly options: ReaderOptions) {
    this.view = new JoinIndex(options.board);
  }

  get index(): IndexView {
    return this.view;
  }

  get shown(): Shown | undefined {
    return this.current;
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

  /** The message that is shown. @throws NothingHere */
  get selected(): { readonly group: number; readonly number: number } {
    const { current } = this;
    if (current?.problem !== '') throw new NothingHere('There is no message here.');
    return { group: current.group, number: current.number };
  }

  /** The message that is shown, once it is loaded. @throws NothingHere */
  async message(): Promise<Content> {
    const { group, number } = this.selected;
    await this.loaded();
    const message = this.current?.is(group, number) ? this.current.message : undefined;
    if (!message) throw new NothingHere('The message could not be loaded.');
    return message;
  }

  /** Resolves when no message is being loaded. */
  async loaded(): Promise<void> {
    while (this.loading) await this.loading;
  }

  get layout(): Layout {
    return layoutOf(this.options.size(), this.focus);
  }

  /** Begins at the first unread message of the first unread group, or in the first group. */
  async start(): Promise<void> {
    const { all } = this.options.groups;
    const group = all.find(({ unread }) => unread > 0) ?? all[0];
    if (group) await this.enter(group.id, group.unread > 0);
    else await this.showJoinable();
  }

  /** Shows a group, at its first unread message or at its first row. */
  async enter(group: number, isReading: boolean): Promise<void> {
    const index = new GroupIndex(this.options.board, this.options.groups, group);
    const turn = this.show(index);
    this.groupList = { ...this.groupList, cursor: groupKey(group) };
    await index.loadStart();
    if (turn !== this.turn) return;
    if (isReading) {
      index.scrolled = { cursor: undefined, top: index.scrolled.cursor };
      await this.takeStep(nextUnreadThread(this.where()), turn);
    }
    this.select();
  }

  /** Shows another index in place of this one. @returns the turn that this is */
  show(index: IndexView): number {
    this.leave();
    this.view = index;
    this.current = undefined;
    if (this.focus === 'groups') this.focus = 'index';
    this.options.changed();
    return ++this.turn;
  }

  /** Where the user is, to come back to. */
  get position(): Position {
    const { view: index, focus, row } = this;
    return { index, focus, cursor: row?.key, group: row?.group, number: row?.number };
  }

  /** Shows an index again that was left, with the cursor where it was. */
  async comeBack({ index, focus, cursor, group, number }: Position): Promise<void> {
    const turn = this.show(index);
    this.focus = focus;
    if (index.listKey !== undefined) this.groupList = { ...this.groupList, cursor: index.listKey };
    const isThere = index.rows.some(({ key }) => key === cursor);
    if (isThere) index.scrolled = { ...index.scrolled, cursor };
    this.select();
    await index.refresh();
    if (turn !== this.turn) return;
    // The thread was closed meanwhile.
    if (!isThere && group !== undefined && number !== undefined) await this.goTo(group, number);
  }

  /** Shows messages that were found. `goBack` leads to the group that was shown before. */
  async showFound(index: FoundIndex): Promise<void> {
    if (!(this.view instanceof FoundIndex)) this.behind = this.position;
    const turn = this.show(index);
    this.focus = 'index';
    await index.loadStart();
    if (turn !== this.turn) return;
    this.select();
    this.options.changed();
  }

  /** Goes back from what was found. @returns whether there is anything behind it */
  goBack(): boolean {
    const { behind, view } = this;
    if (!behind || !(view instanceof FoundIndex)) return false;
    this.comeBack(behind).catch(this.options.failed);
    return true;
  }

  /** The place of the user is gone: shows another one. */
  async leavePlace(): Promise<void> {
    const { groups } = this.options;
    const { view, behind } = this;
    const isGone = ({ group }: IndexView) => group !== undefined && !groups.find(group);
    if (behind && isGone(behind.index)) this.behind = undefined;
    if (!isGone(view) && !(view instanceof JoinIndex && groups.all.length > 0)) return;
    this.current = undefined;
    const [first] = groups.all;
    if (first) await this.enter(first.id, false);
    else await this.showJoinable();
  }

  /** Shows the groups that the user can join, because the user is in none. */
  private async showJoinable(): Promise<void> {
    const index = new JoinIndex(this.options.board);
    this.show(index);
    await index.loadStart();
    this.options.changed();
  }

  /** Shows a message wherever it is, with its thread open. */
  async goTo(group: number, number: number): Promise<void> {
    const message = await this.options.board.call('message.get', { group, number });
    this.contents.set(group, number, message);
    const before = this.view;
    const index = this.indexOf(group);
    const turn = index === before ? ++this.turn : this.show(index);
    if (index === before) this.leave();
    await index.goTo(number, message.thread);
    if (turn !== this.turn) return;
    this.groupList = { ...this.groupList, cursor: groupKey(group) };
    this.select();
  }

  /** What Space does. */
  async space(): Promise<void> {
    const turn = ++this.turn;
    const listed = this.focus === 'groups' ? groupOf(this.groupList.cursor) : undefined;
    if (listed !== undefined && listed !== this.view.group) {
      await this.enter(listed, true);
      this.readOn();
      return;
    }
    await this.loaded();
    if (turn !== this.turn) return;
    const isHidden = !this.layout.message;
    this.readOn();
    if (isHidden && this.row?.unread && this.current?.endDrawn === false) return;
    if (!this.endShown) {
      this.scroll(this.pageRows);
      return;
    }
    await this.onwards(turn, isHidden);
  }

  /** What `n` and `N` do. */
  async nextThread(direction: 1 | -1): Promise<void> {
    const turn = ++this.turn;
    this.settle();
    await this.takeStep(nextUnreadThread(this.where(), direction), turn);
    this.select();
  }

  /** Moves the cursor of the index by rows. It waits for rows that are not loaded. */
  move(rows: number): Promise<void> | undefined {
    const turn = ++this.turn;
    if (this.view.isEdge(rows > 0 ? 1 : -1)) return this.moveOverEdge(rows, turn);
    this.moveLoaded(rows);
    return undefined;
  }

  private async moveOverEdge(rows: number, turn: number): Promise<void> {
    // What is being loaded may have been begun elsewhere, so once may not be enough.
    for (let loads = 0; loads < 2 && this.view.isEdge(rows > 0 ? 1 : -1); loads++) {
      await this.view.extend();
      if (turn !== this.turn) return;
    }
    this.moveLoaded(rows);
  }

  private moveLoaded(rows: number): void {
    const { rows: all, scrolled } = this.view;
    const at = all.findIndex(({ key }) => key === scrolled.cursor);
    const to = all[Math.max(0, Math.min(all.length - 1, at + rows))];
    if (to) this.moveTo(to.key);
  }

  /** Moves the cursor to the next or the previous thread. */
  moveThread(direction: 1 | -1): void {
    this.turn++;
    const { rows, scrolled } = this.view;
    const at = rows.findIndex(({ key }) => key === scrolled.cursor);
    const others = direction === 1 ? rows.slice(at + 1) : rows.slice(0, Math.max(0, at)).reverse();
    const to = others.find(({ isReply }) => !isReply);
    if (to) this.moveTo(to.key);
  }

  /** Opens the row of the cursor: its thread, and the message. */
  async open(): Promise<void> {
    const { row, view } = this;
    if (!row) return;
    const turn = ++this.turn;
    if (view instanceof GroupIndex && view.open?.thread !== row.thread) {
      await view.openThread(row.thread);
      if (turn !== this.turn) return;
      view.settle();
    }
    this.focus = 'message';
    this.select();
  }

  /** Goes from a message that was found to its place in its group. */
  async openFound(): Promise<void> {
    const { view, row } = this;
    if (view instanceof FoundIndex && row?.number !== undefined) {
      await this.goTo(row.group, row.number);
    }
  }

  /** Closes the thread that is open. */
  closeThread(): void {
    if (this.view instanceof GroupIndex) this.view.closeThread();
    this.select();
  }

  /** Moves the cursor to the first or the last row. */
  async moveToEnd(end: 'start' | 'end'): Promise<void> {
    const turn = ++this.turn;
    this.settle();
    const { view } = this;
    await (end === 'start' ? view.loadStart() : view.loadEnd());
    if (turn === this.turn) this.select();
  }

  /** Scrolls the message. @returns whether it moved */
  scroll(rows: number): boolean {
    const { current, layout } = this;
    const area = layout.message;
    const text = area && current?.rowsIn(area.columns);
    if (!current || !area || !text) return false;
    const before = current.offset;
    // Only as far as the end, which a long message does not need to be laid out for.
    while (rows > 0 && !text.endsBefore(current.offset + area.rows)) {
      current.offset++;
      rows--;
    }
    if (rows < 0) current.offset = Math.max(0, current.offset + rows);
    return current.offset !== before;
  }

  scrollTo(end: 'start' | 'end'): void {
    const { current, layout } = this;
    const area = layout.message;
    const text = area && current?.rowsIn(area.columns);
    if (!current || !area || !text) return;
    current.offset = end === 'start' ? 0 : Math.max(0, text.length - area.rows);
  }

  /** Rows of a page of the left column, and of the index. */
  get groupPage(): number {
    return Math.max(1, (this.layout.groups?.rows ?? 1) - 1);
  }

  get indexPage(): number {
    return Math.max(1, (this.layout.index?.rows ?? 1) - 1);
  }

  /** Rows of a page: one row of the page before is repeated. */
  get pageRows(): number {
    return Math.max(1, (this.layout.message?.rows ?? 1) - 1);
  }

  /** Called when the last row of the message was drawn. */
  drawnToEnd(): void {
    if (this.current) this.current.endDrawn = true;
  }

  take(notice: Notice): void {
    this.view.take(notice);
    if (this.view.rows.length === 0) {
      this.view.settle();
      this.showFirst();
    }
    const { method, params } = notice;
    if (method === 'message.edited') this.reload(params.groupId, params.message.number);
    if (method === 'message.deleted') {
      const { groupId, number, by } = params;
      this.contents.delete(groupId, number);
      if (this.current?.is(groupId, number)) {
        this.current.message = undefined;
        this.current.problem = `Message ${number} was deleted by ${by ?? 'the operator'}.`;
      }
    }
    if (method === 'messages.purged') {
      this.contents.clear();
      this.select();
    }
  }

  /** Reads a message of the board again, because it was changed. */
  reload(group: number, number: number): void {
    this.contents.delete(group, number);
    if (this.current?.is(group, number)) this.load();
  }

  /** The user has posted a message: the cursor stays. */
  posted(group: number, message: Header): void {
    this.options.groups.posted(group, message);
    if (this.view instanceof GroupIndex && this.view.group === group) this.view.posted(message);
    this.showFirst();
  }

  /** The user has edited a message. */
  edited(group: number, message: Content): void {
    const { content: _, revision: __, ...header } = message;
    this.view.take({
      method: 'message.edited',
      params: { group: message.group, groupId: group, message: header, change: 0 },
    });
    this.contents.set(group, message.number, message);
    if (this.current?.is(group, message.number)) this.current.message = message;
  }

  /** The connection is back: what was missed comes as notices, but not everything. */
  async resumed(): Promise<void> {
    this.contents.clear();
    await this.view.refresh();
    this.select();
  }

  /** The message that is shown stays unread when the cursor goes on. */
  keepUnread(): void {
    if (this.current) this.current.isKept = true;
  }

  /** What is unread has changed at once: reads the counts of the threads again. */
  async refresh(): Promise<void> {
    await this.view.refresh();
  }

  /** Takes what was deleted away, and shows the message that the cursor is on then. */
  goOn(): void {
    this.view.settle();
    this.select();
  }

  /** Messages of a thread were marked as read. */
  countThread(thread: number, read: number): void {
    if (this.view instanceof GroupIndex) this.view.read(thread, read);
  }

  /** Shows the message of the row that the cursor is on. */
  select(): void {
    const { row } = this;
    this.extend().catch(this.options.failed);
    if (!row) {
      this.current = undefined;
      return;
    }
    if (row.number !== undefined && this.current?.is(row.group, row.number)) return;
    if (row.number === undefined) {
      this.current = undefined;
      if (row.fold === 'closed') void this.loadFirst(row).catch(this.options.failed);
      return;
    }
    this.current = new Shown(row.group, row.number, this.options.clock);
    this.load();
  }

  /** The message counts as read if its end was on the screen. */
  leave(): void {
    const { current, options } = this;
    const message = current?.message;
    if (!current || !message || !current.endDrawn || current.isKept) return;
    if (!options.groups.isUnread(current.group, message)) return;
    options.groups.read(current.group, [message]);
    this.countThread(message.thread, 1);
  }

  moveTo(key: string): void {
    this.settle();
    this.view.scrolled = { ...this.view.scrolled, cursor: key };
    this.select();
  }

  /** Whether the end of the message is on the screen. */
  private get endShown(): boolean {
    const { current, layout } = this;
    const { message: area } = layout;
    return !current || !area || current.endsWithin(area.rows, area.columns);
  }

  private async extend(): Promise<void> {
    if (await this.view.extend()) this.options.changed();
  }

  /** An index that was empty has its first row. */
  private showFirst(): void {
    if (this.row || this.current) return;
    this.view.scrolled = { ...this.view.scrolled, cursor: this.view.rows[0]?.key };
    this.select();
  }

  private settle(): void {
    this.leave();
    this.view.settle();
  }

  /** Shows the message pane, where it is not beside the index. */
  private readOn(): void {
    if (!this.layout.message || this.focus === 'groups') this.focus = 'message';
  }

  private async onwards(turn: number, wasHidden: boolean): Promise<void> {
    this.settle();
    const { view } = this;
    if (!(view instanceof GroupIndex)) {
      const at = view.rows.findIndex(({ key }) => key === view.scrolled.cursor);
      const next = view.rows[at + 1];
      if (next) this.moveTo(next.key);
      else this.options.say('That was the last one. q goes back.');
      return;
    }
    const step = nextStep({ ...this.where(), endShown: true });
    await this.takeStep(step, turn);
    if (step.to === 'nothing' && wasHidden) this.focus = 'index';
    this.select();
  }

  private async takeStep(step: Step, turn: number, detours = mostDetours): Promise<void> {
    const { view, options } = this;
    if (turn !== this.turn) return;
    switch (step.to) {
      case 'page':
        this.scroll(this.pageRows);
        return;
      case 'message':
        if (view instanceof GroupIndex) view.moveTo(step.number);
        return;
      case 'thread': {
        if (!(view instanceof GroupIndex)) return;
        const number = await this.firstUnread(view, step.thread);
        if (turn !== this.turn) return;
        if (number !== undefined) view.moveTo(number);
        else await this.detour(turn, detours);
        return;
      }
      case 'oldest': {
        const { message } = await options.board.call('message.next', { group: step.group });
        if (turn !== this.turn) return;
        if (message && view instanceof GroupIndex) await view.goTo(message.number, message.thread);
        else {
          options.groups.nothingUnread(step.group);
          await this.detour(turn, detours);
        }
        return;
      }
      case 'group':
        await this.enter(step.group, true);
        return;
      case 'nothing':
        options.say('Nothing more is unread.');
    }
  }

  /** The count that led here was old: reading goes on from here. */
  private async detour(turn: number, detours: number): Promise<void> {
    if (detours === 0) return;
    await this.takeStep(nextUnreadThread(this.where()), turn, detours - 1);
  }

  /** Opens a thread at its first unread message. */
  private async firstUnread(index: GroupIndex, thread: number): Promise<number | undefined> {
    const { board, groups } = this.options;
    const { group } = index;
    const opened = await index.openThread(thread);
    const found = opened.messages.find((message) => groups.isUnread(group, message));
    if (found) return found.number;
    if (!index.isWhole) {
      const { message } = await board.call('message.next', { group, thread });
      if (message?.thread === thread) {
        await index.openThread(thread, message.number);
        return message.number;
      }
    }
    index.read(thread, Number.POSITIVE_INFINITY);
    return undefined;
  }

  private where(): WhereReading {
    const { view, options } = this;
    const index = view instanceof GroupIndex ? view : undefined;
    const open = index?.open;
    return {
      endShown: this.endShown,
      group: index?.group,
      number: this.row?.number,
      open: open && {
        thread: open.thread,
        isWhole: index.isWhole,
        messages: open.messages.map((message) => ({
          number: message.number,
          unread: !message.isDeleted && options.groups.isUnread(index.group, message),
        })),
      },
      threads: index?.threads ?? [],
      thread: this.row?.thread,
      groups: options.groups.all.map(({ id, unread, mentions, name }) => ({
        id,
        unread,
        mentions,
        isDirect: isDirectName(name),
      })),
    };
  }

  private indexOf(group: number): GroupIndex {
    const { view, options } = this;
    if (view instanceof GroupIndex && view.group === group) return view;
    return new GroupIndex(options.board, options.groups, group);
  }

  /** The first message of the thread is not visible: shows the first one that is. */
  private async loadFirst({ group, thread, key }: Row): Promise<void> {
    const { board, clock, changed } = this.options;
    const { messages } = await board.call('thread.get', { group, thread, limit: 1 });
    const [first] = messages;
    if (!first || this.row?.key !== key) return;
    this.current = new Shown(group, first.number, clock);
    this.load();
    changed();
  }

  /** Loads the message that is shown. One call is under way at a time, however fast the cursor moves. */
  private load(): void {
    const { current, contents } = this;
    if (!current) return;
    const known = contents.get(current.group, current.number);
    if (known) {
      current.message = known;
      return;
    }
    this.loading ??= this.fetch(current).finally(() => {
      this.loading = undefined;
      const { current: next } = this;
      if (next && next !== current && !next.message && next.problem === '') this.load();
    });
  }

  private async fetch(shown: Shown): Promise<void> {
    const { board, changed, failed } = this.options;
    const { group, number } = shown;
    try {
      const message = await board.call('message.get', { group, number });
      this.contents.set(group, number, message);
      if (this.current?.is(group, number)) this.current.message = message;
    } catch (error) {
      shown.problem =
        error instanceof BoardError ? error.message : 'The message could not be loaded.';
      if (!(error instanceof BoardError)) failed(error);
    }
    changed();
  }
}

function groupOf(key: string | undefined): number | undefined {
  return key?.startsWith('g') ? Number(key.slice(1)) : undefined;
}
