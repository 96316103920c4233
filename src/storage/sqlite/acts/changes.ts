import { endOfTime } from '../../../board/times.ts';
import type { Statements } from '../statements/statements.ts';

/**
 * A change counter for the messages that one act edits or deletes in a group, stored in `messages.changed`. It is the
 * time of the act, or later: so the counter of a group grows with the clock, and a member who asks for it learns
 * nothing of changes that the member may not see.
 */
export function nextChange(statements: Statements, group: number, at: number): number {
  return statements.raiseLastChange.get({ group, at })?.lastChange ?? at;
}

/**
 * Members who joined before this time can see a message: when the second row after it was posted, because a new member
 * sees the last two rows (see visibility.ts); `endOfTime` if there is no such row.
 */
export function visibleUntil(statements: Statements, group: number, postedAt: number): number {
  return statements.secondRowAfter.get({ group, postedAt })?.time ?? endOfTime;
}
