import { setImmediate } from 'node:timers/promises';

/** In milliseconds. */
export interface Patience {
  /** Silence after which the other side is asked whether it is still there. */
  readonly quiet: number;
  /** How long it may then take to say anything. */
  readonly answer: number;
}

export interface SilenceOptions {
  /** Asks the other side for a sign of life. */
  readonly ask: () => void;
  /** Called once, when none came. */
  readonly dead: () => void;
}

/** Finds a path that has died without a word: what is sent into it raises no error for minutes. */
export class SilenceWatch {
  private lastHeard = performance.now();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly patience: Patience,
    private readonly options: SilenceOptions,
  ) {
    this.wait(patience.quiet);
  }

  /** Something came, whatever it was. */
  heard(): void {
    this.lastHeard = performance.now();
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private wait(milliseconds: number): void {
    this.timer = setTimeout(() => this.look(), milliseconds);
  }

  /** What comes only moves a time on: a timer is set anew once per silence, not once per packet. */
  private look(): void {
    const silent = performance.now() - this.lastHeard;
    // A timer may be early by a fraction of a millisecond.
    if (silent < this.patience.quiet - 1) {
      this.wait(this.patience.quiet - silent);
    } else {
      this.options.ask();
      const asked = performance.now();
      this.timer = setTimeout(() => void this.judge(asked), this.patience.answer);
    }
  }

  private async judge(asked: number): Promise<void> {
    // After a stop of this process the answer may be there, only not read yet.
    await setImmediate();
    if (this.lastHeard < asked) this.options.dead();
    else this.wait(this.patience.quiet);
  }
}
