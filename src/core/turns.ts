// How long all busy connections together may work in one turn of the event loop, in milliseconds:
// so much longer the requests of everyone else take beside them, however many they are.
const slice = 0.5;

// A party that has used less than this of late is served at once, in milliseconds; and the part of
// the time that it may use without end. Past it, it is busy.
const lightCredit = 2;
const lightPart = 0.02;
// What a write is expected to cost before one has been measured, in milliseconds, and how much the
// newest one counts against those before it.
const firstWrite = 0.05;
const newestPart = 1 / 8;
// Credit never falls lower, so that a party is light again 200 ms after its last work.
const leastCredit = -2;

/** What has work to do, a piece at a time. */
export interface Piecework {
  goOn(): void;
}

/** How much of the processor one party has used of late: a user, or everyone who is not logged in. */
export class Share {
  private credit = lightCredit;
  private at = performance.now();
  /** What its writes that are under way are expected to cost, in milliseconds. */
  private expected = 0;
  /** What its writes of late have cost, each, in milliseconds. */
  private perWrite = firstWrite;

  get isLight(): boolean {
    if (this.credit !== lightCredit) {
      const now = performance.now();
      this.credit = Math.min(lightCredit, this.credit + (now - this.at) * lightPart);
      this.at = now;
    }
    return this.credit > this.expected;
  }

  /** A write begins. @returns what it is expected to cost, for `writeEnded` */
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
  }

  take(milliseconds: number): void {
    if (this.credit === lightCredit) this.at = performance.now();
    this.credit = Math.max(leastCredit, this.credit - milliseconds);
  }
}

/**
 * Divides the turns of the event loop. Who asks little is served at once. Those who keep the server
 * busy share a small slice of each turn, one after the other, so that they have what time the others
 * leave, and nobody has to wait for them longer than that slice.
 */
export class Turns {
  /** The number of this turn. It is only told from others while something has called `begin`. */
  current = 0;
  private spent = 0;
  private queue: Piecework[] = [];
  private armed = false;
  private serving = false;

  /** Something that is measured begins: sees to it that the turn is counted. @returns its number */
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

  /** Counts what a piece has cost, in milliseconds. */
  charge(share: Share, milliseconds: number): void {
    if (!share.isLight) this.spent += milliseconds;
    share.take(milliseconds);
  }

  /**
   * A write begins, which the commit at the end of the turn will work on: the slice has to do for that,
   * too. @returns what to call `writeEnded` of the party with
   */
  expectWrite(share: Share): number {
    const expected = share.writeBegun();
    if (!share.isLight) this.spent += expected;
    return expected;
  }

  /** Calls `goOn` of `work` in one of the next turns, after that of those who came before. */
  defer(work: Piecework): void {
    this.queue.push(work);
    this.arm();
  }

  /** Calls `goOn` of `work` in the next turn, or, for a busy party, when it is its turn. */
  later(share: Share, work: Piecework): void {
    if (share.isLight) setImmediate(() => work.goOn());
    else this.defer(work);
  }

  /** Settles in the next turn, or, for a busy party, when it is its turn. */
  next(share: Share): Promise<void> {
    return new Promise((resolve) => {
      if (share.isLight) setImmediate(resolve);
      else this.defer({ goOn: () => this.giveTurn(resolve) });
    });
  }

  /** What waited for a promise works after this callback, so the slice is given away as a whole. */
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
    // Those that were not served come before those that have more to do.
    if (at < queue.length) this.queue = [...queue.slice(at), ...this.queue];
    if (this.queue.length > 0) this.arm();
  };
}
