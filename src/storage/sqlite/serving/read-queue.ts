// Milliseconds of reads in a row: between two turns of the event loop, and after a commit.
const leastTime = 1;
const mostTime = 2;

/**
 * The reads that run between two commits. When thousands of members come back, all of their logins may arrive in one
 * turn of the event loop. So they run for a limited time in each turn, and after each commit for as long as it took, within
 * limits. Then the other connections and the next commit have their turn.
 */
export class ReadQueue {
  private waiting: (() => void)[] = [];
  /** Index of the next read, so that a queue of thousands is not shifted at each. */
  private next = 0;
  private scheduled = false;

  /**
   * @param mayRun whether no commit is under way
   * @param together calls a function whose reads may share a transaction
   */
  constructor(
    private readonly mayRun: () => boolean,
    private readonly together: (reads: () => void) => void = (reads) => reads(),
  ) {}

  /** @param read never throws */
  add(read: () => void): void {
    this.waiting.push(read);
    this.schedule();
  }

  /** To be called after each commit. @param took milliseconds of the commit */
  afterCommit(took: number): void {
    this.run(Math.min(mostTime, Math.max(leastTime, took)));
  }

  /** Runs all reads now, at the end. */
  finish(): void {
    this.run(Number.POSITIVE_INFINITY);
  }

  private schedule(): void {
    if (this.scheduled || !this.mayRun()) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      if (this.mayRun()) this.run(leastTime);
    });
  }

  private run(time: number): void {
    const { waiting } = this;
    if (waiting.length === 0) return;
    this.together(() => {
      const end = performance.now() + time;
      while (this.next < waiting.length && performance.now() < end) waiting[this.next++]?.();
    });
    if (this.next < waiting.length) {
      this.schedule();
    } else {
      this.waiting = [];
      this.next = 0;
    }
  }
}
