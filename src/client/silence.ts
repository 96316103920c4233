import { setImmediate } from 'node:timers/promises';

/** In milliseconds. */
export interface Patience {
  /** After so much silence, the client asks whether the server is still there. */
  readonly quiet: number;
  /** How long the server may then take to send anything. */
  readonly answer: number;
  /**
   * How long the server may take to answer the oldest call, counted from the answer to the call
   * before. A server that sends other things is not silent, and the caller would wait for ever.
   */
  readonly reply: number;
}

export interface SilenceOptions {
  /** Sends something that the server has to answer. */
  readonly ask: () => void;
  /** Called once, if nothing was received in time. */
  readonly dead: () => void;
}

/** Detects a connection that is dead without an error: for minutes, sending on it does not fail. */
export class SilenceWatch {
  private lastHeard = performance.now();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly patience: Patience,
    private readonly options: SilenceOptions,
  ) {
    this.wait(patience.quiet);
  }

  /** Called when anything is received. */
  heard(): void {
    this.lastHeard = performance.now();
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private wait(milliseconds: number): void {
    this.timer = setTimeout(() => this.look(), milliseconds);
  }

  /** A packet only sets `lastHeard`, so the timer is set once per silence and not once per packet. */
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
    // If this process was stopped, the answer may have arrived and not been read yet.
    await setImmediate();
    if (this.lastHeard < asked) this.options.dead();
    else this.wait(this.patience.quiet);
  }
}
