import type { Group, Header } from '../types.ts';

/** A thread, as one member sees it: everything is taken from the messages that are visible to the member. */
export interface ThreadSummary {
  /** The number of its first message, which may not be visible. */
  readonly thread: number;
  /** The subject of its first message if that is visible, otherwise of the first visible reply. */
  readonly subject: string;
  /** Who began it; null if the user was deleted. Missing if the first message is not visible. */
  readonly startedBy?: string | null;
  readonly lastNumber: number;
  readonly lastPostedAt: number;
  /** Visible replies, counted up to `limits.unread`. */
  readonly replies: number;
  /** Visible messages of others that are unread, counted up to `limits.unread`. */
  readonly unread: number;
  /** Set if only moderators can reply. */
  readonly closed?: true;
}

/** A part of a list of threads, those with the newest messages first. */
export interface ThreadList {
  readonly group: Group;
  readonly threads: ThreadSummary[];
  /** The `before` with which the list goes on; undefined at its end. */
  readonly next: number | undefined;
}

/** Some headers of a thread, oldest first. */
export interface ThreadPage {
  readonly group: Group;
  readonly thread: number;
  readonly messages: Header[];
  readonly more: boolean;
}
