import { boardError } from '../protocol/errors.ts';

const sinceStart = () => performance.now();

/**
 * A token bucket: allows `burst` at once, and `perSecond` in the long run, of commands, bytes or milliseconds.
 * A caller may use more than there is; then `wait` is longer.
 */
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

  /** Milliseconds until the next use is allowed; 0 if it is allowed now. */
  get wait(): number {
    if (this.perSecond === 0) return 0;
    this.fill();
    return this.tokens >= 1 ? 0 : Math.ceil(((1 - this.tokens) * 1000) / this.perSecond);
  }

  /** Whether the bucket is full, as a new one is. */
  get full(): boolean {
    if (this.perSecond === 0) return true;
    this.fill();
    return this.tokens >= this.burst;
  }

  /** Whether `amount` can be used now without a wait after it. */
  holds(amount: number): boolean {
    if (this.perSecond === 0) return true;
    this.fill();
    return this.tokens >= amount;
  }

  /** Uses `amount`, even if the bucket holds less. */
  take(amount = 1): void {
    this.tokens -= amount;
  }

  private fill(): void {
    const now = this.now();
    const gained = ((now - this.filledAt) * this.perSecond) / 1000;
    this.tokens = Math.min(this.burst, this.tokens + gained);
    this.filledAt = now;
  }
}

/**
 * Counts one command with each of `rates`.
 * @throws BoardError `RATE_LIMITED`, and counts nothing, if a bucket is empty
 */
export function spend(rates: readonly Rate[]): void {
  let wait = 0;
  for (const rate of rates) wait = Math.max(wait, rate.wait);
  if (wait > 0) throw boardError('RATE_LIMITED', Math.ceil(wait / 1000));
  for (const rate of rates) rate.take();
}
