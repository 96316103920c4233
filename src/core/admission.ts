import { isLoopback, networkOf } from '../board/addresses.ts';
import { boardError } from '../protocol/errors.ts';
import type { ServerLimits } from '../protocol/limits.ts';

/** Which limit is reached, and the sentence for the peer. */
export interface TooMany {
  readonly limit: 'board' | 'address';
  readonly message: string;
}

/** Counts the open connections of all doors, and decides whether one more may be opened. */
export class Admission {
  private all = 0;
  private readonly byNetwork = new Map<string, number>();

  constructor(
    private readonly limits: Pick<ServerLimits, 'connections' | 'connectionsPerAddress'>,
  ) {}

  /** Why a connection from `address` may not be opened; undefined if it may. */
  refusal(address: string): TooMany | undefined {
    const there = this.byNetwork.get(networkOf(address)) ?? 0;
    if (this.all >= this.limits.connections) return tooMany('board', 'to this board');
    if (there >= this.limits.connectionsPerAddress && !isLoopback(address)) {
      return tooMany('address', 'from your address');
    }
    return undefined;
  }

  /**
   * Counts a connection from `address` until `leave` is called for it.
   * @returns why it may not be opened, and then it is not counted
   */
  enter(address: string): TooMany | undefined {
    const refusal = this.refusal(address);
    if (refusal) return refusal;
    const network = networkOf(address);
    this.all++;
    this.byNetwork.set(network, (this.byNetwork.get(network) ?? 0) + 1);
    return undefined;
  }

  leave(address: string): void {
    const network = networkOf(address);
    const there = this.byNetwork.get(network) ?? 0;
    this.all--;
    if (there > 1) this.byNetwork.set(network, there - 1);
    else this.byNetwork.delete(network);
  }
}

function tooMany(limit: TooMany['limit'], where: string): TooMany {
  return { limit, message: boardError('TOO_MANY_CONNECTIONS', where).message };
}
