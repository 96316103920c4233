import type { PurgePlan } from '../../../board/ports/administration.ts';
import { day } from '../../../board/times.ts';
import type { Group } from '../../../board/types.ts';
import type { Statements } from '../statements/statements.ts';
import { changeCounts } from './counts.ts';
import { forgetUnusedIds, unindexOldest } from './search-index.ts';
import { emitPurged, emptySpan, extended, type RemovedSpan } from './spans.ts';
import { removeSomeOfGroup, removeTracesUpTo } from './traces.ts';
import type { OperatorTx, ServerTx } from './transaction.ts';

/** Messages of one step: under 1 ms of work if they are short, 4 ms if each has 32 KiB. */
export const stepSize = 200;

/** Rows of one step that other tables have about a group, such as memberships. */
const rowsOfStep = 500;

/** How far a purge has come. */
export interface PurgeProgress extends RemovedSpan {
  readonly complete: boolean;
}

/** The next step of a purge. The last one announces all that was removed. */
export function purgeStep(
  tx: OperatorTx,
  { plan, before }: { plan: PurgePlan; before: RemovedSpan },
): PurgeProgress {
  const progress = removePlanned(tx, plan, before);
  if (progress.complete) emitPurged(tx, progress);
  return progress;
}

/** The next step of the deletion of a group's messages, after which the group is hidden. It announces nothing. */
export function deleteGroupStep(
  tx: OperatorTx,
  { plan, before }: { plan: PurgePlan; before: RemovedSpan },
): PurgeProgress {
  return removePlanned(tx, plan, before);
}

/**
 * Deletes a group of which `removeHiddenStep` has left nothing, if another process has not deleted it. It announces
 * nothing: to the users, the group was removed when it was hidden.
 *
 * It runs without foreign keys (see `runsWithoutForeignKeys`): with them, SQLite would look through every message
 * for one that is still in the group, because no index of all messages begins with the group.
 * @throws Error if the group was not removed
 */
export function deleteGroup({ statements }: OperatorTx, { group }: { group: Group }): void {
  requireRemoved(statements, group);
  removeTracesUpTo(statements, group.id, Number.MAX_SAFE_INTEGER);
  statements.removeGroup.run({ group: group.id });
}

/**
 * Removes some of what a hidden group has: first the rows about it, such as reports and memberships, then its messages. So
 * a step that removes messages has no reports and closed threads to remove with them, of which there can be any number.
 * @param which the group; without it, any hidden group
 * @returns the group that has nothing left, for `deleteGroup`; undefined if there are more steps, or nothing to do
 * @throws Error if the group was not removed
 */
export function removeHiddenStep(
  { statements }: OperatorTx,
  which: { readonly group?: Group },
): { group: Group } | undefined {
  const group = which.group ?? statements.hiddenGroup.get();
  if (!group) return undefined;
  requireRemoved(statements, group);
  if (!removeSomeOfGroup(statements, group.id, rowsOfStep)) return undefined;
  const upTo = Number.MAX_SAFE_INTEGER;
  const rows = statements.oldestRows.all({ group: group.id, upTo, limit: stepSize });
  removeOldest(statements, group.id, rows);
  return rows.length > 0 ? undefined : { group };
}

/** Numbers of groups are not used again, so a group without a row was removed. */
function requireRemoved({ kindOfGroup }: Statements, { id, name }: Group): void {
  const found = kindOfGroup.get({ group: id });
  if (found && found.kind !== 'removed') throw new Error(`Group ${name} (${id}) was not removed`);
}

function removePlanned(
  tx: OperatorTx,
  { group, upTo }: PurgePlan,
  before: RemovedSpan,
): PurgeProgress {
  const { statements } = tx;
  const rows = statements.oldestRows.all({ group: group.id, upTo, limit: stepSize });
  const span = extended(tx, before, messagesOf(rows));
  removeOldest(statements, group.id, rows);
  return { ...span, complete: rows.length < stepSize };
}

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

type Row = ReturnType<Statements['oldestRows']['all']>[number];

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

function messagesOf(rows: readonly Row[]): Row[] {
  return rows.filter(({ deletedAt }) => deletedAt === null);
}

/**
 * Removes the oldest rows of a group.
 * @param rows all of them, oldest first, tombstones among them
 */
function removeOldest(statements: Statements, group: number, rows: readonly Row[]): void {
  const last = rows.at(-1);
  if (!last) return;
  removeUpTo(statements, group, last.postedAt);
  removeTracesUpTo(statements, group, last.number);
  changeCounts(statements, group, { messages: -messagesOf(rows).length });
}

/** Removes the rows of a group that were posted up to a time. */
function removeUpTo(statements: Statements, group: number, until: number): void {
  unindexOldest(statements, { group, until });
  statements.removeMessages.run({ group, until });
  statements.removeTombstones.run({ group, until });
  forgetUnusedIds(statements);
}

function inWords(rule: { keepMessages: number | null; keepDays: number | null }): string {
  const parts = [
    rule.keepMessages === null ? [] : `${rule.keepMessages} messages`,
    rule.keepDays === null ? [] : `${rule.keepDays} days`,
  ];
  return `keep ${parts.flat().join(' and ')}`;
}
