import { boardError } from '../protocol/errors.ts';

export interface ThrottleOptions {
  /** How many failures cause no pause, and how many attempts may run at once until then. */
  readonly free: number;
  /** The first pause, in milliseconds; 250 by default. */
  readonly firstPause?: number;
  /** The factor between one pause and the next; 2 by default. */
  readonly growth?: number;
}

interface Entry {
  failures: number;
  underWay: number;
  /** When the next attempt may begin. */
  opensAt: number;
}

// In milliseconds.
const longestPause = 30_000;
const forgottenAfter = 15 * 60_000;
const mostEntries = 10_000;

/**
 * Counts failed attempts by key, and says when the next attempt may begin. The pause grows with each
 * failure, up to half a minute, and is forgotten after a quarter of an hour. As many attempts may run at
 * once as could still fail without a pause, and later one at a time, so that parallel attempts do not
 * help a guesser. The number of keys is limited. A key that is paused, or has an attempt under way, is
 * never forgotten to make room.
 */
export class Throttle {
  private readonly entries = new Map<string, Entry>();
  private readonly free: number;
  private readonly firstPause: number;
  private readonly growth: number;

  /** @param now milliseconds, from any origin */
  constructor(
    { free, firstPause = 250, growth = 2 }: ThrottleOptions,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.free = free;
    this.firstPause = firstPause;
    this.growth = growth;
  }

  /** Milliseconds until an attempt may begin; 0 for now; Infinity if another attempt has to end first. */
  wait(key: string): number {
    const entry = this.find(key);
    if (!entry) return 0;
    if (entry.underWay >= Math.max(1, this.free - entry.failures)) return Number.POSITIVE_INFINITY;
    return Math.max(0, entry.opensAt - this.now());
  }

  /**
   * Milliseconds that an attempt has to wait if all attempts before it fail; 0 while failures cause no pause.
   * @param ahead how many attempts wait before this one
   */
  longestWait(key: string, ahead: number): number {
    const entry = this.find(key);
    if (!entry || entry.failures < this.free) return 0;
    let wait = Math.max(0, entry.opensAt - this.now());
    for (let nth = 1; nth <= ahead && wait <= longestPause; nth++) {
      wait += this.pauseAfter(entry.failures + nth);
    }
    return wait;
  }

  /** @throws BoardError `RATE_LIMITED` if that is longer than the maximum pause */
  refuseLongWait(key: string, ahead: number): void {
    const wait = this.longestWait(key, ahead);
    if (wait > longestPause) throw boardError('RATE_LIMITED', Math.ceil(wait / 1000));
  }

  /** @throws BoardError `RATE_LIMITED` if there is no room for another key, because all are in use or paused */
  begin(key: string): void {
    const entry = this.find(key) ?? { failures: 0, underWay: 0, opensAt: 0 };
    if (!this.entries.has(key)) this.makeRoom();
    entry.underWay++;
    this.entries.set(key, entry);
  }

  /** @param failed whether the attempt counts. An attempt that succeeded or was not made neither counts nor resets failures */
  end(key: string, failed: boolean): void {
    const entry = this.entries.get(key);
    if (!entry) return;
    entry.underWay--;
    if (failed) {
      entry.failures++;
      entry.opensAt = this.now() + this.pauseAfter(entry.failures);
      // Keys are forgotten in the order of their latest failure, so this one moves to the end.
      this.entries.delete(key);
      this.entries.set(key, entry);
    }
    if (entry.underWay === 0 && entry.failures === 0) this.entries.delete(key);
  }

  private pauseAfter(failures: number): number {
    const beyond = failures - this.free;
    return beyond < 0 ? 0 : Math.min(longestPause, this.firstPause * this.growth ** beyond);
  }

  private find(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    if (!entry || entry.underWay > 0 || entry.opensAt + forgottenAfter > this.now()) return entry;
    this.entries.delete(key);
    return undefined;
  }

  private makeRoom(): void {
    if (this.entries.size < mostEntries) return;
    const now = this.now();
    for (const [key, { underWay, opensAt }] of this.entries) {
      if (underWay > 0 || opensAt > now) continue;
      this.entries.delete(key);
      return;
    }
    throw boardError('RATE_LIMITED', longestPause / 1000);
  }
}
