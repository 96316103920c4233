import type { Header, Result } from '../../protocol/schemas.ts';

type Listed = Result<'thread.list'>['threads'][number];

/** A thread of the index. */
export interface ThreadEntry extends Listed {
  /** Its place in the order: the number of its newest message when it was listed. A later reply does not move it. */
  readonly at: number;
  /** Set while the thread has arrived and was not on the screen yet. */
  readonly isFresh?: true;
}

/**
 * The part of a group's threads that is loaded: consecutive threads, those with the newest messages first. What is
 * not loaded begins where a page ends.
 */
export interface ThreadWindow {
  readonly threads: readonly ThreadEntry[];
  /** Whether no thread comes before the first one. */
  readonly atTop: boolean;
  /** The `before` of the page after the last thread. Undefined at the end. */
  readonly next: number | undefined;
}

export const emptyWindow: ThreadWindow = { threads: [], atTop: true, next: undefined };

/** Threads that are kept. A window that grows at one end is cut at the other. */
const mostThreads = 400;

type Page = Pick<Result<'thread.list'>, 'threads' | 'next'>;

export function windowOf({ threads, next }: Page, atTop: boolean): ThreadWindow {
  return { threads: threads.map(placed), atTop, next };
}

function placed(thread: Listed): ThreadEntry {
  return { ...thread, at: thread.lastNumber };
}

/** The window with the page after its end. A thread that has moved since it was listed stays where it is. */
export function withOlder(window: ThreadWindow, { threads, next }: Page): ThreadWindow {
  const all = [...window.threads, ...unknown(window, threads)];
  const cut = all.slice(-mostThreads);
  return { threads: cut, atTop: window.atTop && cut.length === all.length, next };
}

/** The window with threads that come directly before its first one. */
export function withNewer(
  window: ThreadWindow,
  threads: readonly Listed[],
  atTop: boolean,
): ThreadWindow {
  const all = [...unknown(window, threads), ...window.threads];
  const cut = all.slice(0, mostThreads);
  const last = cut.at(-1);
  const next = cut.length < all.length && last ? last.at : window.next;
  return { threads: cut, atTop, next };
}

function unknown({ threads }: ThreadWindow, listed: readonly Listed[]): ThreadEntry[] {
  const known = new Set(threads.map(({ thread }) => thread));
  return listed.filter(({ thread }) => !known.has(thread)).map(placed);
}

/**
 * What the board lists now about threads that are loaded, without moving any. A thread that is not listed any more has no
 * message left.
 * @param from the number of a message: all threads with a newer one are listed
 */
export function refreshed(
  window: ThreadWindow,
  listed: readonly Listed[],
  from: number,
): ThreadWindow {
  const fresh = new Map(listed.map((thread) => [thread.thread, thread]));
  const threads = window.threads.map((entry): ThreadEntry => {
    const now = fresh.get(entry.thread);
    if (now) {
      // It says who began the thread only if that message is still there.
      const { startedBy: _, ...rest } = entry;
      return { ...rest, ...now };
    }
    return entry.lastNumber >= from ? emptied(entry) : entry;
  });
  return { ...window, threads };
}

function emptied({ startedBy: _, ...entry }: ThreadEntry): ThreadEntry {
  return { ...entry, subject: '(deleted)', replies: 0, unread: 0 };
}

/** Whether no message of a thread is left. */
export function isEmptied({ startedBy, replies }: ThreadEntry): boolean {
  return startedBy === undefined && replies <= 0;
}

export function changedThread(
  window: ThreadWindow,
  thread: number,
  change: (entry: ThreadEntry) => ThreadEntry | undefined,
): ThreadWindow {
  const at = window.threads.findIndex((entry) => entry.thread === thread);
  const before = window.threads[at];
  if (!before) return window;
  const after = change(before);
  const threads = after ? window.threads.with(at, after) : window.threads.toSpliced(at, 1);
  return { ...window, threads };
}

/**
 * The window after a message was posted. A thread that is loaded is changed in its place; a new one comes before all others.
 * @param isUnread whether the message is unread for the user
 */
export function withPostedIn(
  window: ThreadWindow,
  message: Header,
  isUnread: boolean,
): ThreadWindow {
  const { thread, number, postedAt, sender, subject } = message;
  const unread = Number(isUnread);
  if (window.threads.some((entry) => entry.thread === thread)) {
    return changedThread(window, thread, (entry) => ({
      ...entry,
      lastNumber: Math.max(entry.lastNumber, number),
      lastPostedAt: postedAt,
      replies: entry.replies + 1,
      unread: entry.unread + unread,
    }));
  }
  // A reply to a thread that is not loaded: it is found when its page is listed.
  if (thread !== number || !window.atTop) return window;
  const entry: ThreadEntry = {
    thread,
    subject,
    startedBy: sender,
    lastNumber: number,
    lastPostedAt: postedAt,
    replies: 0,
    unread,
    at: number,
    ...(isUnread && { isFresh: true }),
  };
  const threads = [entry, ...window.threads];
  const cut = threads.slice(0, mostThreads);
  const next = cut.length < threads.length ? cut.at(-1)?.at : window.next;
  return { ...window, threads: cut, next };
}
