import { expect } from 'vitest';
import { Random } from './random.ts';
import { report, setting } from './settings.ts';

export const seconds = setting('seconds', 3);
const seed = setting('seed', 6);

/**
 * Plays rounds for `seconds`, at least one.
 * @param what what a round counts, such as `requests`
 * @param play plays a round on a board of its own, and checks it. @returns how many it counted
 */
export async function playRounds(
  what: string,
  play: (random: Random) => Promise<number>,
): Promise<void> {
  const random = new Random(seed);
  report(`seed ${seed}`);
  const until = performance.now() + seconds * 1000;
  let counted = 0;
  for (let rounds = 0; rounds === 0 || performance.now() < until; rounds++) {
    counted += await play(random);
    if (rounds % 10 === 9) report(`${rounds + 1} rounds, ${counted} ${what}, nothing found`);
  }
  expect(counted).toBeGreaterThan(0);
}
