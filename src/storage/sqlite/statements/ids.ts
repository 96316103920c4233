interface Edge {
  readonly id: number;
  readonly at: number;
}

/**
 * The id of the first message that was posted at `since` or later; `last + 1` without any. It is found by halving,
 * because ids of messages grow with time: some twenty searches.
 * @param next gives the first row with an id from the given one on
 * @param last the highest id
 */
export function firstIdSince(
  since: number,
  last: number,
  next: (id: number) => Edge | undefined,
): number {
  let low = 1;
  let high = last + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const found = next(middle);
    if (found && found.at < since) low = found.id + 1;
    else high = middle;
  }
  return low;
}
