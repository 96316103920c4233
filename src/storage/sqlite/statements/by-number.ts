import { endOfTime } from '../../../board/times.ts';
import type { Statements } from './statements.ts';

/** A row that is found by its number. */
export interface NumberedRow {
  readonly id: number;
  readonly number: number;
  readonly postedAt: number;
}

/** The message with a number, unless it was deleted. */
export function findMessage(
  { messageFrom }: Statements,
  group: number,
  number: number,
): NumberedRow | undefined {
  const found = messageFrom.get({ group, number });
  return found?.number === number ? found : undefined;
}

/** The tombstone with a number. */
export function findTombstone(
  { tombstoneFrom }: Statements,
  group: number,
  number: number,
): NumberedRow | undefined {
  const found = tombstoneFrom.get({ group, number });
  return found?.number === number ? found : undefined;
}

/** Bounds on numbers, both left out, as bounds on times, both left out, for the messages of a group. */
export function timesBetween(
  { messageFrom, messageUpTo }: Statements,
  group: number,
  { before, after }: { readonly before?: number | undefined; readonly after?: number | undefined },
): { above: number; below: number } {
  const upTo = after === undefined ? undefined : messageUpTo.get({ group, number: after });
  const from = before === undefined ? undefined : messageFrom.get({ group, number: before });
  return { above: upTo?.postedAt ?? 0, below: from?.postedAt ?? endOfTime };
}
