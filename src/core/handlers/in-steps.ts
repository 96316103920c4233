import type { LongRead } from '../../board/ports/long-read.ts';
import type { Context } from './context.ts';

/**
 * Reads in steps, with a turn for other connections in between, and charges what the steps cost.
 * @throws BoardError of the read, and `CONNECTION_ENDED` if nobody waits for it any more
 */
export async function inSteps<T>({ costs }: Pick<Context, 'costs'>, read: LongRead<T>): Promise<T> {
  let mark = costs.mark();
  try {
    for (;;) {
      const found = await read.step();
      if (found !== undefined) return found;
      mark = await costs.breathe(mark);
    }
  } finally {
    costs.charge(mark);
  }
}
