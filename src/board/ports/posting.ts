import type { NameCandidates } from '../mentions.ts';
import type { Group, Header } from '../types.ts';

/** A message to post. A reply without a subject gets one that is made from that of its thread. */
export type NewMessage = NewContent &
  (
    | { readonly subject: string; readonly replyTo?: undefined }
    | {
        readonly subject: string | undefined;
        /** The number of the message that it replies to, in the same group. */
        readonly replyTo: number;
      }
  );

interface NewContent {
  readonly content: string;
  /** A message with the same key is posted once, however often it is sent. */
  readonly key?: string | undefined;
  /** The words that may name members: see `mentionsIn`. */
  readonly mentions?: readonly NameCandidates[] | undefined;
}

/**
 * Messages that a user posts to one group, in this order. Lists of texts take less time than a list of objects, because thousands
 * of messages wait for one commit: `{ subjects: ['Lunch', 'Dinner'], contents: ['When?', '@dave?'], extras: new Map([[1, { mentions }]]) }`.
 */
export interface NewMessages {
  /** Of each message; '' for a reply that has none of its own. */
  readonly subjects: readonly string[];
  readonly contents: readonly string[];
  /** What else a message has, by its index. */
  readonly extras: ReadonlyMap<number, Extras>;
}

/** The parts that few messages have. */
export interface Extras extends Pick<NewContent, 'key' | 'mentions'> {
  readonly replyTo?: number | undefined;
  /** Whether it is a reply whose subject is made from that of its thread. */
  readonly isUntitled?: boolean | undefined;
}

/** A new text for a message. What is left out stays as it is. */
export interface Edit {
  readonly subject?: string | undefined;
  readonly content?: string | undefined;
  /** How often the message had been edited when its text was read. Another number means that it has changed since. */
  readonly revision?: number | undefined;
}

/** A message that was posted, and its group. */
export interface Posted {
  readonly group: Group;
  readonly message: Header;
}

/**
 * Several messages that were posted one after the other, none of them a reply or with a mention. The first has `number` and the time
 * `postedAt`, and each of the others the number and the microsecond after the one before it.
 */
export interface PostedRun {
  readonly group: Group;
  readonly number: number;
  readonly postedAt: number;
  readonly count: number;
}

export function isRun(posted: PostedRun | Posted): posted is PostedRun {
  return 'count' in posted;
}

/**
 * Receives the results of requests that are made without a promise. It is called for each request, in their order; a result
 * can be that of several requests. Its methods never throw.
 */
export interface Receiver<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}
