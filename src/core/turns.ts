// How long all busy parties together may work in one turn of the event loop, in milliseconds. This is also the
// longest that they delay a request of anyone else, however many busy parties there are.
const slice = 0.5;
// How many connections of light parties read their next piece in one turn: with 64 KiB each, about 1 ms of work. Hundreds of
// users who send long lines would read all of them in the same turn.
const readersPerTurn = 10;

// A party whose credit is used up is busy. Its credit in milliseconds after a silence, and how much it gains
// in each millisecond.
const lightCredit = 2;
const lightPart = 0.02;
// The expected cost of a party's first write, in milliseconds, and the weight of the newest write in the
// average cost of its writes.
const firstWrite = 0.05;
const newestPart = 1 / 8;
// A party whose writes cost more than so many milliseconds is not forgotten for so many milliseconds after its last write.
// Otherwise it would have as many writes begun after each short pause as if they were cheap.
const costlyWrite = 2 * firstWrite;
const rememberedFor = 10_000;
// Credit never falls lower, so that a party is light again 200 ms after its last work at the latest.
const leastCredit = -2;

/** Work that is done in pieces. */
export interface Piecework {
  goOn(): void;
}

/**
 * How much processor time a party has used recently. A party is a user, or all connections without a login
 * together. It is light or busy.
 */
export class Share {
  private credit = lightCredit;
  private at = performance.now();
  /** Expected cost of its writes under way, in milliseconds. */
  private expected = 0;
  /** Average cost of a recent write of the party, in milliseconds. */
  private perWrite = firstWrite;
  /** When its last write ended, by `performance.now()`. */
  private wroteAt = 0;

  get isLight(): boolean {
    // Reading the clock costs more than all else here, and newly gained credit would not change the answer.
    return this.credit > this.expected || this.isLightAt(performance.now());
  }

  /** @param now by `performance.now()` */
  isLightAt(now: number): boolean {
    this.gain(now);
    return this.credit > this.expected;
  }

  /** Whether it can be forgotten: it has its whole credit, as after a silence, and no costly writes of late. */
  get isFull(): boolean {
    const now = performance.now();
    this.gain(now);
    if (this.credit < lightCredit) return false;
    return this.perWrite <= costlyWrite || now - this.wroteAt >= rememberedFor;
  }

  /** Counts a write that begins. @returns milliseconds that it is expected to cost, for `writeEnded` */
  writeBegun(): number {
    this.expected += this.perWrite;
    return this.perWrite;
  }

  writeEnded(expected: number): void {
    this.expected = Math.max(0, this.expected - expected);
  }

  /** @param milliseconds that a write has cost */
  noteWrite(milliseconds: number): void {
    this.perWrite += (milliseconds - this.perWrite) * newestPart;
    this.wroteAt = performance.now();
  }

  /** @param now by `performance.now()` */
  take(milliseconds: number, now = performance.now()): void {
    this.gain(now);
    this.credit = Math.max(leastCredit, this.credit - milliseconds);
  }

  private gain(now: number): void {
    this.credit = Math.min(lightCredit, this.credit + (now - this.at) * lightPart);
    this.at = now;
  }
}

/**
 * Divides the turns of the event loop. A light party is served at once. Busy parties share a small slice of
 * each turn, in the order in which they asked. So they get the time that the others leave, and the others
 * wait for busy parties no longer than that slice.
 */
export class Turns {
  /** The number of this turn. It only changes after a turn in which `begin` was called. */
  current = 0;
  private spent = 0;
  private queue: Piecework[] = [];
  /** Connections of light parties that wait to read on. */
  private readers: Piecework[] = [];
  private armed = false;
  private serving = false;

  /** Begins a measurement: makes sure that this turn is counted. @returns its number */
  begin(): number {
    this.arm();
    return this.current;
  }

  /** Whether a party may do its next piece in this turn. */
  mayGoOn(share: Share): boolean {
    if (share.isLight) return true;
    this.arm();
    return this.spent < slice && (this.serving || this.queue.length === 0);
  }

  /**
   * Counts the milliseconds that a piece of work has cost.
   * @param now by `performance.now()`
   */
  charge(share: Share, milliseconds: number, now = performance.now()): void {
    if (!share.isLightAt(now)) this.spent += milliseconds;
    share.take(milliseconds, now);
  }

  /**
   * Counts a write that begins. The commit at the end of the turn will work on it, so it uses up a part of the
   * slice now. @returns the argument for `writeEnded` of the party
   */
  expectWrite(share: Share): number {
    const expected = share.writeBegun();
    if (!share.isLight) this.spent += expected;
    return expected;
  }

  /** Calls `goOn` of `work` in one of the next turns, after the work that was deferred before. */
  defer(work: Piecework): void {
    this.queue.push(work);
    this.arm();
  }

  /** Calls `goOn` of a connection that wants to read on in one of the next turns, for a busy party when it is its turn. */
  readLater(share: Share, work: Piecework): void {
    if (share.isLight) this.readers.push(work);
    else this.queue.push(work);
    this.arm();
  }

  /** Settles in the next turn, or, for a busy party, when it is its turn. */
  next(share: Share): Promise<void> {
    return new Promise((resolve) => {
      if (share.isLight) setImmediate(resolve);
      else this.defer({ goOn: () => this.giveTurn(resolve) });
    });
  }

  /** The code that waits for the promise runs after this callback, so it gets the whole slice. */
  private giveTurn(resolve: () => void): void {
    this.spent = slice;
    resolve();
  }

  private arm(): void {
    if (this.armed) return;
    this.armed = true;
    setImmediate(this.serve);
  }

  private readonly serve = (): void => {
    this.armed = false;
    this.current++;
    this.spent = 0;
    this.serving = true;
    const { queue } = this;
    this.queue = [];
    let at = 0;
    for (; at < queue.length && this.spent < slice; at++) queue[at]?.goOn();
    this.serving = false;
    for (const reader of this.readers.splice(0, readersPerTurn)) reader.goOn();
    // Work that had no turn comes before work that was deferred again.
    if (at < queue.length) this.queue = [...queue.slice(at), ...this.queue];
    if (this.queue.length > 0 || this.readers.length > 0) this.arm();
  };
}
