/** How many numbers of a group there are for each milestone: see statements/numbers.ts. */
export const milestoneSpacing = 64;

/** Whether a post with that number is a milestone. */
export function isMilestone(number: number): boolean {
  return number % milestoneSpacing === 0;
}
