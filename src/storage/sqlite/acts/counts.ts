import type { Statements } from '../statements/statements.ts';

/**
 * Changes the numbers of members and messages in a group's row. Nothing else changes them. Call it in the transaction of the
 * change. `corkboard db check` compares the counts with the rows.
 * @param changes how many more there are, negative for fewer; `lastNumber` is the newest number given out
 */
export function changeCounts(
  { changeCounts: change }: Pick<Statements, 'changeCounts'>,
  group: number,
  {
    messages = 0,
    members = 0,
    lastNumber = 0,
  }: { messages?: number; members?: number; lastNumber?: number },
): void {
  change.run({ group, messages, members, lastNumber });
}
