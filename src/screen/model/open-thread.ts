import type { Header } from '../../protocol/schemas.ts';

/** A message of a thread that is open. */
export type ThreadMessage = Header & {
  /** Set if it was deleted while it was on the screen. */
  readonly isDeleted?: true;
};

/** The messages of a thread that are loaded: consecutive ones, the oldest first. */
export interface OpenThread {
  readonly thread: number;
  readonly messages: readonly ThreadMessage[];
  /** Whether no visible message of the thread comes before the first one. */
  readonly atStart: boolean;
  /** Whether others follow the last one that are not loaded. */
  readonly more: boolean;
}

/** Messages that are kept. */
const mostMessages = 300;

/** The thread with the page after its last message. */
export function withLater(
  open: OpenThread,
  messages: readonly Header[],
  more: boolean,
): OpenThread {
  const last = open.messages.at(-1)?.number ?? 0;
  const all = [...open.messages, ...messages.filter(({ number }) => number > last)];
  const cut = all.slice(-mostMessages);
  return { ...open, messages: cut, more, atStart: open.atStart && cut.length === all.length };
}

/** The thread with messages that come directly before its first one. */
export function withEarlier(
  open: OpenThread,
  messages: readonly Header[],
  atStart: boolean,
): OpenThread {
  const first = open.messages[0]?.number ?? Number.POSITIVE_INFINITY;
  const all = [...messages.filter(({ number }) => number < first), ...open.messages];
  const cut = all.slice(0, mostMessages);
  return { ...open, messages: cut, atStart, more: open.more || cut.length < all.length };
}

/** The thread after a message was posted in it. If later messages are not loaded, it is found with them. */
export function withReply(open: OpenThread, message: Header): OpenThread {
  if (open.more || message.thread !== open.thread) return open;
  return withLater(open, [message], false);
}

export function changedMessage(
  open: OpenThread,
  number: number,
  change: Partial<ThreadMessage>,
): OpenThread {
  const at = open.messages.findIndex((message) => message.number === number);
  const before = open.messages[at];
  if (!before) return open;
  return { ...open, messages: open.messages.with(at, { ...before, ...change }) };
}

/** The thread without the messages that were deleted. */
export function withoutDeleted(open: OpenThread): OpenThread {
  if (!open.messages.some(({ isDeleted }) => isDeleted)) return open;
  return { ...open, messages: open.messages.filter(({ isDeleted }) => !isDeleted) };
}
