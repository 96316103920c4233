import type { Header, Notice } from '../../protocol/schemas.ts';
import type { Content } from '../model/contents.ts';
import type { FoundIndex } from './found-index.ts';
import { GroupIndex } from './group-index.ts';
import { IndexMoves } from './index-moves.ts';
import type { ListIndex } from './list-index.ts';
import { Places } from './places.ts';
import { type Position, ReadingPlace } from './reading-place.ts';
import type { Shown } from './shown.ts';
import { Steps } from './steps.ts';

/** Where the user reads, with all that keys and notices do to it. */
export class Reader extends ReadingPlace {
  private readonly steps = new Steps(this);
  private readonly places = new Places(this, this.steps);
  private readonly moves = new IndexMoves(this);

  get shown(): Shown | undefined {
    return this.messages.shown;
  }

  /** Group and number of the message that is shown. @throws NothingHere */
  get selected(): { readonly group: number; readonly number: number } {
    return this.messages.selected;
  }

  /** Rows of a page of the left column. */
  get groupPage(): number {
    return Math.max(1, (this.layout.groups?.rows ?? 1) - 1);
  }

  /** Rows of a page of the index. */
  get indexPage(): number {
    return Math.max(1, (this.layout.index?.rows ?? 1) - 1);
  }

  /** The message that is shown, once it is loaded. @throws NothingHere */
  message(): Promise<Content> {
    return this.messages.message();
  }

  /** Resolves when no message is being loaded. */
  loaded(): Promise<void> {
    return this.messages.loaded();
  }

  /** Begins at the first unread message of the first unread group, or in the first group. */
  start(): Promise<void> {
    return this.places.start();
  }

  /** Shows a group, at its first unread message or at its first row. */
  enter(group: number, isReading: boolean): Promise<void> {
    return this.steps.enter(group, isReading);
  }

  /** Shows a message wherever it is, with its thread open. */
  goTo(group: number, number: number): Promise<void> {
    return this.places.goTo(group, number);
  }

  /** Moves the cursor back to a message that was read. */
  returnTo(group: number, number: number): Promise<void> {
    return this.places.returnTo(group, number);
  }

  /** Shows an index again that was left, with the cursor where it was. */
  comeBack(position: Position): Promise<void> {
    return this.places.comeBack(position);
  }

  /** Shows messages that were found. `goBack` leads to the group that was shown before. */
  showFound(index: FoundIndex): Promise<void> {
    return this.places.showFound(index);
  }

  /** Shows the groups that the user can join. `goBack` leads back. */
  showJoinable(): Promise<void> {
    return this.places.showJoinable();
  }

  /** Shows a list, as `showJoinable` does. */
  showList(index: ListIndex): Promise<void> {
    return this.places.showList(index);
  }

  /** Goes back from what was found. @returns whether the user was in anything that was found */
  goBack(): boolean {
    return this.places.goBack();
  }

  /** Goes from a message that was found to its place in its group. */
  openFound(): Promise<void> {
    return this.places.openFound();
  }

  /** Shows another place, if the user is not in the group any more. */
  leavePlace(): Promise<void> {
    return this.places.leavePlace();
  }

  /** What Space does. */
  space(): Promise<void> {
    return this.steps.space();
  }

  /** What `n` and `N` do. */
  nextThread(direction: 1 | -1): Promise<void> {
    return this.steps.nextThread(direction);
  }

  /** Moves the cursor of the index by rows. @returns a promise if it has to load rows first */
  move(rows: number): Promise<void> | undefined {
    return this.moves.move(rows);
  }

  /** Moves the cursor to the next or the previous thread. */
  moveThread(direction: 1 | -1): void {
    this.moves.moveThread(direction);
  }

  /** Moves the cursor to the first or the last row. */
  moveToEnd(end: 'start' | 'end'): Promise<void> {
    return this.moves.moveToEnd(end);
  }

  /** Opens the row of the cursor: its thread, and the message. */
  open(): Promise<void> {
    return this.moves.open();
  }

  /** Closes the thread that is open. */
  closeThread(): void {
    if (this.index instanceof GroupIndex) this.index.closeThread();
    this.select();
  }

  /** Scrolls the message. @returns whether it moved */
  scroll(rows: number): boolean {
    return this.messages.scroll(rows);
  }

  scrollTo(end: 'start' | 'end'): void {
    this.messages.scrollTo(end);
  }

  take(notice: Notice): void {
    const { index, messages } = this;
    index.take(notice);
    if (index.rows.length === 0) {
      index.settle();
      this.showFirst();
    }
    const { method, params } = notice;
    if (method === 'message.edited') messages.reload(params.groupId, params.message.number);
    if (method === 'message.deleted') messages.deleted(params.groupId, params.number, params.by);
    if (method === 'messages.purged') {
      messages.forget();
      this.select();
    }
  }

  /** The user has posted a message: the cursor stays. */
  posted(group: number, message: Header): void {
    this.options.groups.posted(group, message);
    const { index } = this;
    if (index instanceof GroupIndex && index.group === group) index.posted(message);
    this.showFirst();
  }

  /** The user has edited a message. */
  edited(group: number, message: Content): void {
    const { content: _, revision: __, ...header } = message;
    this.index.take({
      method: 'message.edited',
      params: { group: message.group, groupId: group, message: header, change: 0 },
    });
    this.messages.know(group, message.number, message);
  }

  /** The connection is back: what was missed comes as notices, but not everything. */
  async resumed(): Promise<void> {
    this.messages.forget();
    await this.index.refresh();
    this.select();
  }

  /** The message that is shown stays unread when the cursor goes on. */
  keepUnread(): void {
    if (this.shown) this.shown.isKept = true;
  }

  /** What is unread has changed at once: reads the counts of the threads again. */
  async refresh(): Promise<void> {
    await this.index.refresh();
  }

  /** Takes what was deleted away, and shows the message that the cursor is on then. */
  goOn(): void {
    this.index.settle();
    this.select();
  }
}
