import { boardError } from '../protocol/errors.ts';

// Milliseconds. The pause doubles with each try; who would wait longer is refused.
const firstPause = 250;
const longestPause = 30_000;
const forgottenAfter = 15 * 60_000;
// Entries beyond this are forgotten, the oldest first: an attacker must not fill the memory.
const mostEntries = 10_000;

interface Entry {
  tries: number;
  nextAt: number;
}

/**
 * Slows guessing down: tries under one key come further and further apart, also where they are
 * sent side by side. A try counts when it is made and is forgiven when it turns out right.
 */
export class Throttle {
  private readonly entries = new Map<string, Entry>();

  /** @param free tries before the pauses begin; @param now milliseconds, from any origin */
  constructor(
    private readonly free: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /**
   * Reserves the next try under `key`. @returns how long to wait for it, in milliseconds
   * @throws BoardError `RATE_LIMITED` where that is too long
   */
  reserve(key: string): number {
    const now = this.now();
    const entry = this.entry(key, now);
    const at = Math.max(now, entry.nextAt);
    if (at - now > longestPause) {
      throw boardError('RATE_LIMITED', Math.ceil((at - now) / 1000));
    }
    entry.tries++;
    const beyond = entry.tries - this.free;
    const pause = beyond < 0 ? 0 : Math.min(longestPause, firstPause * 2 ** beyond);
    entry.nextAt = at + pause;
    return at - now;
  }

  /** The try was right: what led up to it is forgotten. */
  forgive(key: string): void {
    this.entries.delete(key);
  }

  private entry(key: string, now: number): Entry {
    const known = this.entries.get(key);
    this.entries.delete(key);
    const entry = known && known.nextAt + forgottenAfter > now ? known : { tries: 0, nextAt: now };
    this.entries.set(key, entry);
    const [oldest] = this.entries.keys();
    if (this.entries.size > mostEntries && oldest !== undefined) this.entries.delete(oldest);
    return entry;
  }
}
