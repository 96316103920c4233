import { endOfTime } from '../../../board/times.ts';
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
 * How many messages posted up to `until` are unread, up to `limits.unread`. It searches an index for each gap
 * between the ranges.
 */
export function countUnread(
  statements: Statements,
  reader: Reader,
  { marks, until }: { readonly marks: Marks; readonly until: number },
): number {
  let unread = 0;
  for (const gap of gapsOf(marks)) {
    const { above, below } = timesOf(statements, reader, gap);
    const bounds = { above, below: Math.min(below, until + 1), limit: limits.unread - unread };
    unread += statements.unreadBetween.get({ ...reader, ...bounds })?.unread ?? 0;
    if (unread >= limits.unread) break;
  }
  return unread;
}

/** The number of the oldest unread message of a thread, if one is given and has any, otherwise of the group. */
export function findUnread(
  statements: Statements,
  reader: Reader,
  { marks, thread }: { readonly marks: Marks; readonly thread?: number | undefined },
): number | undefined {
  const { firstUnread, firstUnreadReply } = statements;
  const gaps = gapsOf(marks).map((gap) => timesOf(statements, reader, gap));
  if (thread !== undefined) {
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
 * A range together with the numbers around it that cannot be unread: own, invisible and deleted messages. If nothing
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
  const next = statements.firstUnread.get({ ...reader, above, below: endOfTime });
  const previous = statements.lastUnread.get({ ...reader, above: 0, below });
  return [(previous?.number ?? 0) + 1, next ? next.number - 1 : lastNumber];
}

function timesOf(statements: Statements, { group }: Reader, [first, last]: NumberRange) {
  const before = last === Number.MAX_SAFE_INTEGER ? undefined : last + 1;
  return timesBetween(statements, group, { after: first - 1, before });
}
