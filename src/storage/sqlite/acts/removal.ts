import type { PurgePlan } from '../../../board/ports/administration.ts';
import type { Statements } from '../statements/statements.ts';
import { changeCounts } from './counts.ts';
import { forgetUnusedIds, unindexOldest } from './search-index.ts';
import { emitPurged, extended, type RemovedSpan } from './spans.ts';
import { removeTracesUpTo } from './traces.ts';
import type { OperatorTx } from './transaction.ts';

/** Messages of one step: under 1 ms of work if they are short, 4 ms if each has 32 KiB. */
export const stepSize = 200;

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

/** A row of a group: a message or a tombstone. */
export type Row = ReturnType<Statements['oldestRows']['all']>[number];

/** The rows without the tombstones. */
export function messagesOf(rows: readonly Row[]): Row[] {
  return rows.filter(({ deletedAt }) => deletedAt === null);
}

/**
 * Removes the oldest rows of a group.
 * @param rows all of them, oldest first, tombstones among them
 */
export function removeOldest(statements: Statements, group: number, rows: readonly Row[]): void {
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
