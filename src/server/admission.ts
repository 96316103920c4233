import { isLoopback, networkOf } from '../board/addresses.ts';
import { type BoardError, boardError } from '../protocol/errors.ts';
import type { ServerLimits } from '../protocol/limits.ts';

/** Counts the connections that there are, and says whether one more may come. */
export class Admission {
  private all = 0;
  private readonly byNetwork = new Map<string, number>();

  constructor(
    private readonly limits: Pick<ServerLimits, 'connections' | 'connectionsPerAddress'>,
  ) {}

  /**
   * Counts a connection from `address`, which `leave` takes off again.
   * @returns why it may not come, and then it is not counted
   */
  enter(address: string): BoardError | undefined {
    const network = networkOf(address);
    const there = this.byNetwork.get(network) ?? 0;
    if (this.all >= this.limits.connections) {
      return boardError('TOO_MANY_CONNECTIONS', 'to this board');
    }
    if (there >= this.limits.connectionsPerAddress && !isLoopback(address)) {
      return boardError('TOO_MANY_CONNECTIONS', 'from your address');
    }
    this.all++;
    this.byNetwork.set(network, there + 1);
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
