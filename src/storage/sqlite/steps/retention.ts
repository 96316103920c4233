import { and, eq } from 'drizzle-orm';
import type {
  GroupDetails,
  MessageSpan,
  NextRemoval,
  PurgeRule,
} from '../../../board/ports/administration.ts';
import type { Orm } from '../file/connection.ts';
import { messages } from '../file/schema.ts';
import { spanOf } from './purge.ts';

/** Of a day, in microseconds. */
export const day = 86_400 * 1e6;

/** What the rule of a group takes next; null where there is no rule, or nothing to take. */
export function nextRemoval(orm: Orm, group: GroupDetails, now: number): NextRemoval | null {
  const { keepMessages: keep, keepDays } = group;
  const rules: PurgeRule[] = [];
  if (keep !== null) rules.push({ keep });
  if (keepDays !== null) rules.push({ before: now - keepDays * day });
  if (rules.length === 0) return null;
  // Numbers grow with time: the span that reaches further holds the other.
  const due = rules
    .map((rule) => spanOf(orm, group, rule))
    .reduce((far, span) => (span.upTo > far.upTo ? span : far));
  if (due.count > 0) return { ...told(orm, due), at: null, afterPosts: 0 };
  const { first } = spanOf(orm, group, 'all');
  if (first === 0) return null;
  const oldest = told(orm, { group, count: 1, first, last: first });
  return {
    ...oldest,
    at: keepDays === null ? null : oldest.upTo + keepDays * day,
    afterPosts: keep === null ? null : keep - group.messages + 1,
  };
}

function told(orm: Orm, { group, count, first, last }: MessageSpan) {
  const found = orm
    .select({ postedAt: messages.postedAt })
    .from(messages)
    .where(and(eq(messages.groupId, group.id), eq(messages.number, last)))
    .get();
  return { count, first, last, upTo: found?.postedAt ?? 0 };
}
