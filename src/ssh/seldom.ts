/** Says which events are worth a line of the log: the first of a key, and one a minute after it. */
export class Seldom {
  private readonly last = new Map<string, number>();

  /** @param most keys that are remembered; with more, all are forgotten */
  constructor(
    private readonly pause = 60_000,
    private readonly most = 1000,
  ) {}

  isDue(key: string, now = performance.now()): boolean {
    const before = this.last.get(key);
    if (before !== undefined && now - before < this.pause) return false;
    if (this.last.size >= this.most) this.last.clear();
    this.last.set(key, now);
    return true;
  }
}
