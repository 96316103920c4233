import type { ServerCounts } from '../metrics/counts.ts';
import type { ServerLimits } from '../protocol/limits.ts';

/** A connection for which bytes wait in memory. */
export interface Holder {
  /** Undefined for a connection that is exempt from the limit of its network. */
  readonly network: string | undefined;
  /** Bytes that were last noted for it. */
  held: number;
  /** Ends the connection, because it holds the most. */
  evict(): void;
}

/**
 * Limits the bytes that wait in memory, in both directions, for all connections together and for those of one
 * network. Each connection has limits of its own besides. Past a limit it ends the connection that holds the
 * most bytes, and then the next, until the rest fits.
 */
export class WaitingBytes {
  private readonly holders = new Set<Holder>();
  private readonly byNetwork = new Map<string, number>();
  private all = 0;

  constructor(
    private readonly limits: Pick<ServerLimits, 'waitingBytes' | 'networkWaitingBytes'>,
    private readonly counts: Pick<ServerCounts, 'evicted'>,
  ) {}

  /** Bytes of all connections. */
  get total(): number {
    return this.all;
  }

  /** Notes how many bytes wait for `holder` now. */
  update(holder: Holder, bytes: number): void {
    const before = holder.held;
    if (bytes === before) return;
    holder.held = bytes;
    if (bytes === 0) this.holders.delete(holder);
    else this.holders.add(holder);
    this.all += bytes - before;
    const { network } = holder;
    const ofNetwork = network === undefined ? 0 : this.add(network, bytes - before);
    if (bytes < before) return;
    if (ofNetwork > this.limits.networkWaitingBytes) this.evictFrom(network);
    if (this.all > this.limits.waitingBytes) this.evictFrom();
  }

  private add(network: string, bytes: number): number {
    const sum = (this.byNetwork.get(network) ?? 0) + bytes;
    if (sum === 0) this.byNetwork.delete(network);
    else this.byNetwork.set(network, sum);
    return sum;
  }

  /** Ends the connection that holds the most, of one network or of all. Its bytes no longer count. */
  private evictFrom(network?: string): void {
    let most: Holder | undefined;
    let bytes = 0;
    for (const holder of this.holders) {
      if (holder.held <= bytes || (network !== undefined && holder.network !== network)) continue;
      most = holder;
      bytes = holder.held;
    }
    if (!most) return;
    this.counts.evicted++;
    this.update(most, 0);
    most.evict();
  }
}
