/**
 * How long a trial takes: what its `npm run` command was given, or what the suite can afford.
 * `scripts/trial.mjs` hands it on.
 */
export function setting(name: string, byDefault: number): number {
  const given = process.env[`CORKBOARD_TRIAL_${name.toUpperCase()}`];
  return given === undefined ? byDefault : Number(given);
}

/** What a trial says of itself while it runs, where it was started for its own sake. */
export function report(line: string): void {
  if (process.env.CORKBOARD_TRIAL) process.stderr.write(`${line}\n`);
}
