import type { Style, Tag } from '../protocol/text/style.ts';
import { type Colours, coloursOf } from './colours.ts';
import { spokenDate } from './dates.ts';
import { wrapLine, wrapText } from './wrap.ts';

/** The properties of a terminal that the style uses. */
export interface Screen {
  /** Undefined if the terminal does not say. */
  readonly columns: number | undefined;
  /** How many bits a colour has; 1 for no colours. */
  getColorDepth(): number;
}

/**
 * For a user at a terminal: local times, a fixed colour for each name, lines as wide as the screen.
 * @param zone the time zone of the user, as `zoneOf` names it; without it, that of the process
 */
export function readerStyle(
  screen: Screen,
  now: () => Date = () => new Date(),
  zone?: string,
): Style {
  const colours = coloursOf(screen.getColorDepth());
  const columns = () => screen.columns || Number.POSITIVE_INFINITY;
  return {
    tag: (tag) => paintTag(tag, colours),
    date: (time) => spokenDate(time, now(), zone),
    user: colours.own,
    group: colours.own,
    strong: colours.bold,
    frame: colours.faint,
    // Without labels, which would take a third of a narrow screen.
    entry: ({ number, sender, date, subject, notes }) => {
      const entry = `#${number}  ${date}  ${sender}: ${subject}`;
      return notes.length > 0 ? `${entry}  ${colours.faint(notes.join(', '))}` : entry;
    },
    thread: ({ number, startedBy, lastDate, replies, unread, subject }) => {
      const counts = [
        `${replies} ${replies === '1' ? 'reply' : 'replies'}`,
        ...(unread === undefined ? [] : [`${unread} unread`]),
      ];
      const from = startedBy === undefined ? '' : `${startedBy}: `;
      return `#${number}  ${lastDate}  ${from}${subject}  ${colours.faint(counts.join(', '))}`;
    },
    line: (text) => wrapLine(text, columns()),
    content: (text) => wrapText(text, columns()),
    get columns() {
      return columns();
    },
  };
}

function paintTag(tag: Tag, { green, red, cyan, faint }: Colours): string {
  switch (tag) {
    case '[SUCCESS]':
      return green(tag);
    case '[ERROR]':
      return red(tag);
    case '[NOTIFY]':
      return cyan(tag);
    case '[INFO]':
      return faint(tag);
  }
}
