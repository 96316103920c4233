import { boardError } from '../protocol/errors.ts';

const sinceStart = () => performance.now();

/** Lets `burst` through at once, and `perSecond` in the long run: a bucket of tokens. */
export class Rate {
  private tokens: number;
  private filledAt: number;

  /**
   * @param perSecond 0 for no limit
   * @param now milliseconds, from any origin
   */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
    private readonly now: () => number = sinceStart,
  ) {
    this.tokens = burst;
    this.filledAt = now();
  }

  /** Milliseconds until the next one is let through; 0 where that is now. */
  get wait(): number {
    if (this.perSecond === 0) return 0;
    const now = this.now();
    const gained = ((now - this.filledAt) * this.perSecond) / 1000;
    this.tokens = Math.min(this.burst, this.tokens + gained);
    this.filledAt = now;
    return this.tokens >= 1 ? 0 : Math.ceil(((1 - this.tokens) * 1000) / this.perSecond);
  }

  /** Counts one, whether it had to wait or not. */
  take(): void {
    this.tokens--;
  }

  /** Counts one. @throws BoardError `RATE_LIMITED`, and counts nothing, where it has to wait */
  spend(): void {
    const { wait } = this;
    if (wait > 0) throw boardError('RATE_LIMITED', Math.ceil(wait / 1000));
    this.take();
  }
}
