import { networkOf } from '../board/addresses.ts';
import type { EndReason } from './endings.ts';

/** What is full: all places, or those of one network. */
export type Full = Extract<EndReason, 'full' | 'fullNetwork'>;

/** Places for connections or sessions: so many in all, and so many from one address or one /64 of IPv6. */
export class Places {
  private taken = 0;
  private readonly byNetwork = new Map<string, number>();

  /**
   * @param most may be changed
   * @param isExempt whether an address counts for `most` alone
   */
  constructor(
    public most: number,
    private readonly mostPerNetwork: number,
    private readonly isExempt: (address: string) => boolean = () => false,
  ) {}

  /** @returns a function that frees the place, and may be called again; or what is full */
  take(address: string): (() => void) | Full {
    const network = networkOf(address);
    const here = this.byNetwork.get(network) ?? 0;
    if (this.taken >= this.most) return 'full';
    if (here >= this.mostPerNetwork && !this.isExempt(address)) return 'fullNetwork';
    this.taken++;
    this.byNetwork.set(network, here + 1);
    let isTaken = true;
    return () => {
      if (!isTaken) return;
      isTaken = false;
      this.taken--;
      const left = (this.byNetwork.get(network) ?? 1) - 1;
      if (left > 0) this.byNetwork.set(network, left);
      else this.byNetwork.delete(network);
    };
  }
}
