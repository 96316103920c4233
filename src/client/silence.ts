import { setImmediate } from 'node:timers/promises';

/** Timeouts of a connection, in milliseconds. */
export interface Timeouts {
  /** After this long without input, the client sends a ping. */
  readonly quiet: number;
  /** How long the server then has to send anything. */
  readonly answer: number;
  /**
   * How long the server has to answer the oldest call, counted from the answer to the call before.
   * Without this limit, a caller would wait for ever if the server sends only other messages.
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
    private readonly timeouts: Timeouts,
    private readonly options: SilenceOptions,
  ) {
    this.wait(timeouts.quiet);
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
    if (silent < this.timeouts.quiet - 1) {
      this.wait(this.timeouts.quiet - silent);
    } else {
      this.options.ask();
      const asked = performance.now();
      this.timer = setTimeout(() => void this.judge(asked), this.timeouts.answer);
    }
  }

  private async judge(asked: number): Promise<void> {
    // If this process was stopped, the answer may have arrived and not been read yet.
    await setImmediate();
    if (this.lastHeard < asked) this.options.dead();
    else this.wait(this.timeouts.quiet);
  }
}
