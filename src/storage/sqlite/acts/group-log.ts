import type { Group, LogLine, Origin } from '../../../board/types.ts';
import type { LogAct } from '../../../protocol/rights.ts';
import { visibleUntil } from './changes.ts';
import type { OperatorTx } from './transaction.ts';

/** A line that an act in a group adds to its log. */
export interface Logged {
  readonly act: LogAct;
  /** The name of the author of the act; null for the operator. */
  readonly by: string | null;
  readonly origin: Origin;
  readonly user?: string | undefined;
  /** The message or the thread that it is about. Members who cannot see messages of that time do not see the line. */
  readonly message?: { readonly number: number; readonly postedAt: number } | undefined;
  readonly until?: number | undefined;
  readonly detail?: string | undefined;
}

/** Adds a line to the log of a group. Past the limit, it removes a line: see `trimLog`. */
export function addLine(
  { statements, at }: OperatorTx,
  group: Group,
  { act, by, user = '', message, until, detail = '' }: Logged,
): LogLine {
  const { number = null, postedAt = null } = message ?? {};
  const line = { at, act, by, user: user || null, number, until: until ?? null, detail };
  const { id } = statements.addLine.get({ group: group.id, ...line, postedAt });
  statements.trimLog.run({ group: group.id, by });
  return { id, ...line };
}

/** Adds a line to the log of a group, and notifies the members whom it concerns. */
export function log(tx: OperatorTx, group: Group, logged: Logged): void {
  const line = addLine(tx, group, logged);
  const { origin, message } = logged;
  tx.emit({
    ...{ type: 'group.logged', origin, group, line },
    ...(message && { until: visibleUntil(tx.statements, group.id, message.postedAt) }),
  });
}
