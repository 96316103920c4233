import type { Header, Notice } from '../../protocol/schemas.ts';
import {
  changedMessage,
  type OpenThread,
  withoutDeleted,
  withReply,
} from '../model/open-thread.ts';
import { messageKey, type Row, rowsOf, threadKey } from '../model/row.ts';
import { type Scrolled, without } from '../model/scrolled.ts';
import {
  changedThread,
  emptyWindow,
  isEmptied,
  type ThreadWindow,
  withPostedIn,
} from '../model/thread-window.ts';
import type { Groups } from './groups.ts';

// Messages that are kept until the user goes on: as many as threads of the index.
const mostArrived = 400;

/**
 * The rows of a group as far as they are loaded: its threads, and the messages of one thread that is open. Whatever changes them,
 * the cursor and the first row of the screen stay where they are.
 */
export class ThreadRows {
  scrolled: Scrolled = { cursor: undefined, top: undefined };
  protected window: ThreadWindow = emptyWindow;
  protected opened: OpenThread | undefined;
  /** Messages that are not among the rows yet. */
  protected arrived: Header[] = [];
  /** How many more have arrived, of which only the number is kept. */
  protected missed = 0;
  private cached: { readonly rows: Row[]; readonly entry: unknown } | undefined;

  constructor(
    protected readonly groups: Groups,
    readonly group: number,
  ) {}

  get held(): number {
    return this.arrived.length + this.missed;
  }

  get open(): OpenThread | undefined {
    return this.opened;
  }

  get threads(): ThreadWindow['threads'] {
    return this.window.threads;
  }

  get rows(): readonly Row[] {
    // What is unread depends on the entry of the group.
    const entry = this.groups.find(this.group);
    if (this.cached?.entry !== entry) this.cached = undefined;
    this.cached ??= {
      entry,
      rows: rowsOf({
        group: this.group,
        window: this.window,
        open: this.opened,
        isUnread: (message) => this.groups.isUnread(this.group, message),
        isMention: (message) => this.groups.isMention(message),
        isMutedThread: (thread) => this.groups.isMutedThread(this.group, thread),
      }),
    };
    return this.cached.rows;
  }

  /** Whether all messages of the open thread are loaded. */
  get isWhole(): boolean {
    const { opened } = this;
    return opened ? opened.atStart && !opened.more : false;
  }

  isEdge(direction: 1 | -1): boolean {
    const { rows, window, opened } = this;
    const at = rows.findIndex(({ key }) => key === this.scrolled.cursor);
    const next = rows[at + direction];
    if (opened && rows[at]?.thread === opened.thread && !next?.isReply) {
      const isFirst = rows[at]?.number === opened.messages[0]?.number;
      if (direction === 1 ? opened.more : isFirst && !opened.atStart) return true;
    }
    return !next && (direction === 1 ? window.next !== undefined : !window.atTop);
  }

  closeThread(): void {
    const { opened } = this;
    if (!opened) return;
    const key = threadKey(opened.thread);
    const isInside = this.row?.thread === opened.thread;
    this.change(() => {
      this.opened = undefined;
    });
    if (isInside) this.scrolled = { ...this.scrolled, cursor: key };
  }

  /** The row that the cursor is on. */
  get row(): Row | undefined {
    return this.rows.find(({ key }) => key === this.scrolled.cursor);
  }

  /** Moves the cursor to a message of the open thread. */
  moveTo(number: number): void {
    const row = this.rows.find((each) => each.number === number);
    this.scrolled = { ...this.scrolled, cursor: row?.key ?? messageKey(this.group, number) };
  }

  /** The user has posted: the message is shown at once. The start of the list stays in sight, with a new thread there. */
  posted(message: Header): void {
    const isAtStart = this.scrolled.top === this.rows[0]?.key;
    this.arrived.push(message);
    this.count(message);
    this.settle();
    if (isAtStart) this.scrolled = { ...this.scrolled, top: this.rows[0]?.key };
  }

  settle(): void {
    const arrived = this.arrived.splice(0);
    this.change(() => {
      for (const message of arrived) {
        const isNew = message.thread === message.number;
        if (isNew) {
          const isUnread = this.groups.isUnread(this.group, message);
          this.window = withPostedIn(this.window, message, isUnread);
        }
        this.opened = this.opened && withReply(this.opened, message);
      }
      this.opened = this.opened && withoutDeleted(this.opened);
      if (this.opened?.messages.length === 0) this.opened = undefined;
      const gone = this.window.threads.filter(isEmptied);
      for (const { thread } of gone) {
        this.window = changedThread(this.window, thread, () => undefined);
      }
    });
  }

  /** Messages of a thread were read. */
  read(thread: number, count: number): void {
    this.change(() => {
      this.window = changedThread(this.window, thread, (entry) => ({
        ...entry,
        unread: Math.max(0, entry.unread - count),
      }));
    });
  }

  /** The rows on the screen: threads among them are not new any more. */
  seen(rows: readonly Row[]): void {
    for (const { key, thread } of rows) {
      const entry = this.window.threads.find((each) => each.thread === thread);
      if (!entry?.isFresh || key !== threadKey(thread)) continue;
      this.window = changedThread(this.window, thread, ({ isFresh: _, ...rest }) => rest);
    }
  }

  /** New threads that are above the screen. */
  freshAbove(firstRow: Row | undefined): number {
    let count = 0;
    for (const entry of this.window.threads) {
      if (entry.thread === firstRow?.thread) break;
      if (entry.isFresh) count++;
    }
    return count;
  }

  /** A notice about the group. What it leaves open, such as how many messages are unread, is up to the caller. */
  protected taken(notice: Notice): void {
    const { method, params } = notice;
    switch (method) {
      case 'message.posted':
        if (this.arrived.length < mostArrived) this.arrived.push(params.message);
        else this.missed++;
        this.count(params.message);
        break;
      case 'message.edited': {
        const { message } = params;
        const { subject } = message;
        this.change(() => {
          this.opened = this.opened && changedMessage(this.opened, message.number, message);
          this.window = changedThread(this.window, message.number, (entry) => ({
            ...entry,
            subject,
          }));
        });
        break;
      }
      case 'message.deleted':
        this.arrived = this.arrived.filter(({ number }) => number !== params.number);
        this.change(() => {
          this.opened =
            this.opened && changedMessage(this.opened, params.number, { isDeleted: true });
        });
        break;
      default:
    }
  }

  private count(message: Header): void {
    // A new thread is shown later. Of one that is there, the row says at once that it has something new.
    if (message.thread === message.number) return;
    const isUnread = this.groups.isUnread(this.group, message);
    this.change(() => {
      this.window = withPostedIn(this.window, message, isUnread);
    });
  }

  protected changeThread(thread: number, change: (open: OpenThread) => OpenThread): void {
    if (this.opened?.thread !== thread) return;
    const { opened } = this;
    this.change(() => {
      this.opened = change(opened);
    });
  }

  protected show(window: ThreadWindow): void {
    this.window = window;
    this.cached = undefined;
  }

  /** Changes the rows. The cursor and the first row of the screen stay where they are, or go to what is next to them. */
  protected change(make: () => void): void {
    const before = this.rows;
    make();
    this.cached = undefined;
    this.scrolled = without(before, this.rows, this.scrolled);
  }
}
