import type { ThreadList, ThreadPage, ThreadSummary } from '../../../board/ports/threads.ts';
import { endOfTime } from '../../../board/times.ts';
import type { Header } from '../../../board/types.ts';
import { limits } from '../../../protocol/limits.ts';
import { isRead, readMarks } from '../../../protocol/marks.ts';
import { findMessage, timesBetween } from './by-number.ts';
import type { Statements } from './statements.ts';
import { isMentioned, type Reader, windows } from './unread-messages.ts';

// Messages that one query goes through, to find the threads whose newest message they are.
const walkedAtOnce = 200;

/**
 * Lists the threads whose newest visible messages have numbers below `before`, newest first: at most `limit`. It yields
 * how many rows each of its queries has looked at.
 */
export function* threadList(
  statements: Statements,
  reader: Reader,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Generator<number, Omit<ThreadList, 'group'>> {
  const { group } = reader;
  const visible = { group, from: visibleFrom(statements, reader) };
  const summaryOf = summaries(statements, reader, visible);
  const threads: ThreadSummary[] = [];
  let { below } = timesBetween(statements, group, { before });
  for (;;) {
    const walked = statements.walkThreads.all({ ...visible, below, limit: walkedAtOnce });
    yield walked.length;
    for (const { number, postedAt, thread, isNewest } of walked) {
      if (!isNewest) continue;
      const summary = yield* summaryOf(thread);
      if (summary) threads.push({ ...summary, lastNumber: number, lastPostedAt: postedAt });
      if (threads.length === limit) return { threads, next: number };
    }
    const last = walked.at(-1);
    if (!last || walked.length < walkedAtOnce) return { threads, next: undefined };
    below = last.postedAt;
  }
}

type Summary = Omit<ThreadSummary, 'lastNumber' | 'lastPostedAt'>;

/** Shows and counts what is visible of a thread, up to `limits.unread`. */
function summaries(
  statements: Statements,
  { user, group }: Reader,
  visible: { readonly group: number; readonly from: number },
) {
  const stored = statements.marksOf.get({ group, user });
  const marks = readMarks(stored ?? { lastRead: 0, ranges: '' });
  const first = visible.from - 1;
  const { above: readAt } = timesBetween(statements, group, { after: marks.lastRead });
  const range = { above: Math.max(readAt, first), below: endOfTime };
  const notify = stored?.notify ?? 'none';
  const isUnread = (root: Header) =>
    root.senderId !== user &&
    !isRead(marks, root.number) &&
    (notify === 'all' || isMentioned(statements, { user, group }, root)) &&
    statements.isMutedMessage.get({ user, group, at: root.postedAt })?.muted !== 1;

  function* countReplies(thread: number): Generator<number, number> {
    const inThread = notify === 'all' ? statements.threadWindow : statements.threadMentionWindow;
    const seen = windows({ statements, group, marks, range }, (look) =>
      inThread.get({ user, group, thread, ...look }),
    );
    let count = 0;
    for (const { rows, unread, numbers } of seen) {
      count += unread;
      yield rows + numbers.length;
      if (count >= limits.unread) break;
    }
    return count;
  }

  /** @returns undefined if the messages of the thread were deleted meanwhile */
  return function* summaryOf(thread: number): Generator<number, Summary | undefined> {
    const root = visibleRoot(statements, visible, thread);
    const ofThread = { group, thread, above: first };
    const shown = root ?? statements.repliesAfter.get({ ...ofThread, limit: 1 });
    if (!shown) return undefined;
    const replies = statements.countReplies.get(ofThread)?.replies ?? 0;
    yield replies;
    let unread = notify === 'none' ? 0 : yield* countReplies(thread);
    if (notify !== 'none' && root && isUnread(root)) unread++;
    const isClosed = statements.closedThread.get({ group, thread }) !== undefined;
    return {
      thread,
      // Of a root that the reader cannot see, only the number is shown.
      subject: shown.subject,
      ...(root && { startedBy: root.sender }),
      replies,
      unread: Math.min(unread, limits.unread),
      ...(isClosed && { closed: true as const }),
    };
  };
}

/**
 * The visible messages of a thread with numbers above `after`, oldest first.
 * @returns undefined if no message of the thread is visible
 */
export function threadPage(
  statements: Statements,
  reader: Reader,
  thread: number,
  { after = 0, limit }: { readonly after?: number | undefined; readonly limit: number },
): Omit<ThreadPage, 'group'> | undefined {
  const { group } = reader;
  const visible = { group, from: visibleFrom(statements, reader) };
  const root = visibleRoot(statements, visible, thread);
  // The number of any reply names its thread.
  if (root && root.thread !== thread) {
    return threadPage(statements, reader, root.thread, { after, limit });
  }
  const { above } = timesBetween(statements, group, { after });
  const replies = { group, thread, above: visible.from - 1 };
  const range = { above: Math.max(above, replies.above), limit: limit + 1 };
  const found = statements.repliesAfter.all({ ...replies, ...range });
  if (!root && found.length === 0 && statements.countReplies.get(replies)?.replies === 0) {
    return undefined;
  }
  const all = root && root.number > after ? [root, ...found] : found;
  return { thread, messages: all.slice(0, limit), more: all.length > limit };
}

function visibleFrom({ firstVisible }: Statements, { group, joined }: Reader): number {
  return firstVisible.get({ group, joined })?.from ?? 0;
}

/** The message with a number, if it is visible. */
function visibleRoot(
  statements: Statements,
  { group, from }: { readonly group: number; readonly from: number },
  number: number,
): Header | undefined {
  const found = findMessage(statements, group, number);
  if (!found || found.postedAt < from) return undefined;
  return statements.headerById.get({ id: found.id, limit: 1 });
}
