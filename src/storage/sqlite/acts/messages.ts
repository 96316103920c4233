import type { OutsideEvent } from '../../../board/events.ts';
import type { Group, GroupRef } from '../../../board/types.ts';
import { BoardError } from '../../../protocol/errors.ts';
import { formatTime, toSeconds } from '../../../protocol/time.ts';
import { findMessage, findTombstone } from '../statements/by-number.ts';
import type { Statements } from '../statements/statements.ts';
import { findGroup } from './access.ts';
import { nextChange, visibleUntil } from './changes.ts';
import { changeCounts } from './counts.ts';
import { addLine } from './group-log.ts';
import { reindexMessage } from './search-index.ts';
import { removeTraces } from './traces.ts';
import type { OperatorTx } from './transaction.ts';

interface DeleteMessages {
  readonly group: GroupRef;
  readonly numbers: readonly number[];
  /** For the members who could see the messages; '' for none. */
  readonly reason: string;
}

/** Deletes all of `numbers`, or none. @throws BoardError as `Administration.deleteMessages` does */
export function deleteMessages(
  tx: OperatorTx,
  { group: ref, numbers, reason }: DeleteMessages,
): Group {
  const { id, name, kind } = findGroup(tx.statements, ref);
  const group = { id, name };
  const rows = [...new Set(numbers)].map((number) => {
    const row = findMessage(tx.statements, id, number);
    if (!row) throw noMessage(tx.statements, group, number);
    return row;
  });
  rows.sort((a, b) => a.number - b.number);
  // A command leaves it to the server to number its changes. Otherwise a session could list a deletion by its counter,
  // and be notified of it later.
  const change = tx.isOutside ? null : nextChange(tx.statements, group.id, tx.at);
  buryMessages(tx, group.id, rows, { by: null, change });
  for (const { number, postedAt } of rows) {
    const what = { origin: null, group, number, postedAt, by: null, reason };
    announceDeleted(tx, { ...what, change: change ?? 0 });
    if (kind === 'direct') continue;
    const message = { number, postedAt };
    addLine(tx, group, { act: 'delete', by: null, origin: null, message, detail: reason });
  }
  return group;
}

type Deleted = Omit<
  Extract<OutsideEvent, { type: 'message.deleted' }>,
  'type' | 'until' | 'reason'
>;

/** Announces the deletion of one message to the members who could see it. */
export function announceDeleted(
  { statements, emit }: OperatorTx,
  { reason, ...deleted }: Deleted & { readonly reason: string },
): void {
  const until = visibleUntil(statements, deleted.group.id, deleted.postedAt);
  emit({ type: 'message.deleted', ...deleted, ...(reason !== '' && { reason }), until });
}

/**
 * Makes messages of one group tombstones: their rows keep number, time and thread, and lose everything else. The
 * rows have to stay because the rule of visibility counts rows (see visibility.ts). Rows may be removed only
 * from a group's oldest on, as a purge and retention do.
 * @param deletion `by` is the id of the user who deletes them, null for the operator; `change` is the change counter of
 * all of them
 */
export function buryMessages(
  { statements, at }: OperatorTx,
  group: number,
  rows: readonly { readonly id: number; readonly number: number }[],
  { by, change }: { readonly by: number | null; readonly change: number | null },
): void {
  for (const { id, number } of rows) {
    statements.bury.run({ id, at, by, change });
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
