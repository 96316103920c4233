import type { Marks } from '../../protocol/marks.ts';
import type { Header, User } from '../types.ts';

/** A text that a message has or had. */
export interface Revision {
  /** 0 for the text that was posted. */
  readonly revision: number;
  readonly writtenAt: number;
  readonly subject: string;
  readonly content: string;
}

/** An edit or a deletion of a message; of several, the last one. */
export interface Change {
  readonly number: number;
  /** The change counter: see `messages.changed` in the schema. */
  readonly change: number;
  /** The message as it is now; undefined if it was deleted. */
  readonly message: Header | undefined;
  /** Who deleted it; null for the operator. */
  readonly by: string | null;
}

/** Some members of a group. */
export interface MemberPage {
  readonly members: User[];
  /** How many members the group has. */
  readonly total: number;
  /** If there are more: the `after` of the next page. */
  readonly next: number | undefined;
}

/** Which of the visible messages: those with numbers between the two bounds, without the bounds. */
export interface Page {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  /** Only messages posted at this time or later, in microseconds since the epoch. */
  readonly since?: number | undefined;
  readonly limit: number;
  /**
   * Include contents, with a limit of bytes. The page ends early, with `more`, before its subjects and contents
   * have more bytes of UTF-8 than this. It has at least one message.
   */
  readonly contentBytes?: number | undefined;
}

/** The unread messages of one group, counted up to `limits.unread`, and what the count was made from. */
export interface UnreadCount extends Marks {
  readonly group: number;
  readonly unread: number;
  /** How many of them mention the user. */
  readonly mentions: number;
  readonly lastNumber: number;
  /** Set if the count has passed many messages of the user after the read mark: the number up to which there are no others. */
  readonly ownUpTo?: number;
}

/** The columns of a header: see `Header`. */
export type HeaderRow = readonly [
  number: number,
  senderId: number | null,
  sender: string | null,
  postedAt: number,
  subject: string,
  thread: number,
  replyTo: number | null,
  editedAt: number | null,
  mentions: string | null,
];

/** `content` is present if the request asked for it. */
export interface ListedMessage extends Header {
  readonly content?: string;
}
