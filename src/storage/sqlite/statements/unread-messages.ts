import { endOfTime } from '../../../board/times.ts';
import type { Notify } from '../../../board/types.ts';
import { limits } from '../../../protocol/limits.ts';
import {
  areRanges,
  gapsOf,
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
 * How many messages posted up to `until` are unread, or of these mention the reader, up to `limits.unread`. It searches an
 * index for each gap between the ranges.
 */
export function countUnread(
  statements: Statements,
  reader: Reader,
  { marks, until }: { readonly marks: Marks; readonly until: number },
  which: 'unreadBetween' | 'mentionsBetween' = 'unreadBetween',
): number {
  let unread = 0;
  for (const gap of gapsOf(marks)) {
    const { above, below } = timesOf(statements, reader, gap);
    const bounds = { above, below: Math.min(below, until + 1), limit: limits.unread - unread };
    unread += statements[which].get({ ...reader, ...bounds })?.unread ?? 0;
    if (unread >= limits.unread) break;
  }
  return unread;
}

/** The number of the oldest unread message of a thread, if one is given and has any, otherwise of the group. */
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
  const { firstUnreadReply } = statements;
  const firstUnread = notify === 'all' ? statements.firstUnread : statements.firstUnreadMention;
  const gaps = gapsOf(marks).map((gap) => timesOf(statements, reader, gap));
  if (notify === 'all' && thread !== undefined) {
    for (const times of gaps) {
      const reply = firstUnreadReply.get({ ...reader, ...times, thread });
      if (reply) return reply.number;
    }
  }
  for (const times of gaps) {
    const message = firstUnread.get({ ...reader, ...times });
    if (message) return message.number;
  }
  return undefined;
}

/**
 * A range together with the numbers around it that cannot be unread: own, invisible and deleted messages, but not muted ones, which may be unread again. If nothing
 * unread is left, it reaches to the group's newest number, and the next login has nothing to count.
 */
export function widened(
  statements: Statements,
  reader: Reader,
  [first, last]: NumberRange,
  lastNumber: number,
): NumberRange {
  const { above } = timesBetween(statements, reader.group, { after: last });
  const { below } = timesBetween(statements, reader.group, { before: first });
  const next = statements.firstOfOthers.get({ ...reader, above, below: endOfTime });
  const previous = statements.lastOfOthers.get({ ...reader, above: 0, below });
  return [(previous?.number ?? 0) + 1, next ? next.number - 1 : lastNumber];
}

function timesOf(statements: Statements, { group }: Reader, [first, last]: NumberRange) {
  const before = last === Number.MAX_SAFE_INTEGER ? undefined : last + 1;
  return timesBetween(statements, group, { after: first - 1, before });
}
