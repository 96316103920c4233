import type { MessageSpan } from '../../../board/ports/administration.ts';
import type { OperatorTx } from './transaction.ts';

/** Announces that messages were removed, if any were. */
export function emitPurged({ emit }: OperatorTx, span: MessageSpan): void {
  const { group, count, first, last, change } = span;
  const buried = change === undefined ? {} : { change };
  if (count > 0) emit({ type: 'messages.purged', group, count, first, last, ...buried });
}

/** Announces the messages that a long act has removed, if it ends before it is complete. */
export function announcePurged(tx: OperatorTx, { spans }: { spans: readonly MessageSpan[] }): void {
  for (const span of spans) emitPurged(tx, span);
}

/** A span with the messages of `numbers` too. */
export function extended(
  { group, count, first, last }: MessageSpan,
  numbers: readonly number[],
): MessageSpan {
  if (numbers.length === 0) return { group, count, first, last };
  return {
    group,
    count: count + numbers.length,
    first: count === 0 ? Math.min(...numbers) : first,
    last: Math.max(...numbers),
  };
}
