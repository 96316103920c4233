import type { ThreadPage, ThreadSummary } from '../../../board/ports/threads.ts';
import type { Header } from '../../../board/types.ts';
import { limits } from '../../../protocol/limits.ts';
import { isRead } from '../../../protocol/marks.ts';
import { findMessage, timesBetween } from './by-number.ts';
import type { Statements } from './statements.ts';
import { type Reader, toMarks } from './unread-messages.ts';

// Messages that one query goes through, to find the threads whose newest message they are.
const walkedAtOnce = 200;
// A step ends after it has gone through about so many messages: 1 ms.
const stepRows = 2000;

/**
 * The threads whose newest visible messages have numbers below `before`, newest first: at most `limit`, and fewer
 * if that takes too long.
 */
export function threadStep(
  statements: Statements,
  reader: Reader,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): { threads: ThreadSummary[]; next: number | undefined } {
  const { group } = reader;
  const visible = { group, from: visibleFrom(statements, reader) };
  const count = counter(statements, reader, visible);
  const threads: ThreadSummary[] = [];
  let { below } = timesBetween(statements, group, { before });
  for (let rows = 0; ; ) {
    const walked = statements.walkThreads.all({ ...visible, below, limit: walkedAtOnce });
    for (const { number, postedAt, thread, isNewest } of walked) {
      rows++;
      if (isNewest) {
        const { replies, unread, root, shown } = count(thread);
        rows += replies + unread;
        threads.push({
          thread,
          // Of a root that the reader cannot see, only the number is shown.
          subject: shown.subject,
          ...(root && { startedBy: root.sender }),
          lastNumber: number,
          lastPostedAt: postedAt,
          replies,
          unread,
        });
      }
      if (threads.length === limit || rows >= stepRows) return { threads, next: number };
    }
    const last = walked.at(-1);
    if (!last || walked.length < walkedAtOnce) return { threads, next: undefined };
    below = last.postedAt;
  }
}

/** Counts what is visible of a thread that has a visible message, up to `limits.unread`. */
function counter(
  statements: Statements,
  { user, group, joined }: Reader,
  visible: { readonly group: number; readonly from: number },
) {
  const stored = statements.marksOf.get({ group, user });
  const marks = toMarks(stored ?? { lastRead: 0, ranges: '' });
  const { above } = timesBetween(statements, group, { after: marks.lastRead });
  const isWanted = (number: number) =>
    stored?.notify === 'all' ||
    (stored?.notify === 'mentions' && statements.mentionOf.get({ group, number, user }));
  const isUnread = ({ number }: { readonly number: number }) =>
    !isRead(marks, number) && isWanted(number);
  const canRootBeUnread = ({ postedAt }: Header) => {
    const times = { above: postedAt - 1, below: postedAt + 1, limit: 1 };
    return statements.unreadBetween.get({ user, group, joined, ...times }) !== undefined;
  };
  return (thread: number) => {
    const root = visibleRoot(statements, visible, thread);
    const ofThread = { ...visible, thread };
    const shown = root ?? statements.repliesAfter.get({ ...ofThread, above: 0, limit: 1 });
    if (!shown) throw new Error('A thread with a visible message has a first one.');
    const isRootUnread = root && isUnread(root) && canRootBeUnread(root);
    const others = statements.unreadReplies.all({ ...ofThread, above, user });
    const unread = others.filter(isUnread).length;
    const replies = statements.countReplies.get(ofThread)?.replies ?? 0;
    return {
      root,
      shown,
      replies,
      unread: Math.min(unread + (isRootUnread ? 1 : 0), limits.unread),
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
  const replies = { ...visible, thread };
  const found = statements.repliesAfter.all({ ...replies, above, limit: limit + 1 });
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
