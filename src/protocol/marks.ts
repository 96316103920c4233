import { limits } from './limits.ts';

/** Numbers of messages from the first to the last, both included: `[14, 17]`. */
export type NumberRange = readonly [first: number, last: number];

/** The range of one number. */
export function alone(number: number): NumberRange {
  return [number, number];
}

/**
 * What a member has read of a group: the messages up to `lastRead`, and those of the ranges after it. The ranges
 * ascend and do not touch each other or the mark: `{ lastRead: 9, ranges: [[14, 17], [20, 20]] }`.
 */
export interface Marks {
  readonly lastRead: number;
  readonly ranges: readonly NumberRange[];
}

/** Marks as they are stored, with the ranges as `formatRanges` writes them. */
export interface StoredMarks {
  readonly lastRead: number | null;
  readonly ranges: string | null;
}

/** The marks that are stored. Ranges that break the format, which `db check` reports, are left out. */
export function readMarks({ lastRead: stored, ranges: written }: StoredMarks): Marks {
  const lastRead = stored ?? 0;
  const ranges = written ? (parseRanges(written) ?? []) : [];
  return { lastRead, ranges: areRanges(ranges, lastRead) ? ranges : [] };
}

/** Whether the marks hold a number. */
export function isRead({ lastRead, ranges }: Marks, number: number): boolean {
  return number <= lastRead || ranges.some(([first, last]) => number >= first && number <= last);
}

/**
 * The marks with further ranges, which may be in any order and overlap. If the ranges would take more than
 * `limits.readRanges` bytes, the oldest messages between them count as read.
 */
export function withRead(marks: Marks, added: readonly NumberRange[]): Marks {
  let { lastRead } = marks;
  let ranges: [number, number][] = [];
  for (const [first, last] of [...marks.ranges, ...added].sort(([a], [b]) => a - b)) {
    const before = ranges.at(-1);
    if (first <= lastRead + 1) lastRead = Math.max(lastRead, last);
    else if (before && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else ranges.push([first, last]);
  }
  while (formatRanges(ranges).length > limits.readRanges) {
    lastRead = ranges[0]?.[1] ?? lastRead;
    ranges = ranges.slice(1);
  }
  return { lastRead, ranges };
}

/** Whether other messages than the added ones became read, because the ranges took too many bytes. @param after what `withRead` made */
export function readsOthers(before: Marks, added: readonly NumberRange[], after: Marks): boolean {
  let { lastRead } = before;
  for (const [first, last] of [...before.ranges, ...added].sort(([a], [b]) => a - b)) {
    if (first > lastRead + 1) break;
    lastRead = Math.max(lastRead, last);
  }
  return after.lastRead > lastRead;
}

/** The marks without the numbers up to `number`: their ranges after it. */
export function readAfter({ lastRead, ranges }: Marks, number: number): NumberRange[] {
  return [[1, lastRead] as const, ...ranges]
    .filter(([, last]) => last > number)
    .map(([first, last]) => [Math.max(first, number + 1), last]);
}

/**
 * The marks after a catch-up is taken back: `now` without the numbers that it added to `was`. What was read after it stays
 * read, and nothing is marked as read, even if another session has taken a catch-up back meanwhile.
 * @param upTo the number up to which the catch-up marked messages as read
 */
export function withoutCatchUp(now: Marks, was: Marks, upTo: number): Marks {
  const before = [[1, was.lastRead] as const, ...was.ranges];
  const both = [[1, now.lastRead] as const, ...now.ranges].flatMap(([first, last]) =>
    before
      .map(([from, to]): NumberRange => [Math.max(first, from), Math.min(last, to)])
      .filter(([from, to]) => from <= to),
  );
  return withRead({ lastRead: 0, ranges: [] }, [...both, ...readAfter(now, upTo)]);
}

/** The marks without some ranges, which are unread then. The ranges may be in any order. */
export function withoutRanges(marks: Marks, ranges: readonly NumberRange[]): Marks {
  const gone = [...ranges].sort(([a], [b]) => a - b);
  const kept: NumberRange[] = [];
  for (const [first, last] of [[1, marks.lastRead] as const, ...marks.ranges]) {
    let from = first;
    for (const [goneFrom, goneTo] of gone) {
      if (goneTo < from || goneFrom > last) continue;
      if (goneFrom > from) kept.push([from, goneFrom - 1]);
      from = goneTo + 1;
    }
    if (from <= last) kept.push([from, last]);
  }
  return withRead({ lastRead: 0, ranges: [] }, kept);
}

/** As in a `.newsrc`: `14-17,20`. */
export function formatRanges(ranges: readonly NumberRange[]): string {
  return ranges.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(',');
}

const written = /^[1-9]\d{0,14}(-[1-9]\d{0,14})?(,[1-9]\d{0,14}(-[1-9]\d{0,14})?)*$/;

/** The ranges of a text as `formatRanges` writes it; undefined for any other text. */
export function parseRanges(text: string): NumberRange[] | undefined {
  if (text === '') return [];
  if (text.length > limits.readRanges || !written.test(text)) return undefined;
  const ranges = text.split(',').map((range): NumberRange => {
    const [first = 0, last = first] = range.split('-').map(Number);
    return [first, last];
  });
  return formatRanges(ranges) === text && areRanges(ranges) ? ranges : undefined;
}

/** Whether the ranges ascend, and do not touch each other or `lastRead`. */
export function areRanges(ranges: readonly NumberRange[], lastRead = -1): boolean {
  let before = lastRead;
  for (const [first, last] of ranges) {
    if (first <= before + 1 || last < first) return false;
    before = last;
  }
  return true;
}
