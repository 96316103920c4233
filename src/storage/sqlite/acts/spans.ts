import type { OutsideEvent } from '../../../board/events.ts';
import type { MessageSpan } from '../../../board/ports/administration.ts';
import { endOfTime } from '../../../board/times.ts';
import { visibleUntil } from './changes.ts';
import type { OperatorTx } from './transaction.ts';

/** Messages of one group that were removed, and the members who could see them. */
export interface RemovedSpan extends MessageSpan {
  /** Members who joined before this time could see the first of them, and so all. */
  readonly firstUntil: number;
  /** Members who joined before this time could see the last of them. */
  readonly until: number;
}

/** A span without messages. */
export const emptySpan = { count: 0, first: 0, last: 0, firstUntil: 0, until: 0 };

type Purged = Extract<OutsideEvent, { type: 'messages.purged' }>;

/** Announces that messages were removed, if any were. */
export function emitPurged({ emit }: OperatorTx, span: RemovedSpan, by?: Purged['by']): void {
  if (span.count === 0) return;
  emit({ type: 'messages.purged', ...removedSpan(span), ...(by && { by }) });
}

/** Announces the messages that a long act has removed, if it ends before it is complete. */
export function announcePurged(tx: OperatorTx, { spans }: { spans: readonly RemovedSpan[] }): void {
  for (const span of spans) emitPurged(tx, span);
}

/**
 * A span with some messages more, whose rows are still there.
 * @param removed in the order of their numbers
 */
export function extended(
  tx: OperatorTx,
  before: RemovedSpan,
  removed: readonly { readonly number: number; readonly postedAt: number }[],
): RemovedSpan {
  const { group, count } = before;
  const [first, last] = [removed[0], removed.at(-1)];
  if (!first || !last) return removedSpan(before);
  // A user who joins between two steps never saw these messages. The clock of a command may be slow beside the server's.
  const limit = tx.isOutside ? endOfTime : tx.at;
  const until = (postedAt: number) =>
    Math.min(limit, visibleUntil(tx.statements, group.id, postedAt));
  const isFirst = count === 0 || first.number < before.first;
  const isLast = last.number > before.last;
  return {
    group,
    count: count + removed.length,
    first: isFirst ? first.number : before.first,
    last: isLast ? last.number : before.last,
    firstUntil: isFirst ? until(first.postedAt) : before.firstUntil,
    until: isLast ? until(last.postedAt) : before.until,
  };
}

function removedSpan(span: RemovedSpan): RemovedSpan {
  const { group, count, first, last, firstUntil, until, change } = span;
  return { group, count, first, last, firstUntil, until, ...(change && { change }) };
}
