import { toSeconds } from '../time.ts';

/** How a line begins that the program prints about itself. */
export type Tag = '[INFO]' | '[SUCCESS]' | '[ERROR]' | '[NOTIFY]';

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
  /** What someone looks for in a line: a subject, a number. */
  strong(text: string): string;
  /** What holds other things together: rules and frames. */
  frame(text: string): string;
  /** Makes one line of a list of the parts of a header, which are laid out already. */
  entry(header: { number: string; sender: string; date: string; subject: string }): string;
  /** Lays out one line of the program's own. */
  line(text: string): string;
  /** Lays out what someone wrote, which may have several lines. */
  content(text: string): string;
  /** How many columns a line may have; `Infinity` where nothing bounds it. */
  readonly columns: number;
}

const asItIs = (text: string): string => text;

/** For `nc`, scripts and files: nothing but the text, times in UTC. */
export const plainStyle: Style = {
  tag: asItIs,
  date: toSeconds,
  user: asItIs,
  group: asItIs,
  strong: asItIs,
  frame: asItIs,
  entry: ({ number, sender, date, subject }) =>
    `ID: ${number} | Sender: ${sender} | Date: ${date} | Subject: ${subject}`,
  line: asItIs,
  content: asItIs,
  columns: Number.POSITIVE_INFINITY,
};
