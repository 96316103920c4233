/** How many numbers of a group there are for each milestone: see statements/numbers.ts. */
export const milestoneSpacing = 64;

/** The `milestone` of a post. The previous number exists in its group, unless the group was imported with gaps. */
export function milestoneOf(number: number): 1 | null {
  return number % milestoneSpacing === 0 ? 1 : null;
}
