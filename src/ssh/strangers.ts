import { networkOf } from '../board/addresses.ts';

/** Counts the connections that have not logged in, from the accepted socket on. */
export class Strangers {
  private count = 0;
  private readonly byNetwork = new Map<string, number>();

  constructor(
    private readonly limits: { readonly strangers: number; readonly strangersPerNetwork: number },
  ) {}

  /** @returns ends the counting, and may be called again; undefined if there are too many already */
  enter(address: string): (() => void) | undefined {
    const network = networkOf(address);
    const here = this.byNetwork.get(network) ?? 0;
    const { strangers, strangersPerNetwork } = this.limits;
    if (this.count >= strangers || here >= strangersPerNetwork) return undefined;
    this.count++;
    this.byNetwork.set(network, here + 1);
    let isCounted = true;
    return () => {
      if (!isCounted) return;
      isCounted = false;
      this.count--;
      const left = (this.byNetwork.get(network) ?? 1) - 1;
      if (left > 0) this.byNetwork.set(network, left);
      else this.byNetwork.delete(network);
    };
  }
}
