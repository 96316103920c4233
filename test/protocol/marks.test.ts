import fc from 'fast-check';
import { expect, test } from 'vitest';
import { limits } from '../../src/protocol/limits.ts';
import {
  areRanges,
  formatRanges,
  isRead,
  type Marks,
  type NumberRange,
  parseRanges,
  readAfter,
  withoutCatchUp,
  withRead,
} from '../../src/protocol/marks.ts';

const most = 40;
const range = fc
  .tuple(fc.integer({ min: 1, max: most }), fc.nat({ max: 5 }))
  .map(([first, more]): NumberRange => [first, Math.min(first + more, most)]);
const ranges = fc.array(range, { maxLength: 12 });
const marks = fc
  .tuple(fc.nat({ max: 10 }), ranges)
  .map(([lastRead, added]) => withRead({ lastRead, ranges: [] }, added));

function expanded([first, last]: NumberRange): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

function numbers(of: Marks): number[] {
  return Array.from({ length: most }, (_, at) => at + 1).filter((number) => isRead(of, number));
}

test('marks with further ranges hold the numbers of both, in the one form that is stored', () => {
  fc.assert(
    fc.property(marks, ranges, (before, added) => {
      const after = withRead(before, added);
      const expected = Array.from({ length: most }, (_, at) => at + 1).filter(
        (number) =>
          isRead(before, number) ||
          added.some(([first, last]) => number >= first && number <= last),
      );
      expect(numbers(after)).toEqual(expected);
      expect(areRanges(after.ranges, after.lastRead)).toBe(true);
      expect(parseRanges(formatRanges(after.ranges))).toEqual(after.ranges);
    }),
  );
});

test('taking a catch-up back removes what it added, and marks nothing as read', () => {
  fc.assert(
    fc.property(marks, marks, fc.nat({ max: most }), (now, was, upTo) => {
      const expected = numbers(now).filter((number) => number > upTo || isRead(was, number));
      expect(numbers(withoutCatchUp(now, was, upTo))).toEqual(expected);
    }),
  );
});

test('marks hold the numbers up to the mark, and those of the ranges', () => {
  fc.assert(
    fc.property(marks, fc.nat({ max: most }), (of, upTo) => {
      const read = new Set([[1, of.lastRead] as const, ...of.ranges].flatMap(expanded));
      for (let number = 1; number <= most; number++) {
        expect(isRead(of, number)).toBe(read.has(number));
      }
      const later = numbers({ lastRead: 0, ranges: readAfter(of, upTo) });
      expect(later).toEqual(numbers(of).filter((number) => number > upTo));
    }),
  );
});

test('if the ranges are too long, the oldest messages between them count as read', () => {
  const odd = Array.from({ length: 500 }, (_, at): NumberRange => [2 * at + 3, 2 * at + 3]);
  const { lastRead, ranges: left } = withRead({ lastRead: 0, ranges: [] }, odd);
  expect(formatRanges(left).length).toBeLessThanOrEqual(limits.readRanges);
  expect(left.length).toBeLessThanOrEqual(limits.rangesSet);
  expect(left[0]?.[0]).toBe(lastRead + 2);
  expect(left.at(-1)).toEqual([1001, 1001]);
});

test.each(['0', '1-', '-2', '2-1', '3,2', '1-2,3', '1,,3', '1, 3', '01', '1-1', 'x', '1e3', '5,'])(
  '%j is no list of ranges',
  (text) => {
    expect(parseRanges(text)).toBeUndefined();
  },
);
