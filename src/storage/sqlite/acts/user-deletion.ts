import type { MessageDisposal } from '../../../board/ports/administration.ts';
import type { User } from '../../../board/types.ts';
import { findMessage } from '../statements/by-number.ts';
import { firstIdSince } from '../statements/ids.ts';
import type { Statements } from '../statements/statements.ts';
import { nextChange } from './changes.ts';
import { changeCounts } from './counts.ts';
import { buryMessages } from './messages.ts';
import { stepSize } from './removal.ts';
import { settleOwner } from './roles.ts';
import { emitPurged, emptySpan, extended, type RemovedSpan } from './spans.ts';
import { removeTracesOfUser } from './traces.ts';
import type { OperatorTx } from './transaction.ts';
import { expel, groupsOf } from './users.ts';

/** How far a user's deletion has come. */
export interface DeletionProgress {
  /** How many of the user's messages were deleted or lost their sender. */
  readonly messages: number;
  /** The id up to which no message from before the deletion is from the user any more. */
  readonly searchedTo: number;
  /** The newest time of a message when the deletion began. */
  readonly began: number;
  /** The deleted messages, by group. */
  readonly spans: readonly RemovedSpan[];
}

/** Some messages of a user. */
export interface SentMessages {
  readonly rows: readonly {
    readonly id: number;
    readonly group: number;
    readonly number: number;
  }[];
  /** The id up to which all of the user's messages are among `rows`, or were found before. */
  readonly searchedTo: number;
}

interface Deletion {
  readonly user: User;
  readonly messages: MessageDisposal;
  readonly progress: DeletionProgress;
}

/** Deletes some messages of a user, or removes their sender: a step of the user's deletion. */
export function settleMessages(
  tx: OperatorTx,
  { messages, progress, found }: Deletion & { readonly found: SentMessages },
): DeletionProgress {
  const { searchedTo } = found;
  // They were found in an earlier transaction: a row may have been removed since, and its id used again. Numbers
  // are never used again.
  const rows = found.rows.flatMap(({ id, group, number }) => {
    const row = findMessage(tx.statements, group, number);
    return row?.id === id ? [{ ...row, group }] : [];
  });
  const next = { ...progress, messages: progress.messages + rows.length, searchedTo };
  if (messages === 'keep') {
    // Their terms in the index name the user, whose number is never used again.
    for (const { id } of rows) tx.statements.removeSender.run({ id });
    return next;
  }
  const spans = new Map(progress.spans.map((span) => [span.group.id, span]));
  for (const id of new Set(rows.map(({ group }) => group))) {
    const own = rows.filter(({ group }) => group === id).sort((a, b) => a.number - b.number);
    const change = nextChange(tx.statements, id, tx.at);
    buryMessages(tx, id, own, { by: null, change });
    const name = tx.statements.groupById.get({ group: id })?.name ?? '';
    const before = { ...(spans.get(id) ?? emptySpan), group: { id, name } };
    spans.set(id, { ...extended(tx, before, own), change });
  }
  return { ...next, spans: [...spans.values()] };
}

/**
 * Deletes a user, whose messages up to `progress.searchedTo` were settled before. The sessions end first, so that they
 * are notified of nothing but that.
 *
 * It runs without foreign keys (see `runsWithoutForeignKeys`): with them, SQLite would look through every
 * message for one that is still from the user. So this act removes the rows that the foreign keys would remove.
 */
export function deleteUser(tx: OperatorTx, deletion: Deletion): DeletionProgress {
  const { user } = deletion;
  const { statements } = tx;
  const upTo = Number.MAX_SAFE_INTEGER;
  let { progress } = deletion;
  // Messages posted since the deletion began. Their ids may be lower than `searchedTo`, because SQLite reuses ids.
  const last = statements.lastMessageId.get()?.id ?? 0;
  const first = firstIdSince(progress.began + 1, last, (id) => statements.rowFromId.get({ id }));
  progress = { ...progress, searchedTo: Math.min(progress.searchedTo, first - 1) };
  for (;;) {
    const found = sentMessages(statements, user, { after: progress.searchedTo, upTo });
    if (found.rows.length === 0) break;
    progress = settleMessages(tx, { ...deletion, progress, found });
  }
  expel(tx, user, 'Your name was removed from this board by the operator.');
  const roles = new Map(
    statements.rolesOf.all({ user: user.id }).map(({ id, role }) => [id, role]),
  );
  for (const group of groupsOf(statements, user)) {
    statements.removeMembership.run({ group: group.id, user: user.id });
    changeCounts(statements, group.id, { members: -1 });
    tx.emit({ type: 'member.left', origin: null, group, user });
    settleOwner(tx, group, roles.get(group.id) ?? 'member');
  }
  statements.removeMembershipsOf.run({ user: user.id });
  removeTracesOfUser(statements, user.id);
  statements.removeUser.run({ user: user.id });
  for (const span of progress.spans) emitPurged(tx, span);
  return progress;
}

/** The first messages of a user with ids after `after`, up to `upTo`. */
export function sentMessages(
  { sentBy }: Statements,
  { id: user }: User,
  range: { readonly after: number; readonly upTo: number },
): SentMessages {
  const rows = sentBy.all({ user, ...range, limit: stepSize });
  const isFull = rows.length === stepSize;
  return { rows, searchedTo: (isFull && rows.at(-1)?.id) || range.upTo };
}
