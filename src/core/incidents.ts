import type { Logger } from 'pino';

// How often the incidents that were not logged one by one are summed up, in milliseconds.
const interval = 10_000;

/**
 * Logs incidents that strangers can cause in any number: the first one, and the others as one line of counts
 * every ten seconds. So a flood of connections does not become a flood of lines.
 */
export class Incidents {
  private timer: NodeJS.Timeout | undefined;
  private counts = new Map<string, number>();
  private addresses = new Set<string>();

  constructor(private readonly log: Logger) {}

  /** @param kind a sentence about what happened */
  note(kind: string, address: string): void {
    if (this.timer) {
      this.count(kind, address);
      return;
    }
    this.log.warn({ address }, kind);
    this.timer = setTimeout(() => this.sumUp(), interval).unref();
  }

  /** Counts an incident that is only logged as a part of the next sum. */
  count(kind: string, address: string): void {
    this.timer ??= setTimeout(() => this.sumUp(), interval).unref();
    this.counts.set(kind, (this.counts.get(kind) ?? 0) + 1);
    // The number of different addresses is logged; past this number it is not worth the memory.
    if (this.addresses.size < 1000) this.addresses.add(address);
  }

  /** Logs the last sum. */
  close(): void {
    clearTimeout(this.timer);
    this.sumUp();
    clearTimeout(this.timer);
  }

  private sumUp(): void {
    this.timer = undefined;
    const { counts, addresses } = this;
    if (counts.size === 0) return;
    this.counts = new Map();
    this.addresses = new Set();
    const [example] = addresses;
    this.log.warn(
      { counts: Object.fromEntries(counts), addresses: addresses.size, example },
      'more of the same, since the last such line',
    );
    this.timer = setTimeout(() => this.sumUp(), interval).unref();
  }
}
