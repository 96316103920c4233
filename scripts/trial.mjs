// Runs one of the trials in test/trials for as long as it is told to: npm run crash, npm run fuzz …
// Its options become settings of the test, and what the test says of itself is shown.
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const trials = {
  lock: { seconds: '30' },
  drill: { all: '1' },
  crash: { rounds: '1000', seed: '' },
  fuzz: { seconds: '60', seed: '' },
  model: { runs: '1000', seed: '' },
  ssh: { seconds: '60', sessions: '200', seed: '' },
  timing: { tries: '2000' },
  power: { changes: '600', messages: '200', seed: '' },
};

// Tests of the suite that a trial runs at length, too.
const more = {
  model: ['test/contract/sqlite.test.ts'],
  fuzz: ['test/trials/fuzz-identity.test.ts', 'test/trials/fuzz-groups.test.ts'],
};

const [name, ...args] = process.argv.slice(2);
const defaults = trials[name];
if (!defaults) {
  console.error(`There is no trial ${name}: it is one of ${Object.keys(trials).join(', ')}.`);
  process.exit(2);
}
const options = Object.fromEntries(
  Object.entries(defaults).map(([option, value]) => [option, { type: 'string', default: value }]),
);
const { values } = parseArgs({ args, options });
values.seed ||= String(Math.floor(Math.random() * 2 ** 31));
const settings = Object.entries(values).map(([option, value]) => {
  if (!/^\d+$/.test(value)) {
    console.error(`--${option} takes a whole number, not ${value}.`);
    process.exit(2);
  }
  return [`CORKBOARD_TRIAL_${option.toUpperCase()}`, value];
});
const { status } = spawnSync(
  process.execPath,
  ['node_modules/vitest/vitest.mjs', 'run', `test/trials/${name}.test.ts`, ...(more[name] ?? [])],
  {
    stdio: 'inherit',
    cwd: new URL('..', import.meta.url),
    env: { ...process.env, CORKBOARD_TRIAL: name, ...Object.fromEntries(settings) },
  },
);
process.exit(status ?? 1);
