import type { BoardClient } from '../../client/board-client.ts';
import type { Notice } from '../../protocol/schemas.ts';
import type { KeyTable } from '../keys/key-table.ts';
import { type OpenThread, withEarlier, withLater } from '../model/open-thread.ts';
import { type Row, threadKey } from '../model/row.ts';
import { refreshed, windowOf, withNewer, withOlder } from '../model/thread-window.ts';
import { groupKey } from '../panes/groups-pane.ts';
import type { Groups } from './groups.ts';
import type { IndexView } from './index-view.ts';
import { pageSize, ThreadPages } from './thread-pages.ts';
import { ThreadRows } from './thread-rows.ts';

// The first page fills the screen, and takes as little time as possible.
const firstPage = 30;
// Rows beyond the cursor that are loaded before it gets there.
const ahead = 20;

interface GroupIndexOptions {
  readonly board: Pick<BoardClient, 'call'>;
  readonly groups: Groups;
  readonly keys: KeyTable;
}

/** The threads of a group, those with the newest messages first, and the messages of one thread that is open. */
export class GroupIndex extends ThreadRows implements IndexView {
  private isLoaded = false;
  private extending: Promise<boolean> | undefined;
  private readonly pages: ThreadPages;

  constructor(
    private readonly options: GroupIndexOptions,
    group: number,
  ) {
    const { board, groups } = options;
    super(groups, group);
    this.pages = new ThreadPages(board, group, (threads) =>
      groups.permissions.listed(group, threads),
    );
    groups.permissions.learn(group);
  }

  get listKey(): string {
    return groupKey(this.group);
  }

  get title(): string {
    return this.groups.nameOf(this.group);
  }

  get empty(): string {
    if (!this.isLoaded) return 'Loading …';
    const isClosed = this.groups.permissions.refusalOfThread(this.group) !== undefined;
    const writing = this.options.keys.offer('new-thread', 'index', 'writes the first one.');
    return `No messages yet.${isClosed ? '' : writing}`;
  }

  async loadStart(): Promise<void> {
    const page = await this.pages.list(undefined, firstPage);
    this.isLoaded = true;
    this.show(windowOf(page, true));
    this.arrived = [];
    this.missed = 0;
    const [first] = this.window.threads;
    this.scrolled = { cursor: first && threadKey(first.thread), top: undefined };
  }

  async loadEnd(): Promise<void> {
    if (this.window.next !== undefined) {
      const page = await this.pages.nearEnd(this.window.next);
      this.opened = undefined;
      this.show(windowOf(page, false));
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

  private async load(): Promise<boolean> {
    const { rows, window, opened } = this;
    const at = rows.findIndex(({ key }) => key === this.scrolled.cursor);
    await this.extendThread(rows[at]);
    if (this.window.next !== undefined && at >= rows.length - ahead) {
      await this.older(this.window.next);
    }
    if (!this.window.atTop && at < ahead) await this.newer(this.window.threads[0]?.at ?? 0);
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
    const { messages, more } = await this.pages.messages(
      thread,
      after,
      isShort ? 2 * pageSize : pageSize,
    );
    this.change(() => {
      this.opened = { thread, messages, atStart: after === 0, more };
    });
    return this.opened as OpenThread;
  }

  /** Opens the thread of any visible message, wherever it is, with the cursor at the message. */
  async goTo(number: number, thread: number): Promise<void> {
    this.isLoaded = true;
    if (!this.window.threads.some((entry) => entry.thread === thread)) {
      const query = `in:${this.group} thread:${thread}`;
      const { messages } = await this.options.board.call('message.search', { query, limit: 1 });
      const newest = messages[0]?.number ?? number;
      const page = await this.pages.list(newest + 1);
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
    this.taken(notice);
    if (
      method === 'message.deleted' ||
      method === 'messages.purged' ||
      method === 'marks.changed'
    ) {
      void this.refreshQuietly();
    }
  }

  override settle(): void {
    const isPartial = this.missed > 0;
    this.missed = 0;
    super.settle();
    if (isPartial) void this.refreshQuietly();
  }

  async refresh(): Promise<void> {
    this.groups.permissions.learn(this.group);
    // The first page is the newest one.
    const { threads, atTop } = this.window;
    const newest = threads.reduce((most, { lastNumber }) => Math.max(most, lastNumber), 0);
    const listed = await this.pages.again(threads.length, atTop ? undefined : newest + 1);
    this.change(() => {
      this.window = refreshed(this.window, listed.threads, listed.before);
      if (this.window.atTop) {
        const fresh = listed.threads.filter(({ lastNumber }) => lastNumber > newest);
        this.window = withNewer(this.window, fresh, true);
      }
    });
    if (this.opened) await this.refreshThread(this.opened);
  }

  private async refreshThread(open: OpenThread): Promise<void> {
    const first = open.messages[0]?.number ?? 1;
    const size = Math.min(1000, open.messages.length + pageSize);
    const page = await this.pages.messages(open.thread, first - 1, size);
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

  private async extendThread(row: Row | undefined): Promise<void> {
    const { opened } = this;
    if (!opened || row?.thread !== opened.thread) return;
    const at = opened.messages.findIndex(({ number }) => number === row.number);
    if (opened.more && at >= opened.messages.length - ahead) {
      const last = opened.messages.at(-1)?.number ?? 0;
      const page = await this.pages.messages(opened.thread, last, pageSize);
      this.changeThread(opened.thread, (open) => withLater(open, page.messages, page.more));
    }
    if (opened.atStart || at >= ahead) return;
    const first = opened.messages[0]?.number ?? 1;
    const { messages, atStart } = await this.pages.earlierThan(opened.thread, first);
    this.changeThread(opened.thread, (open) => withEarlier(open, messages, atStart));
  }

  private async older(before: number): Promise<void> {
    const page = await this.pages.list(before);
    this.change(() => {
      this.window = withOlder(this.window, page);
    });
  }

  private async newer(top: number): Promise<void> {
    const { threads, atTop } = await this.pages.newerThan(top);
    this.change(() => {
      this.window = withNewer(this.window, threads, atTop);
    });
  }
}
