import type { BoardClient } from '../../client/board-client.ts';
import { BoardError } from '../../protocol/errors.ts';
import type { Header, Result } from '../../protocol/schemas.ts';

type Page = Result<'thread.list'>;
type Threads = Page['threads'];

/** Threads and messages in a page. */
export const pageSize = 50;

/**
 * Reads the threads of a group, and the messages of a thread, from the board.
 * Every call rejects as `BoardClient.call` does.
 */
export class ThreadPages {
  constructor(
    private readonly board: Pick<BoardClient, 'call'>,
    private readonly group: number,
    /** Called with all threads that the board lists. */
    private readonly listed: (threads: Threads) => void,
  ) {}

  /** A page of threads, those with the newest messages first. @param before the number of a message. Undefined: the first page */
  async list(before: number | undefined, limit = pageSize): Promise<Page> {
    const { group } = this;
    const params = { group, limit, ...(before !== undefined && { before }) };
    const page = await this.board.call('thread.list', params);
    this.listed(page.threads);
    return page;
  }

  /** The messages of a thread after a number. A thread of which nothing is left has none. */
  async messages(
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

  /**
   * A page near the end of the list. The board has no order from the other end, but a message with a small number is in an old
   * thread.
   * @param next the `before` of the first page that is not loaded
   */
  async nearEnd(next: number): Promise<Page> {
    for (let before = 64; ; before *= 4) {
      const page = await this.list(before);
      if (page.threads.length > 0 || before >= next) return page;
    }
  }

  /**
   * The threads that come directly before a thread in the list. The board lists threads from a number downwards. Each thread has
   * one newest message, so a page before a number that is a page higher than `top` holds all of them.
   * @param top the number of the newest message of that thread
   */
  async newerThan(top: number): Promise<{ threads: Threads; atTop: boolean }> {
    for (let distance = pageSize; ; distance *= 4) {
      let page = await this.list(top + distance + 1);
      let threads = page.threads.filter(({ lastNumber }) => lastNumber > top);
      const newest = await this.newestNumber();
      if (threads.length === 0 && top + distance < newest) continue;
      while (page.next !== undefined && threads.length === page.threads.length) {
        page = await this.list(page.next);
        const further = page.threads.filter(({ lastNumber }) => lastNumber > top);
        if (further.length === 0) break;
        threads = further;
      }
      return { threads, atTop: top + distance >= newest };
    }
  }

  /**
   * The messages directly before a message in its thread. The board lists a thread in ascending order, so a page that begins
   * not too far before the message ends at it.
   */
  async earlierThan(
    thread: number,
    first: number,
  ): Promise<{ messages: Header[]; atStart: boolean }> {
    for (let distance = pageSize + 1; ; distance *= 4) {
      const after = Math.max(0, first - distance);
      const page = await this.messages(thread, after, pageSize);
      const before = page.messages.filter(({ number }) => number < first);
      if (before.length === 0 && after > 0) continue;
      // A page that does not reach the first message would leave a gap.
      let last = page;
      while (last.more && (last.messages.at(-1)?.number ?? first) < first - 1) {
        const from = last.messages.at(-1)?.number ?? 0;
        last = await this.messages(thread, from, pageSize);
        before.push(...last.messages.filter(({ number }) => number < first));
      }
      return {
        messages: before.slice(-2 * pageSize),
        atStart: after === 0 && before.length <= 2 * pageSize,
      };
    }
  }

  /**
   * At least so many threads, as the board lists them now.
   * @param before as in `list`
   * @returns `before`: that of the next page, or 0 if all threads were listed
   */
  async again(
    count: number,
    before: number | undefined,
  ): Promise<{ threads: Threads; before: number }> {
    const loaded = new Map<number, Threads[number]>();
    let next = before;
    for (let listed = 0; listed < Math.max(1, count); listed += pageSize) {
      const page = await this.list(next);
      for (const thread of page.threads) loaded.set(thread.thread, thread);
      next = page.next;
      if (next === undefined) break;
    }
    return { threads: [...loaded.values()], before: next ?? 0 };
  }

  private async newestNumber(): Promise<number> {
    const { messages } = await this.board.call('message.list', { group: this.group, limit: 1 });
    return messages[0]?.number ?? 0;
  }
}
