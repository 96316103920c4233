/** A list that is longer than the screen: which row the cursor is on, and which is the first on the screen, by their keys. */
export interface Scrolled {
  readonly cursor: string | undefined;
  readonly top: string | undefined;
}

interface Keyed {
  readonly key: string;
}

/**
 * Where the list is on the screen: the numbers of its first row and of its cursor. The first row stays what it was, so rows that
 * come before it move nothing, unless the cursor would be outside.
 * @param height rows of the screen
 */
export function shownFrom(
  rows: readonly Keyed[],
  { cursor, top }: Scrolled,
  height: number,
): { first: number; at: number } {
  if (rows.length === 0) return { first: 0, at: -1 };
  const at = Math.max(
    0,
    rows.findIndex(({ key }) => key === cursor),
  );
  const known = rows.findIndex(({ key }) => key === top);
  const lowest = Math.max(0, at - height + 1);
  if (known >= 0) return { first: Math.max(lowest, Math.min(known, at)), at };
  const highest = Math.max(0, rows.length - height);
  return { first: Math.max(lowest, Math.min(at - Math.floor(height / 3), highest)), at };
}

/** The list after some rows are gone: a row that was lost is replaced by the next one that is left, or the one before. */
export function without<T extends Keyed>(
  before: readonly T[],
  left: readonly Keyed[],
  scrolled: Scrolled,
): Scrolled {
  const keys = new Set(left.map(({ key }) => key));
  const held = (key: string | undefined) => {
    if (key === undefined || keys.has(key)) return key;
    const at = before.findIndex((row) => row.key === key);
    const after = before.slice(at).find((row) => keys.has(row.key));
    return (after ?? before.slice(0, Math.max(0, at)).findLast((row) => keys.has(row.key)))?.key;
  };
  return { cursor: held(scrolled.cursor), top: held(scrolled.top) };
}
