import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '../../helpers/temp.ts';
import type { Random } from '../random.ts';
import { report } from '../settings.ts';
import { Disk, type Fate } from './disk.ts';
import type { Step } from './trace.ts';

/** Knows what had to be on disk at each step of a trace. */
export interface Judge {
  /** How much was acknowledged: grows with the step that acknowledges. */
  readonly acknowledged: number;
  take(step: Step): void;
  /** Fails where the files that a loss of power has left are not what they have to be. */
  check(folder: string): void | Promise<void>;
}

/** Goes through what a board did, and takes the power away again and again. */
export class Blackout {
  /** How often the power was lost around a sync, and how many disks were opened after a loss. */
  syncs = 0;
  disks = 0;
  private readonly disk: Disk;
  private readonly folder = join(tempFolder(), 'left');

  /** @param before files that are on disk before the first step, by path */
  constructor(
    private readonly random: Random,
    private readonly judge: Judge,
    before: ReadonlyMap<string, Buffer> = new Map(),
  ) {
    this.disk = new Disk(random);
    for (const [path, contents] of before) this.disk.hold(path, contents);
  }

  async play(steps: readonly Step[]): Promise<void> {
    for (const [at, step] of steps.entries()) {
      if (step.kind === 'sync') await this.loseAroundSync();
      else if (step.kind === 'write' && this.random.once(10)) await this.lose(this.mixed);
      const before = this.judge.acknowledged;
      this.disk.take(step, at);
      this.judge.take(step);
      if (this.judge.acknowledged > before) await this.loseAfterAnswer();
      else if ('to' in step || step.kind === 'unlink') await this.loseAfterNaming();
    }
    await this.lose(() => 'lost');
  }

  /** The sync is under way: each change that it would cover may have got there or not. */
  private async loseAroundSync(): Promise<void> {
    this.syncs++;
    await this.lose(() => 'lost');
    if (this.disk.doubtful === 0) return;
    await this.lose(() => 'kept');
    await this.lose(this.mixed);
    await this.lose(() => 'torn');
  }

  private async loseAfterAnswer(): Promise<void> {
    await this.lose(() => 'lost');
    if (this.disk.doubtful > 0) await this.lose(this.mixed);
  }

  /** Names may get to the disk in another order than they were given and taken, and before contents. */
  private async loseAfterNaming(): Promise<void> {
    await this.lose(() => 'kept');
    for (let turn = 0; turn < 4; turn++) await this.lose(this.mixed);
  }

  private readonly mixed = (): Fate => this.random.pick(['lost', 'kept', 'torn'] as const);

  private async lose(fate: () => Fate): Promise<void> {
    this.disk.leave(this.folder, fate);
    await this.judge.check(this.folder);
    rmSync(this.folder, { recursive: true });
    this.disks++;
    const { acknowledged } = this.judge;
    if (this.disks % 1000 === 0) report(`${this.disks} disks, ${acknowledged} acknowledged`);
  }
}
