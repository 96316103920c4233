import type { UnreadCount } from '../../../board/ports/reading.ts';
import { endOfTime } from '../../../board/times.ts';
import type { Header, Notify } from '../../../board/types.ts';
import { limits } from '../../../protocol/limits.ts';
import { isRead, type Marks, type NumberRange, readMarks } from '../../../protocol/marks.ts';
import { everyone } from '../../../protocol/mentions.ts';
import { findMessage, timesBetween } from './by-number.ts';
import type { Statements } from './statements.ts';

/** A member whose unread messages are looked for. */
export interface Reader {
  readonly user: number;
  readonly group: number;
  /** When they joined the group. */
  readonly joined: number;
}

/** Whether a visible message mentions a user, by name or as one of all members. */
export function isMentioned(
  { mentionOf }: Statements,
  { user, group }: Pick<Reader, 'user' | 'group'>,
  { number, mentions }: Header,
): boolean {
  if (mentions === null) return false;
  return (
    mentions.startsWith(`["${everyone}"`) || mentionOf.get({ user, group, number }) !== undefined
  );
}

/**
 * Counts the unread messages of a group that were posted up to `until`. It yields how many rows each of its queries has
 * looked at.
 * @returns undefined if the reader is not in the group
 */
export function* countUnread(
  statements: Statements,
  { user, group }: { readonly user: number; readonly group: number },
  until: number,
): Generator<number, UnreadCount | undefined> {
  const own = statements.ownGroup.get({ user, group });
  if (!own) return undefined;
  const { joined, notify, lastNumber, readAt } = own;
  const marks = readMarks(own);
  const count = { group, ...marks, lastNumber, unread: 0, mentions: 0 };
  if (notify === 'none' || marks.lastRead >= lastNumber) return count;
  const reader = { user, group, joined };
  // Later messages are not in the count, although it may read them: others post between its steps.
  const newest = statements.messageUpTo.get({ group, number: lastNumber })?.postedAt ?? 0;
  const range = { above: readAt, below: Math.min(newest, until) + 1 };
  const of = { statements, group, marks, range };
  const mentions = windows(of, (look) => statements.mentionWindow.get({ ...reader, ...look }));
  for (const { rows, unread } of mentions) {
    count.mentions = Math.min(count.mentions + unread, limits.unread);
    yield rows;
    if (count.mentions === limits.unread) break;
  }
  if (notify === 'mentions') return { ...count, unread: count.mentions };
  let ownUpTo = marks.lastRead;
  let isOwn = true;
  for (const seen of windows(of, (look) => statements.unreadWindow.get({ ...reader, ...look }))) {
    const { rows, unread, firstOther, lastNumber: last } = seen;
    count.unread = Math.min(count.unread + unread, limits.unread);
    if (isOwn) ownUpTo = firstOther ? firstOther - 1 : (last ?? ownUpTo);
    isOwn &&= !firstOther;
    yield rows;
    if (count.unread === limits.unread) break;
    if (isOwn || own.mutes === 1 || marks.ranges.length > 0) continue;
    yield* countOthers(statements, reader, { above: seen.last ?? range.above, range, count });
    break;
  }
  // The messages of a range were read, but may be marked as unread again meanwhile.
  ownUpTo = Math.min(ownUpTo, (marks.ranges[0]?.[0] ?? endOfTime) - 1);
  return ownUpTo - marks.lastRead > rowsAround ? { ...count, ownUpTo } : count;
}

/** Adds to `count` the messages of others after `above`, all of which are unread. It yields as `countUnread` does. */
function* countOthers(
  { countWindow }: Statements,
  reader: Reader,
  {
    above: start,
    range: { below },
    count,
  }: { above: number; range: Times; count: { unread: number } },
): Generator<number, undefined> {
  for (let above = start; count.unread < limits.unread; ) {
    const window = countWindow.get({ ...reader, above, below, limit: mostRows });
    if (!window || window.last === null) return;
    count.unread = Math.min(count.unread + window.unread, limits.unread);
    above = window.last;
    yield window.rows;
    if (window.rows < mostRows) return;
  }
}

/**
 * Finds the number of the oldest unread message of a thread, or of the group if the thread has none or is not given. It
 * yields how many rows each of its queries has looked at.
 */
export function* findUnread(
  statements: Statements,
  reader: Reader,
  {
    marks,
    notify,
    thread,
  }: { readonly marks: Marks; readonly notify: Notify; readonly thread?: number | undefined },
): Generator<number, number | undefined> {
  if (notify === 'none') return undefined;
  const isAll = notify === 'all';
  const all = isAll ? statements.unreadWindow : statements.mentionWindow;
  const inThread = isAll ? statements.threadWindow : statements.threadMentionWindow;
  const { group } = reader;
  const range = { ...timesBetween(statements, group, { after: marks.lastRead }) };
  const of = { statements, group, marks, range, isListed: true };
  if (thread !== undefined) {
    const beginning = findMessage(statements, group, thread)?.postedAt ?? 0;
    if (beginning > range.above) {
      const alone = { ...of, range: { above: beginning - 1, below: beginning + 1 } };
      const found = yield* firstOf(windows(alone, (look) => all.get({ ...reader, ...look })));
      if (found === thread) return found;
    }
    // The marks end before the first visible message of a member who joined later.
    const from = statements.firstVisible.get({ ...reader })?.from ?? 0;
    const ofThread = { ...of, range: { ...range, above: Math.max(range.above, from - 1) } };
    const found = yield* firstOf(
      windows(ofThread, (look) => inThread.get({ ...reader, ...look, thread })),
    );
    if (found !== undefined) return found;
  }
  return yield* firstOf(windows(of, (look) => all.get({ ...reader, ...look })));
}

function* firstOf(all: Iterable<Seen>): Generator<number, number | undefined> {
  for (const { numbers, rows } of all) {
    if (numbers.length > 0) return Math.min(...numbers);
    yield rows;
  }
  return undefined;
}

// Messages of the first query, which often finds the wanted one, and of the last: 0.2 ms.
const firstRows = 64;
const mostRows = 1024;
// Own messages that a mark passes at once, in each direction.
const rowsAround = 256;

/** Bounds on times, both left out. */
interface Times {
  readonly above: number;
  readonly below: number;
}

interface Look extends Times {
  readonly limit: number;
  readonly listed: 0 | 1;
}

/** What a query has found: see `windowColumns`. */
interface Window {
  readonly rows: number;
  readonly last: number | null;
  readonly lastNumber: number | null;
  readonly unread: number;
  readonly numbers: string;
  readonly firstOther?: number | null;
}

interface Seen extends Omit<Window, 'numbers'> {
  /** The unread ones; empty if they are not listed. */
  readonly numbers: readonly number[];
}

/**
 * Looks at the messages in a range of times, some after the other, without those that the marks hold. The next query
 * runs when the next window is asked for.
 * @param look returns what there is among the next messages, oldest first
 */
export function* windows(
  {
    statements,
    group,
    marks,
    range: { above: start, below },
    isListed = marks.ranges.length > 0,
  }: {
    readonly statements: Statements;
    readonly group: number;
    readonly marks: Marks;
    readonly range: Times;
    /** Whether the numbers are wanted, and not only how many there are. */
    readonly isListed?: boolean;
  },
  look: (look: Look) => Window | undefined,
): Generator<Seen, undefined> {
  let above = start;
  for (let limit = firstRows; ; limit = Math.min(4 * limit, mostRows)) {
    const window = look({ above, below, limit, listed: isListed ? 1 : 0 });
    if (!window || window.last === null) return undefined;
    const listed = JSON.parse(window.numbers) as number[];
    const numbers = listed.filter((number) => !isRead(marks, number));
    yield { ...window, numbers, unread: isListed ? numbers.length : window.unread };
    if (window.rows < limit) return undefined;
    const last = window.lastNumber ?? 0;
    // A range that reaches further is stepped over. To find its end takes as long as to look at a hundred messages.
    const range = marks.ranges.find(([from, to]) => from <= last && last < to);
    above = range ? timesBetween(statements, group, { after: range[1] }).above : window.last;
  }
}

/**
 * A range together with the numbers around it that cannot be unread: own, invisible and deleted messages, but not muted
 * ones, which may be unread again. If nothing unread is left, it reaches to the group's newest number, and the next login
 * has nothing to count. It passes at most `rowsAround` messages on each side, because one request has many ranges.
 */
export function widened(
  statements: Statements,
  reader: Reader,
  [first, last]: NumberRange,
  lastNumber: number,
): NumberRange {
  const { above } = timesBetween(statements, reader.group, { after: last });
  const { below } = timesBetween(statements, reader.group, { before: first });
  const look = { ...reader, limit: rowsAround, listed: 0 };
  const next = statements.unreadWindow.get({ ...look, above, below: endOfTime });
  const before = statements.unreadWindowBefore.get({ ...look, above: 0, below });
  const isEnd = !next || next.rows < rowsAround;
  const isStart = !before || before.rows < rowsAround;
  return [
    before?.lastOther ? before.lastOther + 1 : isStart ? 1 : (before.firstNumber ?? first),
    next?.firstOther ? next.firstOther - 1 : isEnd ? lastNumber : (next.lastNumber ?? last),
  ];
}
