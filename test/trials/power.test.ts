import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { has } from '../helpers/programs.ts';
import { Ledger } from './crash/ledger.ts';
import { User, users } from './crash/load.ts';
import { Blackout } from './power/blackout.ts';
import { Reader } from './power/reader.ts';
import { Recording } from './power/recording.ts';
import { stories } from './power/stories.ts';
import { Witness } from './power/witness.ts';
import { Random } from './random.ts';
import { report, setting } from './settings.ts';

const changes = setting('changes', 0);
const messages = setting('messages', 20);
const seed = setting('seed', 6);
// Milliseconds that a user waits after each answer, so that an operator's work is not drowned in theirs.
const breath = 100;

interface Load {
  readonly ledger: Ledger;
  readonly random: Random;
  /** How many changes are to be acknowledged. */
  readonly wanted: number;
  /** That no other load has had. */
  readonly prefix: string;
}

/** A board that serves users until it is killed. @param operate what an operator does, half way */
async function serve(
  recording: Recording,
  { ledger, random, wanted, prefix }: Load,
  operate: () => Promise<void>,
): Promise<void> {
  const port = await recording.serve();
  const counter = new Counter();
  const done = () => {
    counter.add();
    return pause(breath);
  };
  const context = { ledger, random, done };
  const present = await Promise.all(users.map((name) => User.login(name, port, context)));
  const gone = Promise.all(present.map((user) => user.run(prefix)));
  await counter.reaches(wanted / 2);
  await operate();
  await counter.reaches(wanted);
  await recording.end('KILL');
  await gone;
}

class Counter {
  private count = 0;
  private waiting: { for: number; resolve: () => void } | undefined;

  add(): void {
    this.count++;
    if (this.waiting && this.count >= this.waiting.for) this.waiting.resolve();
  }

  async reaches(count: number): Promise<void> {
    if (this.count >= count) return;
    await new Promise<void>((resolve) => {
      this.waiting = { for: count, resolve };
    });
  }
}

// It takes longer than the suite can afford: `npm run power` runs it.
test.skipIf(changes === 0 || !has('strace'))(
  'after a power loss at any moment, the disk has everything acknowledged, complete and once',
  async () => {
    report(`seed ${seed}`);
    const random = new Random(seed);
    const recording = new Recording();
    const ledger = new Ledger();
    const load = { ledger, random, wanted: changes / 2 };
    await serve(recording, { ...load, prefix: 'a' }, async () => {
      const purged = ledger.purging('main', 5);
      await recording.purge('main', 5);
      purged();
    });
    await serve(recording, { ...load, prefix: 'b' }, () => recording.compact());
    // It takes over the log that was left, and closes as it should.
    await recording.serve();
    await recording.end('TERM');
    const steps = await recording.steps();
    report(`${steps.length} steps are recorded`);

    const witness = new Witness();
    const blackout = new Blackout(random, witness);
    await blackout.play(steps);
    const { disks, syncs } = blackout;
    const { acknowledged } = witness;
    report(`${disks} disks, from ${syncs} syncs and ${acknowledged} acknowledged changes`);
    expect(acknowledged).toBeGreaterThanOrEqual(changes);
  },
  120_000 + changes * 2000,
);

function filesIn(folder: string): Map<string, Buffer> {
  const paths = readdirSync(folder).map((name) => join(folder, name));
  return new Map(paths.map((path) => [path, readFileSync(path)]));
}

test.skipIf(!has('strace'))(
  'after a power loss at any moment, a replaced file is the complete old one or the complete new one',
  async () => {
    const random = new Random(seed);
    for (const [name, prepare] of Object.entries(stories)) {
      const recording = new Recording();
      const story = await prepare(recording.data, messages);
      const before = filesIn(recording.data);
      await recording.run(story.command);
      const reader = new Reader(story);
      const blackout = new Blackout(random, reader, before);
      await blackout.play(await recording.steps());
      report(`${name}: ${blackout.disks} disks from ${blackout.syncs} syncs`);
      expect(reader.acknowledged).toBe(1);
    }
  },
  600_000,
);
