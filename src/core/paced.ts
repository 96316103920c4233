/**
 * Does work in the order in which it came, for a limited time in each turn of the event loop. Work that comes while
 * there is time is done at once.
 */
export class Paced<T> {
  private waiting: T[] = [];
  private spent = 0;
  private armed = false;

  /**
   * @param milliseconds of a turn
   * @param work never throws
   */
  constructor(
    private readonly milliseconds: number,
    private readonly work: (item: T) => void,
  ) {}

  add(item: T): void {
    if (this.spent < this.milliseconds && this.waiting.length === 0) this.begin(item);
    else this.waiting.push(item);
    this.arm();
  }

  /** Does all work now, at the end. */
  finish(): void {
    for (const item of this.waiting.splice(0)) this.work(item);
  }

  private begin(item: T): void {
    const began = performance.now();
    this.work(item);
    this.spent += performance.now() - began;
  }

  private arm(): void {
    if (this.armed) return;
    this.armed = true;
    setImmediate(() => {
      this.armed = false;
      this.spent = 0;
      this.nextTurn();
    });
  }

  private nextTurn(): void {
    const { waiting } = this;
    let at = 0;
    while (at < waiting.length && this.spent < this.milliseconds) this.begin(waiting[at++] as T);
    this.waiting = waiting.slice(at);
    if (this.waiting.length > 0) this.arm();
  }
}
