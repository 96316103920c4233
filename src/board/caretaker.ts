import { setTimeout as pause } from 'node:timers/promises';
import type { Upkeep } from './ports/upkeep.ts';
import { runSteps } from './steps.ts';

export interface CaretakerOptions {
  readonly upkeep: Upkeep;
  /** Called with an error of a step. The caretaker tries again at its next round. */
  readonly failed: (error: unknown) => void;
  /** Milliseconds between two rounds. */
  readonly interval?: number;
}

// Between two steps, in milliseconds.
const shortestPause = 5;

/** Removes old data while a board runs. It checks once a minute, and works in short steps with longer pauses between them. */
export class Caretaker {
  private closing = new AbortController();
  private rest = new AbortController();
  private woken = false;
  private readonly working: Promise<void>;

  constructor(private readonly options: CaretakerOptions) {
    this.working = this.work();
  }

  /** Begins a round now, because a rule has changed. */
  wake(): void {
    this.woken = true;
    this.rest.abort();
  }

  /** Stops after the current step. */
  async close(): Promise<void> {
    this.closing.abort();
    this.rest.abort();
    await this.working;
  }

  private async work(): Promise<void> {
    const { upkeep, failed, interval = 60_000 } = this.options;
    while (!this.closing.signal.aborted) {
      this.woken = false;
      this.rest = new AbortController();
      try {
        await this.inSteps(() => upkeep.removeExpired());
        await this.inSteps(() => upkeep.removeGroups());
        await this.inSteps(() => upkeep.removeEndedBans());
        await this.inSteps(() => upkeep.keepUses());
        await this.inSteps(() => upkeep.removeStale());
        await this.inSteps(() => upkeep.giveBack());
      } catch (error) {
        failed(error);
      }
      if (this.woken || this.closing.signal.aborted) continue;
      await pause(interval, undefined, { signal: this.rest.signal, ref: false }).catch(() => {});
    }
  }

  private async inSteps(step: () => Promise<boolean>): Promise<void> {
    await runSteps(step, { signal: this.closing.signal, shortestPause });
  }
}
