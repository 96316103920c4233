/** The place where the user reads, and the unread messages that are known there. */
export interface WhereReading {
  /** Whether the end of the message under the cursor is on the screen, or there is no message. */
  readonly endShown: boolean;
  readonly group: number | undefined;
  /** The message under the cursor. */
  readonly number: number | undefined;
  /** The thread that is open, oldest message first. `isWhole`: whether all of its messages are here. */
  readonly open:
    | {
        readonly thread: number;
        readonly isWhole: boolean;
        readonly messages: readonly { readonly number: number; readonly unread: boolean }[];
      }
    | undefined;
  /** The threads in the order of the index. */
  readonly threads: readonly { readonly thread: number; readonly unread: number }[];
  /** The thread of the row that the cursor is on. */
  readonly thread: number | undefined;
  /** All groups in the order of the left column. */
  readonly groups: readonly {
    readonly id: number;
    readonly unread: number;
    readonly mentions: number;
    readonly isDirect: boolean;
  }[];
}

/** Where reading goes on. */
export type Step =
  | { readonly to: 'page' }
  /** A message of the open thread. */
  | { readonly to: 'message'; readonly number: number }
  /** The first unread message of a thread. */
  | { readonly to: 'thread'; readonly thread: number }
  /** Unread messages of the group that are not loaded: the board knows them. */
  | { readonly to: 'oldest'; readonly group: number }
  /** Another group, at its first unread thread. */
  | { readonly to: 'group'; readonly group: number }
  | { readonly to: 'nothing' };

/**
 * What Space does. It shows the next page of the message; then the next unread message of the thread, after the cursor first;
 * then the next unread thread of the index, downwards and from the top again; then the next unread group in the same way.
 */
export function nextStep(where: WhereReading): Step {
  if (!where.endShown) return { to: 'page' };
  return nextInThread(where) ?? nextThread(where) ?? nextGroup(where) ?? { to: 'nothing' };
}

/** The thread is that of the cursor. Another one may be open. */
function nextInThread({ open, number = 0, thread, threads }: WhereReading): Step | undefined {
  const here = thread ?? open?.thread;
  if (here === undefined) return undefined;
  const isOpen = open?.thread === here;
  const unread = isOpen ? open.messages.filter((message) => message.unread) : [];
  const next = unread.find((message) => message.number > number) ?? unread[0];
  if (next) return { to: 'message', number: next.number };
  const counted = threads.find((each) => each.thread === here)?.unread ?? 0;
  return !(isOpen && open.isWhole) && counted > 0 ? { to: 'thread', thread: here } : undefined;
}

/** What `n` does, and `N` with `direction` -1: the next unread thread, then the next unread group. */
export function nextUnreadThread(where: WhereReading, direction: 1 | -1 = 1): Step {
  return nextThread(where, direction) ?? nextGroup(where, direction) ?? { to: 'nothing' };
}

function nextThread(
  { threads, thread, open, group, groups }: WhereReading,
  direction: 1 | -1 = 1,
): Step | undefined {
  const here = thread ?? open?.thread;
  const at = threads.findIndex((each) => each.thread === here);
  const next = around(threads, at, direction).find(
    (each) => each.unread > 0 && each.thread !== here,
  );
  if (next) return { to: 'thread', thread: next.thread };
  const counted = groups.find(({ id }) => id === group)?.unread ?? 0;
  // What is unread in the thread under the cursor is no other thread.
  const loaded = threads.reduce((sum, { unread }) => sum + unread, 0);
  return group !== undefined && counted > loaded ? { to: 'oldest', group } : undefined;
}

function nextGroup(
  { groups, group }: Pick<WhereReading, 'groups' | 'group'>,
  direction: 1 | -1 = 1,
): Step | undefined {
  const at = groups.findIndex(({ id }) => id === group);
  const next = around(groups, at, direction).find(({ id, unread }) => unread > 0 && id !== group);
  return next && { to: 'group', group: next.id };
}

/** The items after `at`, then those from the other end up to it. */
function around<T>(items: readonly T[], at: number, direction: 1 | -1): T[] {
  if (direction === 1) return [...items.slice(at + 1), ...items.slice(0, at + 1)];
  const before = items.slice(0, Math.max(0, at)).reverse();
  return [...before, ...items.slice(Math.max(0, at)).reverse()];
}

/** Where a user was meant. */
export type Meant =
  | { readonly to: 'mention'; readonly group: number }
  | { readonly to: 'group'; readonly group: number }
  | { readonly to: 'back' };

/** What `a` does: to a group with unread mentions, to an unread direct conversation, to an unread group, and back at the end. */
export function whereMeant(groups: WhereReading['groups']): Meant {
  const mentioned = groups.find(({ mentions, isDirect }) => mentions > 0 && !isDirect);
  if (mentioned) return { to: 'mention', group: mentioned.id };
  const direct = groups.find(({ unread, isDirect }) => unread > 0 && isDirect);
  const unread = direct ?? groups.find((group) => group.unread > 0);
  return unread ? { to: 'group', group: unread.id } : { to: 'back' };
}
