import type { Group, GroupRef } from '../../../board/types.ts';
import { BoardError } from '../../../protocol/errors.ts';
import { formatTime, toSeconds } from '../../../protocol/time.ts';
import { findMessage, findTombstone } from '../statements/by-number.ts';
import type { Statements } from '../statements/statements.ts';
import { findGroup } from './access.ts';
import { changeCounts } from './counts.ts';
import { reindexMessage } from './search-index.ts';
import { emitPurged } from './spans.ts';
import { removeTraces } from './traces.ts';
import type { OperatorTx } from './transaction.ts';

/** Deletes all of `numbers`, or none. @throws BoardError as `Administration.deleteMessages` does */
export function deleteMessages(
  tx: OperatorTx,
  { group: ref, numbers }: { group: GroupRef; numbers: readonly number[] },
): Group {
  const { id, name } = findGroup(tx.statements, ref);
  const group = { id, name };
  const rows = [...new Set(numbers)].map((number) => {
    const row = findMessage(tx.statements, id, number);
    if (!row) throw noMessage(tx.statements, group, number);
    return row;
  });
  rows.sort((a, b) => a.number - b.number);
  buryMessages(tx, group.id, rows);
  for (const { number } of rows) {
    emitPurged(tx, { group, count: 1, first: number, last: number });
  }
  return group;
}

/**
 * Makes messages of one group tombstones: their rows keep number, time and thread, and lose everything else. The
 * rows have to stay because the rule of visibility counts rows (see visibility.ts). Rows may be removed only
 * from a group's oldest on, as a purge and retention do.
 */
export function buryMessages(
  { statements, at }: OperatorTx,
  group: number,
  rows: readonly { readonly id: number; readonly number: number }[],
): void {
  for (const { id, number } of rows) {
    statements.bury.run({ id, at });
    removeTraces(statements, group, number);
    reindexMessage(statements, id);
  }
  changeCounts(statements, group, { messages: -rows.length });
}

/** The operator may see every message, so this says more than the error that members get. */
export function noMessage(statements: Statements, { id, name }: Group, number: number): BoardError {
  const row = findTombstone(statements, id, number);
  const deletedAt = row && statements.rowById.get({ id: row.id })?.deletedAt;
  const text =
    deletedAt === undefined || deletedAt === null
      ? `There is no message ${number} in ${name}.`
      : `Message ${number} of ${name} was deleted at ${toSeconds(formatTime(deletedAt))}.`;
  return new BoardError('MESSAGE_NOT_FOUND', text);
}
