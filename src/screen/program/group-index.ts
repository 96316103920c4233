import type { BoardClient } from '../../client/board-client.ts';
import { BoardError } from '../../protocol/errors.ts';
import type { Header, Notice, Result } from '../../protocol/schemas.ts';
import {
  changedMessage,
  type OpenThread,
  withEarlier,
  withLater,
  withoutDeleted,
  withReply,
} from '../model/open-thread.ts';
import { messageKey, type Row, rowsOf, threadKey } from '../model/row.ts';
import { type Scrolled, without } from '../model/scrolled.ts';
import {
  changedThread,
  emptyWindow,
  isEmptied,
  refreshed,
  type ThreadWindow,
  windowOf,
  withNewer,
  withOlder,
  withPostedIn,
} from '../model/thread-window.ts';
import { groupKey } from '../panes/groups-pane.ts';
import type { Groups } from './groups.ts';
import type { IndexView } from './index-view.ts';

// Threads and messages in a page.
const pageSize = 50;
// The first page fills the screen, and takes as little time as possible.
const firstPage = 30;
// Rows beyond the cursor that are loaded before it gets there.
const ahead = 20;

type Threads = Result<'thread.list'>['threads'];

/** The threads of a group, those with the newest messages first, and the messages of one thread that is open. */
export class GroupIndex implements IndexView {
  scrolled: Scrolled = { cursor: undefined, top: undefined };
  private window: ThreadWindow = emptyWindow;
  private opened: OpenThread | undefined;
  private arrived: Header[] = [];
  private isLoaded = false;
  private extending: Promise<boolean> | undefined;
  private cached: { readonly rows: Row[]; readonly entry: unknown } | undefined;

  constructor(
    private readonly board: Pick<BoardClient, 'call'>,
    private readonly groups: Groups,
    readonly group: number,
  ) {}

  get listKey(): string {
    return groupKey(this.group);
  }

  get title(): string {
    return this.groups.nameOf(this.group);
  }

  get empty(): string {
    return this.isLoaded ? 'No messages yet. Press c to write the first one.' : 'Loading …';
  }

  get held(): number {
    return this.arrived.length;
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

  async loadStart(): Promise<void> {
    const page = await this.list(undefined, firstPage);
    this.isLoaded = true;
    this.show(windowOf(page, true));
    this.arrived = [];
    const [first] = this.window.threads;
    this.scrolled = { cursor: first && threadKey(first.thread), top: undefined };
  }

  /** The board has no order from the other end, but a message with a small number is in an old thread. */
  async loadEnd(): Promise<void> {
    if (this.window.next !== undefined) {
      for (let before = 64; ; before *= 4) {
        const page = await this.list(before);
        if (page.threads.length === 0 && before < this.window.next) continue;
        this.opened = undefined;
        this.show(windowOf(page, false));
        break;
      }
      while (this.window.next !== undefined) await this.older(this.window.next);
    }
    const last = this.rows.at(-1);
    this.scrolled = { cursor: last?.key, top: undefined };
  }

  extend(): Promise<boolean> {
    this.extending ??= this.load().finally(() => {
      this.extending = undefined;
    });
    return this.extending;
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

  private async load(): Promise<boolean> {
    const { rows, window, opened } = this;
    const at = rows.findIndex(({ key }) => key === this.scrolled.cursor);
    await this.extendThread(rows[at]);
    if (this.window.next !== undefined && at >= rows.length - ahead) {
      await this.older(this.window.next);
    }
    if (!this.window.atTop && at < ahead) await this.newer();
    return window !== this.window || opened !== this.opened;
  }

  /**
   * Opens a thread, and closes the one that was open.
   * @param from the number of the message from which on it is needed
   */
  async openThread(thread: number, from?: number): Promise<OpenThread> {
    const entry = this.window.threads.find((each) => each.thread === thread);
    const isShort = (entry?.replies ?? 0) < 2 * pageSize;
    // A page before the first message that is needed: the numbers of a thread are far apart, so it is often its start.
    const after = from === undefined || isShort ? 0 : from - 1;
    const { messages, more } = await this.messagesOf(
      thread,
      after,
      isShort ? 2 * pageSize : pageSize,
    );
    this.change(() => {
      this.opened = { thread, messages, atStart: after === 0, more };
    });
    return this.opened as OpenThread;
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

  /** Opens the thread of any visible message, wherever it is, with the cursor at the message. */
  async goTo(number: number, thread: number): Promise<void> {
    this.isLoaded = true;
    if (!this.window.threads.some((entry) => entry.thread === thread)) {
      const query = `in:${this.group} thread:${thread}`;
      const { messages } = await this.board.call('message.search', { query, limit: 1 });
      const newest = messages[0]?.number ?? number;
      const page = await this.list(newest + 1);
      this.opened = undefined;
      this.show(windowOf(page, false));
      this.scrolled = { cursor: threadKey(thread), top: undefined };
    }
    await this.openThread(thread, number);
    this.moveTo(number);
  }

  take(notice: Notice): void {
    const { method, params } = notice;
    if (!('groupId' in params) || params.groupId !== this.group) return;
    switch (method) {
      case 'message.posted':
        this.arrived.push(params.message);
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
        void this.refreshQuietly();
        break;
      case 'messages.purged':
      case 'marks.changed':
        void this.refreshQuietly();
        break;
      default:
    }
  }

  /** The user has posted: the message is shown at once. */
  posted(message: Header): void {
    this.arrived.push(message);
    this.count(message);
    this.settle();
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

  async refresh(): Promise<void> {
    // In pages, of which the first is the newest.
    const { threads } = this.window;
    const newest = threads.reduce((most, { lastNumber }) => Math.max(most, lastNumber), 0);
    const loaded = new Map<number, Threads[number]>();
    let before: number | undefined = this.window.atTop ? undefined : newest + 1;
    for (let count = 0; count < Math.max(1, threads.length); count += pageSize) {
      const page: Awaited<ReturnType<typeof this.list>> = await this.list(before);
      for (const thread of page.threads) loaded.set(thread.thread, thread);
      before = page.next;
      if (before === undefined) break;
    }
    this.change(() => {
      this.window = refreshed(this.window, [...loaded.values()], before ?? 0);
      if (this.window.atTop) {
        const fresh = [...loaded.values()].filter(({ lastNumber }) => lastNumber > newest);
        this.window = withNewer(this.window, fresh, true);
      }
    });
    if (this.opened) await this.refreshThread(this.opened);
  }

  private async refreshThread(open: OpenThread): Promise<void> {
    const first = open.messages[0]?.number ?? 1;
    const size = Math.min(1000, open.messages.length + pageSize);
    const page = await this.messagesOf(open.thread, first - 1, size);
    if (this.opened?.thread !== open.thread) return;
    const gone = new Set(page.messages.map(({ number }) => number));
    this.change(() => {
      const kept = open.messages.map((message) =>
        gone.has(message.number) ? message : { ...message, isDeleted: true as const },
      );
      this.opened = withLater({ ...open, messages: kept }, page.messages, page.more);
    });
  }

  private async refreshQuietly(): Promise<void> {
    try {
      await this.refresh();
    } catch (error) {
      // The user has left the group, or the connection is lost: it is refreshed when it is back.
      if (!(error instanceof Error)) throw error;
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

  private async extendThread(row: Row | undefined): Promise<void> {
    const { opened } = this;
    if (!opened || row?.thread !== opened.thread) return;
    const at = opened.messages.findIndex(({ number }) => number === row.number);
    if (opened.more && at >= opened.messages.length - ahead) {
      const last = opened.messages.at(-1)?.number ?? 0;
      const page = await this.messagesOf(opened.thread, last, pageSize);
      this.changeThread(opened.thread, (open) => withLater(open, page.messages, page.more));
    }
    if (!opened.atStart && at < ahead) await this.earlier(opened);
  }

  /** The board lists a thread from its start on. A page after a number that is near enough ends at the first message. */
  private async earlier({ thread, messages }: OpenThread): Promise<void> {
    const first = messages[0]?.number ?? 1;
    for (let distance = pageSize + 1; ; distance *= 4) {
      const after = Math.max(0, first - distance);
      const page = await this.messagesOf(thread, after, pageSize);
      const before = page.messages.filter(({ number }) => number < first);
      if (before.length === 0 && after > 0) continue;
      // A page that does not reach the first message would leave a gap.
      let last = page;
      while (last.more && (last.messages.at(-1)?.number ?? first) < first - 1) {
        const from = last.messages.at(-1)?.number ?? 0;
        last = await this.messagesOf(thread, from, pageSize);
        before.push(...last.messages.filter(({ number }) => number < first));
      }
      this.changeThread(thread, (open) =>
        withEarlier(
          open,
          before.slice(-2 * pageSize),
          after === 0 && before.length <= 2 * pageSize,
        ),
      );
      return;
    }
  }

  private async older(before: number): Promise<void> {
    const page = await this.list(before);
    this.change(() => {
      this.window = withOlder(this.window, page);
    });
  }

  /**
   * The board lists threads from a number downwards. Each thread has one newest message, so a page of threads before a number that
   * is a page higher than the first one holds all that come directly before it.
   */
  private async newer(): Promise<void> {
    const top = this.window.threads[0]?.at ?? 0;
    for (let distance = pageSize; ; distance *= 4) {
      let page = await this.list(top + distance + 1);
      let fresh = page.threads.filter(({ lastNumber }) => lastNumber > top);
      const newest = await this.newestNumber();
      if (fresh.length === 0 && top + distance < newest) continue;
      while (page.next !== undefined && fresh.length === page.threads.length) {
        page = await this.list(page.next);
        const further = page.threads.filter(({ lastNumber }) => lastNumber > top);
        if (further.length === 0) break;
        fresh = further;
      }
      const atTop = top + distance >= newest;
      this.change(() => {
        this.window = withNewer(this.window, fresh, atTop);
      });
      return;
    }
  }

  private async newestNumber(): Promise<number> {
    const { messages } = await this.board.call('message.list', { group: this.group, limit: 1 });
    return messages[0]?.number ?? 0;
  }

  private list(before: number | undefined, limit = pageSize): Promise<Result<'thread.list'>> {
    const { group } = this;
    return this.board.call('thread.list', {
      group,
      limit,
      ...(before !== undefined && { before }),
    });
  }

  private async messagesOf(
    thread: number,
    after: number,
    limit: number,
  ): Promise<Pick<Result<'thread.get'>, 'messages' | 'more'>> {
    try {
      return await this.board.call('thread.get', { group: this.group, thread, after, limit });
    } catch (error) {
      // The last message of the thread was deleted meanwhile.
      if (!(error instanceof BoardError && error.code === 'MESSAGE_NOT_FOUND')) throw error;
      return { messages: [], more: false };
    }
  }

  private changeThread(thread: number, change: (open: OpenThread) => OpenThread): void {
    if (this.opened?.thread !== thread) return;
    const { opened } = this;
    this.change(() => {
      this.opened = change(opened);
    });
  }

  private show(window: ThreadWindow): void {
    this.window = window;
    this.cached = undefined;
  }

  /** Changes the rows. The cursor and the first row of the screen stay where they are, or go to what is next to them. */
  private change(make: () => void): void {
    const before = this.rows;
    make();
    this.cached = undefined;
    this.scrolled = without(before, this.rows, this.scrolled);
  }
}
