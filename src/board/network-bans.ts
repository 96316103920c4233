import { Network, NetworkMap } from './addresses.ts';

/** A network whose connections the operator refuses. Times are microseconds since the epoch. */
export interface NetworkBan {
  /** Canonical: see `Network.text`. */
  readonly network: string;
  readonly reason: string | null;
  readonly createdAt: number;
  /** Null for a ban without an end. */
  readonly endsAt: number | null;
}

/** The bans that a server enforces, kept in memory. */
export class NetworkBans {
  private byNetwork = new NetworkMap<NetworkBan>();

  /** @param now milliseconds since the epoch */
  constructor(private readonly now: () => number = Date.now) {}

  /** Replaces all bans. */
  replace(bans: readonly NetworkBan[]): void {
    this.byNetwork = new NetworkMap();
    for (const ban of bans) {
      const network = Network.parse(ban.network);
      if (network) this.byNetwork.set(network, ban);
    }
  }

  /** The reason to send to a peer at `address`; undefined if it is not banned. */
  reasonFor(address: string): string | undefined {
    for (const { endsAt, reason } of this.byNetwork.find(address)) {
      if (endsAt !== null && endsAt <= this.now() * 1000) continue;
      return `Your address is banned from this board${reason ? `: ${reason}` : ''}.`;
    }
    return undefined;
  }
}
