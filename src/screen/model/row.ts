import type { Header } from '../../protocol/schemas.ts';
import type { OpenThread, ThreadMessage } from './open-thread.ts';
import type { ThreadEntry, ThreadWindow } from './thread-window.ts';

/** A row of the index: a thread, a message of the open thread, or a message that a search has found. */
export interface Row {
  /** It stays the same while rows around it come and go. */
  readonly key: string;
  readonly group: number;
  /** The name of the group, if rows are of several groups. */
  readonly groupName?: string;
  readonly thread: number;
  /** Undefined for a thread whose first visible message is not known yet. */
  readonly number: number | undefined;
  readonly isReply: boolean;
  readonly fold: 'closed' | 'open' | 'none';
  readonly unread: boolean;
  readonly mention: boolean;
  readonly isMuted: boolean;
  readonly isDeleted: boolean;
  readonly subject: string;
  readonly sender: string;
  readonly postedAt: string;
  /** How many messages the thread has. Undefined for a row of a message. */
  readonly count?: number;
}

/** What the rows of a group are made of. */
export interface GroupRows {
  readonly group: number;
  readonly window: ThreadWindow;
  readonly open: OpenThread | undefined;
  isUnread(message: Header): boolean;
  isMention(message: Header): boolean;
  isMutedThread(thread: number): boolean;
}

export function threadKey(thread: number): string {
  return `t${thread}`;
}

export function messageKey(group: number, number: number): string {
  return `${group}#${number}`;
}

/** The rows of a group: its threads, and the messages of the open thread below its first one. */
export function rowsOf(of: GroupRows): Row[] {
  const rows: Row[] = [];
  for (const entry of of.window.threads) {
    const open = of.open?.thread === entry.thread ? of.open : undefined;
    if (!open) {
      rows.push(threadRow(entry, of));
      continue;
    }
    const [first, ...others] = open.messages;
    const leads = first !== undefined && open.atStart;
    rows.push(leads ? firstRow(entry, first, of) : { ...threadRow(entry, of), fold: 'open' });
    for (const message of leads ? others : open.messages) rows.push(replyRow(message, of));
  }
  return rows;
}

function threadRow(entry: ThreadEntry, of: GroupRows): Row {
  const { thread, subject, startedBy, lastPostedAt, replies, unread } = entry;
  const isVisible = startedBy !== undefined;
  const isMuted = of.isMutedThread(thread);
  return {
    key: threadKey(thread),
    group: of.group,
    thread,
    number: isVisible ? thread : undefined,
    isReply: false,
    fold: replies > 0 ? 'closed' : 'none',
    unread: unread > 0 && !isMuted,
    mention: false,
    isMuted,
    isDeleted: false,
    subject,
    sender: startedBy ?? '',
    postedAt: lastPostedAt,
    count: replies + Number(isVisible),
  };
}

function firstRow(entry: ThreadEntry, message: ThreadMessage, of: GroupRows): Row {
  const fold = entry.replies > 0 ? 'open' : 'none';
  const { count = 1 } = threadRow(entry, of);
  return { ...messageRow(message, of), key: threadKey(entry.thread), isReply: false, fold, count };
}

function replyRow(message: ThreadMessage, of: GroupRows): Row {
  return { ...messageRow(message, of), isReply: true };
}

function messageRow(message: ThreadMessage, of: GroupRows): Row {
  const { number, thread, subject, sender, postedAt, isDeleted = false } = message;
  const unread = !isDeleted && of.isUnread(message);
  return {
    key: messageKey(of.group, number),
    group: of.group,
    thread,
    number,
    isReply: false,
    fold: 'none',
    unread,
    mention: unread && of.isMention(message),
    isMuted: of.isMutedThread(thread),
    isDeleted,
    subject: isDeleted ? '(deleted)' : subject,
    sender,
    postedAt,
  };
}

/** A message of a search or of the mentions, with its group. */
export type FoundMessage = Header & { readonly group: string; readonly groupId: number };

export function foundRows(
  found: readonly FoundMessage[],
  of: {
    isUnread(message: FoundMessage): boolean;
    isMention(message: FoundMessage): boolean;
    /** The present name of the message's group. */
    nameOf(message: FoundMessage): string;
    showsGroup: boolean;
  },
): Row[] {
  return found.map((message) => {
    const unread = of.isUnread(message);
    const { number, thread, subject, sender, postedAt, groupId } = message;
    return {
      key: messageKey(groupId, number),
      group: groupId,
      ...(of.showsGroup && { groupName: of.nameOf(message) }),
      thread,
      number,
      isReply: false,
      fold: 'none',
      unread,
      mention: unread && of.isMention(message),
      isMuted: false,
      isDeleted: false,
      subject,
      sender,
      postedAt,
    };
  });
}
