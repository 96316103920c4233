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

// Entries of a list that are made before other connections may have their turn.
const entriesAtOnce = 50;

/** The same as `map`, with a turn for other connections in between. @throws BoardError `CONNECTION_ENDED` */
export async function mappedInSteps<T, U>(
  { costs }: Pick<Context, 'costs'>,
  items: readonly T[],
  entryOf: (item: T) => U,
): Promise<U[]> {
  const entries: U[] = [];
  let mark = costs.mark();
  for (const item of items) {
    entries.push(entryOf(item));
    if (entries.length % entriesAtOnce === 0) mark = await costs.breathe(mark);
  }
  costs.charge(mark);
  return entries;
}
