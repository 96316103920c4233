/**
 * The board's one clock: microseconds since the epoch, strictly increasing, so that no message
 * and no join of a group share a time, and a wall clock that steps back reorders nothing.
 * Safe in a JavaScript number until the year 2255.
 */
export class Clock {
  /**
   * @param last the newest time that is stored
   * @param now the wall clock, in milliseconds
   */
  constructor(
    private last: number,
    private readonly now: () => number = Date.now,
  ) {}

  /** The newest time that is stored or was given out. */
  get newest(): number {
    return this.last;
  }

  /** A time later than every one before. */
  tick(): number {
    this.last = Math.max(Math.floor(this.now() * 1000), this.last + 1);
    return this.last;
  }
}
