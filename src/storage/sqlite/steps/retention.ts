import type {
  GroupDetails,
  MessageSpan,
  NextRemoval,
  PurgeRule,
} from '../../../board/ports/administration.ts';
import { day } from '../../../board/times.ts';
import { findMessage } from '../statements/by-number.ts';
import type { Statements } from '../statements/statements.ts';
import { planPurge } from './purge.ts';

/** The messages that the rule of a group removes next; null if there is no rule, or nothing to remove. */
export function nextRemoval(
  statements: Statements,
  group: GroupDetails,
  now: number,
): NextRemoval | null {
  const { keepMessages: keep, keepDays } = group;
  const rules: PurgeRule[] = [];
  if (keep !== null) rules.push({ keep });
  if (keepDays !== null) rules.push({ before: now - keepDays * day });
  if (rules.length === 0) return null;
  // Numbers grow with time: the span that reaches further holds the other.
  const due = rules
    .map((rule) => planPurge(statements, group, rule))
    .reduce((far, span) => (span.upTo > far.upTo ? span : far));
  if (due.count > 0) return { ...withTime(statements, due), at: null, afterPosts: 0 };
  const { first } = planPurge(statements, group, 'all');
  if (first === 0) return null;
  const oldest = withTime(statements, { group, count: 1, first, last: first });
  return {
    ...oldest,
    at: keepDays === null ? null : oldest.upTo + keepDays * day,
    afterPosts: keep === null ? null : keep - group.messages + 1,
  };
}

/** A span with the time of its last message. */
function withTime(statements: Statements, { group, count, first, last }: MessageSpan) {
  const row = findMessage(statements, group.id, last);
  return { count, first, last, upTo: row?.postedAt ?? 0 };
}
