import { expect, test } from 'vitest';
import { CrashTrial } from './crash/rounds.ts';
import { Random } from './random.ts';
import { report, setting } from './settings.ts';

const rounds = setting('rounds', 12);
const seed = setting('seed', 6);

test(
  'a board that is killed at any moment has everything it acknowledged, complete and once',
  async () => {
    const trial = new CrashTrial(new Random(seed));
    report(`seed ${seed}`);
    for (let round = 1; round <= rounds; round++) {
      await trial.round(round);
      if (round % 10 === 0) {
        report(`${round} rounds, ${trial.kills} kills, ${trial.acknowledged} acknowledged`);
      }
    }
    expect(trial.acknowledged).toBeGreaterThan(0);
  },
  rounds * 20_000,
);
