import fc from 'fast-check';
import { test } from 'vitest';
import { lives } from './model/deeds.ts';
import { Life } from './model/life.ts';
import { report, setting } from './settings.ts';

const runs = setting('runs', 15);
const seed = setting('seed', 6);

test(
  'each client gets exactly the replies and notices of the model, in order and once',
  async () => {
    let played = 0;
    await fc.assert(
      fc.asyncProperty(lives, async (deeds) => {
        await Life.live(deeds);
        if (++played % 100 === 0) report(`${played} runs`);
      }),
      { numRuns: runs, seed },
    );
  },
  60_000 + runs * 5000,
);
