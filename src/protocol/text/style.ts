import { toSeconds } from '../time.ts';

/** How a line begins that the program prints about itself. */
export type Tag = '[INFO]' | '[SUCCESS]' | '[ERROR]' | '[NOTIFY]';

/** The parts of a line of a list. */
interface Entry {
  readonly number: string;
  readonly sender: string;
  readonly date: string;
  readonly subject: string;
  /** What few messages have, such as `Reply to: 14` and `Edited`. */
  readonly notes: readonly string[];
}

/** The parts of a line of a list of threads. */
interface ThreadEntry {
  readonly number: string;
  /** Undefined if the reader cannot see the first message. */
  readonly startedBy: string | undefined;
  readonly lastNumber: number;
  readonly lastDate: string;
  /** Counts, as they are printed. `unread` is undefined if there is none. */
  readonly replies: string;
  readonly unread: string | undefined;
  readonly subject: string;
}

/**
 * How printed text looks. All text must be clean before it is given to a style: a style may add
 * escape sequences, and nothing after it removes any.
 */
export interface Style {
  tag(tag: Tag): string;
  /** @param time RFC 3339 */
  date(time: string): string;
  user(name: string): string;
  group(name: string): string;
  /** The important part of a line, such as a subject or a number. */
  strong(text: string): string;
  /** Rules and frames. */
  frame(text: string): string;
  /** One line of a list, from the parts of a header, which are styled already. */
  entry(header: Entry): string;
  /** One line of a list of threads. */
  thread(thread: ThreadEntry): string;
  /** Lays out one line of the program. */
  line(text: string): string;
  /** Lays out a text that a user wrote. It may have several lines. */
  content(text: string): string;
  /** How many columns a line may have; `Infinity` if there is no limit. */
  readonly columns: number;
}

const asItIs = (text: string): string => text;

/** For `nc`, scripts and files: plain text, with times in UTC. */
export const plainStyle: Style = {
  tag: asItIs,
  date: toSeconds,
  user: asItIs,
  group: asItIs,
  strong: asItIs,
  frame: asItIs,
  entry: ({ number, sender, date, subject, notes }) =>
    [`ID: ${number}`, `Sender: ${sender}`, `Date: ${date}`, `Subject: ${subject}`, ...notes].join(
      ' | ',
    ),
  thread: ({ number, startedBy, lastNumber, lastDate, replies, unread, subject }) =>
    [
      `ID: ${number}`,
      ...(startedBy === undefined ? [] : [`Started by: ${startedBy}`]),
      `Last: ${lastNumber}, ${lastDate}`,
      `Replies: ${replies}`,
      ...(unread === undefined ? [] : [`Unread: ${unread}`]),
      `Subject: ${subject}`,
    ].join(' | '),
  line: asItIs,
  content: asItIs,
  columns: Number.POSITIVE_INFINITY,
};
