import type { Group } from '../../../board/types.ts';
import {
  formatRanges,
  type Marks,
  type NumberRange,
  readMarks,
  withRead,
} from '../../../protocol/marks.ts';
import { widened } from '../statements/unread-messages.ts';
import { requireMember } from './access.ts';
import type { MemberAct } from './memberships.ts';
import type { ServerTx } from './transaction.ts';

/** @throws BoardError as `Repository.markRead` does */
export function markRead(
  tx: ServerTx,
  { ranges, ...who }: MemberAct & { readonly ranges: readonly NumberRange[] },
): Marks {
  const { group, joined, lastNumber, marks } = findMarks(tx, who);
  const reader = { user: who.actor.user.id, group: group.id, joined };
  let after = marks;
  // One after the other: a widened range often holds the next ones. To widen each would search the same messages again.
  for (const range of upTo(lastNumber, ranges)) {
    if (holds(after, range)) continue;
    after = withRead(after, [widened(tx.statements, reader, range, lastNumber)]);
  }
  return store(tx, who, group, { before: marks, after });
}

/** @throws BoardError as `Repository.markAllRead` does */
export function markAllRead(tx: ServerTx, who: MemberAct) {
  const { group, lastNumber, marks: was } = findMarks(tx, who);
  const marks = store(tx, who, group, { before: was, after: { lastRead: lastNumber, ranges: [] } });
  return { group, was, marks };
}

/** @throws BoardError as `Repository.restoreMarks` does */
export function restoreMarks(
  tx: ServerTx,
  { marks: given, ...who }: MemberAct & { readonly marks: Marks },
): Marks {
  const { group, lastNumber, marks: before } = findMarks(tx, who);
  const mark = { lastRead: Math.min(given.lastRead, lastNumber), ranges: [] };
  const after = withRead(mark, upTo(lastNumber, given.ranges));
  return store(tx, who, group, { before, after });
}

function findMarks({ statements }: ServerTx, { actor, group: ref }: MemberAct) {
  const member = requireMember(statements, actor, ref);
  const row = statements.marksOf.get({ group: member.group.id, user: actor.user.id });
  return { ...member, marks: readMarks(row ?? { lastRead: 0, ranges: '' }) };
}

function store(
  { statements, emit }: ServerTx,
  { actor: { user, origin } }: MemberAct,
  group: Group,
  { before, after: marks }: { readonly before: Marks; readonly after: Marks },
): Marks {
  const ranges = formatRanges(marks.ranges);
  if (marks.lastRead === before.lastRead && ranges === formatRanges(before.ranges)) return marks;
  const readAt = statements.messageUpTo.get({ group: group.id, number: marks.lastRead })?.postedAt;
  statements.setMarks.run({
    group: group.id,
    user: user.id,
    number: marks.lastRead,
    readAt: readAt ?? 0,
    ranges,
  });
  emit({ type: 'marks.changed', origin, group, user, marks });
  return marks;
}

/** The ranges without the numbers after `lastNumber`. */
function upTo(lastNumber: number, ranges: readonly NumberRange[]): NumberRange[] {
  return ranges
    .filter(([first]) => first <= lastNumber)
    .map(([first, last]) => [first, Math.min(last, lastNumber)]);
}

function holds({ lastRead, ranges }: Marks, [first, last]: NumberRange): boolean {
  return last <= lastRead || ranges.some((range) => range[0] <= first && last <= range[1]);
}
