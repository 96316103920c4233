import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { healthChecks, problemsOf } from '../../../src/storage/health.ts';
import { databaseFile, openHeld } from '../../../src/storage/open.ts';
import { tempFolder } from '../../helpers/temp.ts';
import type { Random } from '../random.ts';
import { report } from '../settings.ts';
import { Disk, type Fate } from './disk.ts';
import type { Step } from './trace.ts';
import { Witness } from './witness.ts';

/** Goes through what a board did, and takes the power away again and again. */
export class Blackout {
  /** How often the power was lost around a sync, and how many disks were opened after a loss. */
  syncs = 0;
  disks = 0;
  private readonly disk: Disk;
  private readonly witness = new Witness();
  private readonly folder = join(tempFolder(), 'left');

  constructor(private readonly random: Random) {
    this.disk = new Disk(random);
  }

  /** Changes that the board has acknowledged. */
  get acknowledged(): number {
    return this.witness.acknowledged;
  }

  play(steps: readonly Step[]): void {
    for (const [at, step] of steps.entries()) {
      if (step.kind === 'sync') this.loseAroundSync();
      else if (step.kind === 'write' && this.random.once(10)) this.lose(this.mixed);
      const before = this.witness.acknowledged;
      this.disk.take(step, at);
      this.witness.take(step);
      if (this.witness.acknowledged > before) this.loseAfterAnswer();
    }
    this.lose(() => 'lost');
  }

  /** The sync is under way: each change that it would cover may have got there or not. */
  private loseAroundSync(): void {
    this.syncs++;
    this.lose(() => 'lost');
    if (this.disk.doubtful === 0) return;
    this.lose(() => 'kept');
    this.lose(this.mixed);
    this.lose(() => 'torn');
  }

  private loseAfterAnswer(): void {
    this.lose(() => 'lost');
    if (this.disk.doubtful > 0) this.lose(this.mixed);
  }

  private readonly mixed = (): Fate => this.random.pick(['lost', 'kept', 'torn'] as const);

  private lose(fate: () => Fate): void {
    this.disk.leave(this.folder, fate);
    const { client, lock } = openHeld(databaseFile(this.folder));
    try {
      if (this.witness.served) this.witness.ledger.check(client);
      else for (const check of healthChecks) expect(problemsOf(check, client)).toEqual([]);
    } finally {
      client.close();
      lock.release();
    }
    rmSync(this.folder, { recursive: true });
    this.disks++;
    if (this.disks % 1000 === 0) report(`${this.disks} disks, ${this.acknowledged} acknowledged`);
  }
}
