import { BoardError, boardError } from '../protocol/errors.ts';
import type { Costs } from './costs.ts';

/**
 * Keeps requests in order when a rate refuses one. The peer has sent more requests before it reads that it has to
 * wait. They are refused too until the wait is over, so that no later request is carried out before the peer
 * sends the refused one again.
 */
export class Brake {
  private until = 0;

  /** Whether no wait is under way. */
  get isOpen(): boolean {
    return this.until <= performance.now();
  }

  /** Counts a request. @throws BoardError `RATE_LIMITED` when `spend` does, and until that wait is over */
  pass(costs: Pick<Costs, 'spend'>): void {
    if (this.until > 0) {
      const wait = this.until - performance.now();
      if (wait > 0) throw boardError('RATE_LIMITED', Math.ceil(wait / 1000));
      this.until = 0;
    }
    try {
      costs.spend();
    } catch (error) {
      const { seconds = 0 } = error instanceof BoardError ? error : {};
      this.until = performance.now() + seconds * 1000;
      throw error;
    }
  }
}
