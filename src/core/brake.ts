import { BoardError, boardError } from '../protocol/errors.ts';

/**
 * Keeps requests in order where a rate refuses one of them. By the time that the peer is told to wait it
 * has sent more: that is refused too until the wait is over, so that no later request is carried out before
 * the refused one is sent again.
 */
export class Brake {
  private until = 0;

  /** @param spend counts a request. @throws BoardError `RATE_LIMITED` as `spend` does, and until that wait is over */
  pass(spend: () => void): void {
    const wait = this.until - performance.now();
    if (wait > 0) throw boardError('RATE_LIMITED', Math.ceil(wait / 1000));
    try {
      spend();
    } catch (error) {
      const { seconds = 0 } = error instanceof BoardError ? error : {};
      this.until = performance.now() + seconds * 1000;
      throw error;
    }
  }
}
