import type { Group } from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import { visibleMessage } from '../statements/pages.ts';
import { requireMember } from './access.ts';
import { type Authority, requireRight } from './authority.ts';
import { requireVisible } from './curation.ts';
import type { MemberAct } from './memberships.ts';
import { moderatorsOf } from './roles.ts';
import type { OperatorTx, ServerTx } from './transaction.ts';

/** Reports a message to the moderators of its group. @throws BoardError as `Repository.report` does */
export function report(
  { statements, at, dayAgo: since, emit }: ServerTx,
  { actor, group: ref, number, reason }: MemberAct & { number: number; reason: string },
): { group: Group } {
  const { group, joined } = requireMember(statements, actor, ref);
  if (!visibleMessage(statements, group, joined, number)) {
    throw boardError('MESSAGE_NOT_FOUND', group.name, number);
  }
  const { user, origin } = actor;
  const sent = statements.reportsSince.get({ user: user.id, since })?.count ?? 0;
  if (sent >= limits.reportsPerDay) throw boardError('REPORT_LIMIT', limits.reportsPerDay);
  const of = { group: group.id, number, user: user.id };
  const isOpen = statements.openReportOf.get(of) !== undefined;
  statements.addReport.run({ ...of, reason, at });
  // The moderators were notified of the first report. A user could fill their screens with reports of one message.
  if (isOpen) return { group };
  const moderators = moderatorsOf(statements, group)
    .filter((moderator) => visibleMessage(statements, group, moderator.joinedAt, number))
    .map(({ id }) => id);
  emit({ type: 'message.reported', origin, group, number, user, reason, moderators });
  return { group };
}

/** Closes the reports of a message. @throws BoardError as `Repository.closeReport` does */
export function closeReports(
  tx: OperatorTx,
  { number, ...authority }: Authority & { number: number },
): { group: Group; closed: number } {
  const { statements, at } = tx;
  const authorized = requireRight(statements, authority, 'read reports');
  const { group } = authorized;
  requireVisible(tx, authorized, number);
  const closed = statements.closeReports.all({ group: group.id, number, at });
  return { group, closed: closed.length };
}
