import { endOfTime } from '../../../board/times.ts';
import type { Notify } from '../../../board/types.ts';
import { limits } from '../../../protocol/limits.ts';
import {
  areRanges,
  isRead,
  type Marks,
  type NumberRange,
  parseRanges,
} from '../../../protocol/marks.ts';
import { timesBetween } from './by-number.ts';
import type { Statements } from './statements.ts';

/** A member whose unread messages are looked for. */
export interface Reader {
  readonly user: number;
  readonly group: number;
  /** When they joined the group. */
  readonly joined: number;
}

/** Marks as they are stored. Ranges that break the format, which `db check` reports, are left out. */
export function toMarks({
  lastRead,
  ranges: written,
}: {
  readonly lastRead: number | null;
  readonly ranges: string | null;
}): Marks {
  const ranges = parseRanges(written ?? '') ?? [];
  return { lastRead: lastRead ?? 0, ranges: areRanges(ranges, lastRead ?? 0) ? ranges : [] };
}

/**
 * How many messages posted up to `until` are unread, or of these mention the reader, up to `limits.unread`. A group with
 * 300 ranges takes a few milliseconds.
 */
export function countUnread(
  statements: Statements,
  reader: Reader,
  { marks, until }: { readonly marks: Marks; readonly until: number },
  which: 'unreadBetween' | 'mentionsBetween' = 'unreadBetween',
): number {
  const list = (times: Times) => statements[which].all({ ...reader, ...times, limit: rowsAtOnce });
  const unread = unreadOf(statements, { group: reader.group, marks, until }, list);
  let count = 0;
  while (count < limits.unread && !unread.next().done) count++;
  return count;
}

/** The number of the oldest unread message of a thread, or of the group if the thread has none or is not given. */
export function findUnread(
  statements: Statements,
  reader: Reader,
  {
    marks,
    notify,
    thread,
  }: { readonly marks: Marks; readonly notify: Notify; readonly thread?: number | undefined },
): number | undefined {
  if (notify === 'none') return undefined;
  const { unreadBetween, unreadRepliesBetween, mentionsBetween } = statements;
  const of = { group: reader.group, marks, until: endOfTime - 1 };
  const first = (list: (times: Times) => Found[]) => unreadOf(statements, of, list).next().value;
  const limited = { ...reader, limit: rowsAtOnce };
  const ofThread =
    notify === 'all' && thread !== undefined
      ? first((times) => unreadRepliesBetween.all({ ...limited, ...times, thread }))
      : undefined;
  const all = notify === 'all' ? unreadBetween : mentionsBetween;
  return ofThread ?? first((times) => all.all({ ...limited, ...times }));
}

// Messages of one query. A range that reaches further than these is stepped over: to find its end takes as long as to read
// so many messages.
const rowsAtOnce = 64;

/** Bounds on times, both left out. */
interface Times {
  readonly above: number;
  readonly below: number;
}

interface Found {
  readonly number: number;
  readonly postedAt: number;
}

/**
 * The numbers that the marks do not hold, oldest first, of what `list` finds in a group.
 * @param list returns at most `rowsAtOnce` messages, oldest first
 */
function* unreadOf(
  statements: Statements,
  {
    group,
    marks,
    until,
  }: { readonly group: number; readonly marks: Marks; readonly until: number },
  list: (times: Times) => Found[],
): Generator<number, undefined> {
  const timeOf = (number: number) => timesBetween(statements, group, { after: number }).above;
  let above = timeOf(marks.lastRead);
  for (;;) {
    const found = list({ above, below: until + 1 });
    for (const { number } of found) if (!isRead(marks, number)) yield number;
    const last = found.at(-1);
    if (!last || found.length < rowsAtOnce) return undefined;
    const range = marks.ranges.find(([from, to]) => from <= last.number && last.number < to);
    above = range ? timeOf(range[1]) : last.postedAt;
  }
}

/**
 * A range together with the numbers around it that cannot be unread: own, invisible and deleted messages, but not muted
 * ones, which may be unread again. If nothing unread is left, it reaches to the group's newest number, and the next login has nothing to count.
 */
export function widened(
  statements: Statements,
  reader: Reader,
  [first, last]: NumberRange,
  lastNumber: number,
): NumberRange {
  const { above } = timesBetween(statements, reader.group, { after: last });
  const { below } = timesBetween(statements, reader.group, { before: first });
  const next = statements.firstOfOthers.get({ ...reader, above, below: endOfTime, limit: 1 });
  const previous = statements.lastOfOthers.get({ ...reader, above: 0, below, limit: 1 });
  return [(previous?.number ?? 0) + 1, next ? next.number - 1 : lastNumber];
}
