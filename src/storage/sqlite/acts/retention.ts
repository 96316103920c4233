import { day } from '../../../board/times.ts';
import type { Group } from '../../../board/types.ts';
import type { Statements } from '../statements/statements.ts';
import { messagesOf, type Row, removeOldest, stepSize } from './removal.ts';
import { emitPurged, emptySpan, extended, type RemovedSpan } from './spans.ts';
import type { ServerTx } from './transaction.ts';

/** The messages that the rule of a group removes now. */
interface Due {
  readonly group: Group;
  /** Messages posted before this time, in microseconds. */
  readonly before: number;
  /** How many of the oldest messages are more than the group keeps. */
  readonly excess: number;
  /** In words, for the log. */
  readonly rule: string;
}

/** Messages that retention has removed from a group, and that its members were not notified of yet. */
export interface Removal extends RemovedSpan {
  /** When the last message was posted. */
  readonly upTo: number;
  /** The rule that removed the messages, in words. */
  readonly rule: string;
}

/** The arguments of a step of retention. */
export interface Retention {
  /** The time by the wall clock, in microseconds. */
  readonly now: number;
  /** Whether the clock may be trusted to delete messages by their age. */
  readonly byAge: boolean;
  /** The messages that earlier steps have removed, by group. */
  readonly removals: readonly Removal[];
}

/**
 * The next step of retention: removes the oldest messages of the first group that holds more than its rule
 * keeps. The last step for a group announces everything that was removed from it.
 * @returns undefined if there is nothing to do
 */
export function removeExpired(
  tx: ServerTx,
  retention: Retention,
): { removal: Removal; rule: string; complete: boolean } | undefined {
  const { statements } = tx;
  const due = findDue(statements, retention);
  if (!due) return undefined;
  const { group, rule } = due;
  const before = retention.removals.find((removal) => removal.group.id === group.id) ?? {
    ...emptySpan,
    upTo: 0,
  };
  const rows = dueRows(statements, due);
  const upTo = Math.max(before.upTo, rows.at(-1)?.postedAt ?? 0);
  // Its name may have changed since the step before.
  const removal = { ...extended(tx, { ...before, group }, messagesOf(rows)), upTo, rule };
  removeOldest(statements, group.id, rows);
  const complete = rows.length < stepSize;
  if (complete) emitPurged(tx, removal, { rule, upTo });
  return { removal, rule, complete };
}

/** The first group that holds more than its rule keeps, or whose members were not notified of a removal. */
export function findDue(
  { retained }: Statements,
  { now, byAge, removals }: Retention,
): Due | undefined {
  for (const { id, name, ...rule } of retained.all()) {
    const excess = rule.keepMessages === null ? 0 : rule.messages - rule.keepMessages;
    const before = rule.keepDays === null || !byAge ? 0 : now - rule.keepDays * day;
    const isOld = rule.oldest !== null && rule.oldest < before;
    if (excess > 0 || isOld || removals.some(({ group }) => group.id === id)) {
      return { group: { id, name }, before, excess, rule: inWords(rule) };
    }
  }
  // The group has no rule any more, or was deleted. The removed messages are still to be announced.
  const [left] = removals;
  return left && { group: left.group, before: 0, excess: 0, rule: left.rule };
}

function dueRows(statements: Statements, { group, before, excess }: Due): Row[] {
  const upTo = Number.MAX_SAFE_INTEGER;
  const oldest = statements.oldestRows.all({ group: group.id, upTo, limit: stepSize });
  let messages = 0;
  let rows = 0;
  for (const [at, { postedAt, deletedAt }] of oldest.entries()) {
    if (deletedAt === null) messages++;
    // A tombstone is removed with the message after it. There may be more tombstones before it than fit into a step.
    const isExcess = deletedAt === null ? messages <= excess : messages < excess;
    if (postedAt < before || isExcess) rows = at + 1;
  }
  return oldest.slice(0, rows);
}

function inWords(rule: { keepMessages: number | null; keepDays: number | null }): string {
  const parts = [
    rule.keepMessages === null ? [] : `${rule.keepMessages} messages`,
    rule.keepDays === null ? [] : `${rule.keepDays} days`,
  ];
  return `keep ${parts.flat().join(' and ')}`;
}
