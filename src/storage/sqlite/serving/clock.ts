/**
 * The board's one clock: microseconds since the epoch, strictly increasing, so that no message
 * and no join of a group share a time, and a wall clock that steps back reorders nothing.
 * Safe in a JavaScript number until the year 2255.
 */
export class Clock {
  private before = 0;

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

  /** A time later than all times before. */
  tick(): number {
    return this.reserve(1);
  }

  /** Reserves `count` times that follow each other. @returns the first of them, later than all times before */
  reserve(count: number): number {
    this.before = this.last;
    const first = Math.max(Math.floor(this.now() * 1000), this.last + 1);
    this.last = first + count - 1;
    return first;
  }

  /**
   * Gives back the unused times of the last reservation. So a wall clock that was wrong for a moment has no effect
   * if nothing was stored with its time.
   * @param newest the last time that was used; 0 if none was
   */
  release(newest: number): void {
    this.last = Math.max(this.before, newest);
  }
}
