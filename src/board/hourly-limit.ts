import { boardError } from '../protocol/errors.ts';

const hour = 3_600_000;
const mostEntries = 10_000;

const nothingReserved = () => {};

interface Reservation {
  requests: number;
  readonly exists: () => boolean;
}

interface Entry {
  left: number;
  at: number;
}

/**
 * Limits how many things each network makes, such as new names: `burst` at once, and `perHour` in the long run. It remembers
 * ten thousand networks, and forgets first the network that has made nothing for the longest time.
 */
export class HourlyLimit {
  private readonly entries = new Map<string, Entry>();
  /** The reservations, by network and name of the thing. */
  private readonly reserved = new Map<string, Map<string, Reservation>>();

  /**
   * @param perHour 0 for no limit
   * @param now milliseconds, from any origin
   */
  constructor(
    readonly perHour: number,
    readonly burst: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @throws BoardError `RATE_LIMITED` if the network has reached the limit */
  require(network: string): void {
    const left = this.left(network);
    if (left < 1) throw boardError('RATE_LIMITED', Math.ceil(((1 - left) * 3600) / this.perHour));
  }

  /** Counts a thing that the network makes. @throws BoardError `RATE_LIMITED` if the limit is reached; the thing is then not counted */
  take(network: string): void {
    this.require(network);
    this.count(network);
  }

  /** Counts a thing that the network has made, even past the limit. */
  count(network: string): void {
    if (this.perHour === 0) return;
    const left = this.left(network) - 1;
    this.entries.delete(network);
    this.entries.set(network, { left, at: this.now() });
    const [oldest] = this.entries.keys();
    if (this.entries.size > mostEntries && oldest !== undefined) this.entries.delete(oldest);
  }

  /**
   * Keeps room for a thing that is about to be made, such as a conversation, until the returned function is called. Several
   * requests that may make the same thing, by its name, share the room. `count` the thing once it is made.
   * @param exists whether the thing exists by now; called only if there is no room otherwise
   * @returns undefined if there is no room for it
   */
  reserve(network: string, name: string, exists: () => boolean): (() => void) | undefined {
    if (this.perHour === 0) return nothingReserved;
    const reserved = this.reserved.get(network) ?? new Map<string, Reservation>();
    let reservation = reserved.get(name);
    if (!reservation) {
      if (this.left(network) - reserved.size < 1) {
        if (exists()) return nothingReserved;
        for (const [other, { exists }] of reserved) if (exists()) reserved.delete(other);
        if (this.left(network) - reserved.size < 1) return undefined;
      }
      reservation = { requests: 0, exists };
      reserved.set(name, reservation);
      this.reserved.set(network, reserved);
    }
    const mine = reservation;
    mine.requests++;
    return () => {
      mine.requests--;
      if (mine.requests === 0 && reserved.get(name) === mine) reserved.delete(name);
      if (reserved.size === 0 && this.reserved.get(network) === reserved) {
        this.reserved.delete(network);
      }
    };
  }

  /** Undoes a `take` if nothing was made after all. */
  giveBack(network: string): void {
    const entry = this.entries.get(network);
    if (entry) entry.left++;
  }

  private left(network: string): number {
    if (this.perHour === 0) return Number.POSITIVE_INFINITY;
    const entry = this.entries.get(network);
    if (!entry) return this.burst;
    return Math.min(this.burst, entry.left + ((this.now() - entry.at) * this.perHour) / hour);
  }
}
