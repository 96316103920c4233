import type { Change } from '../../../board/ports/reading.ts';
import type { Group } from '../../../board/types.ts';
import type { Statements } from './statements.ts';

// Changed messages that are looked at together: 3 ms of work, if all of them are visible. One act may have deleted up
// to a thousand messages under one counter; these are never split.
const rowsAtOnce = 100;

const deletedUser = '[deleted]';

/**
 * The next messages of a group that were changed after a counter, and are visible to a member who joined at `joined`.
 * @param range `until` is the counter that no later change is at or below
 * @returns the counter up to which there are no further changes
 */
export function changePage(
  statements: Statements,
  group: Group,
  { joined, after, until }: { joined: number; after: number; until: number },
): { changes: Change[]; change: number; more: boolean } {
  const rows = rowsAtOnce - 1;
  const upTo = statements.changeAt.get({ group: group.id, after, rows })?.change;
  const asked = { group: group.id, joined };
  const bounds = { after, upTo: upTo ?? Number.MAX_SAFE_INTEGER };
  const found = statements.changesBetween.all({ ...asked, ...bounds });
  const changes = found.flatMap(({ number, postedAt, change, ...row }): Change[] => {
    const { deletedAt, deletedBy, by } = row;
    if (deletedAt !== null) {
      const name = deletedBy === null ? null : (by ?? deletedUser);
      return [{ number, change, message: undefined, by: name }];
    }
    const times = { above: postedAt - 1, below: postedAt + 1 };
    const message = statements.newest.get({ ...asked, ...times, limit: 1 });
    return message ? [{ number, change, message, by: null }] : [];
  });
  const last = found.at(-1)?.change ?? 0;
  return { changes, change: Math.max(upTo ?? until, last, after), more: upTo !== undefined };
}
