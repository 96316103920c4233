import type { Group } from '../../../board/types.ts';
import type { Statements } from '../statements/statements.ts';
import { removeOldest, stepSize } from './removal.ts';
import { removeSomeOfGroup, removeTracesUpTo } from './traces.ts';
import type { OperatorTx } from './transaction.ts';

/** Rows of one step that other tables have about a group, such as memberships. */
const rowsOfStep = 500;

/**
 * Deletes a group of which `removeHiddenStep` has left nothing, if another process has not deleted it. It announces
 * nothing: to the users, the group was removed when it was hidden.
 *
 * It runs without foreign keys (see `runsWithoutForeignKeys`): with them, SQLite would look through every message
 * for one that is still in the group, because no index of all messages begins with the group.
 * @throws Error if the group was not removed
 */
export function deleteGroup({ statements }: OperatorTx, { group }: { group: Group }): void {
  requireRemoved(statements, group);
  removeTracesUpTo(statements, group.id, Number.MAX_SAFE_INTEGER);
  statements.removeGroup.run({ group: group.id });
}

/**
 * Removes some of what a hidden group has: first the rows about it, such as reports and memberships, then its messages. So
 * a step that removes messages has no reports and closed threads to remove with them, of which there can be any number.
 * @param which the group; without it, any hidden group
 * @returns the group that has nothing left, for `deleteGroup`; undefined if there are more steps, or nothing to do
 * @throws Error if the group was not removed
 */
export function removeHiddenStep(
  { statements }: OperatorTx,
  which: { readonly group?: Group },
): { group: Group } | undefined {
  const group = which.group ?? statements.hiddenGroup.get();
  if (!group) return undefined;
  requireRemoved(statements, group);
  if (!removeSomeOfGroup(statements, group.id, rowsOfStep)) return undefined;
  const upTo = Number.MAX_SAFE_INTEGER;
  const rows = statements.oldestRows.all({ group: group.id, upTo, limit: stepSize });
  removeOldest(statements, group.id, rows);
  return rows.length > 0 ? undefined : { group };
}

/** Numbers of groups are not used again, so a group without a row was removed. */
function requireRemoved({ kindOfGroup }: Statements, { id, name }: Group): void {
  const found = kindOfGroup.get({ group: id });
  if (found && found.kind !== 'removed') throw new Error(`Group ${name} (${id}) was not removed`);
}
