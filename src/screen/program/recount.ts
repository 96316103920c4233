import type { BoardClient } from '../../client/board-client.ts';
import type { Result } from '../../protocol/schemas.ts';

// The least time between two counts by the board, in milliseconds.
const pause = 1000;

interface RecountOptions {
  readonly board: BoardClient;
  /**
   * Called before the board is asked.
   * @returns a function that stores the counts of the board. It returns false if they are out of date by then, and the board has to count again
   */
  readonly begin: () => (counted: Result<'session.show'>) => boolean;
  readonly failed: (error: unknown) => void;
}

/** Asks the board what is unread, at most once a second. */
export class Recount {
  private timer: NodeJS.Timeout | undefined;
  private isCounting = false;
  private isStopped = false;

  constructor(private readonly options: RecountOptions) {}

  soon(): void {
    if (this.timer || this.isStopped) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      void this.count();
    }, pause);
    this.timer.unref();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
  }

  private async count(): Promise<void> {
    const { board, begin, failed } = this.options;
    if (this.isCounting || !board.connected) return;
    this.isCounting = true;
    const take = begin();
    try {
      if (!take(await board.call('session.show', {}))) this.soon();
    } catch (error) {
      failed(error);
    } finally {
      this.isCounting = false;
    }
  }
}
