import { expect, test } from 'vitest';
import { limits } from '../../src/protocol/limits.ts';
import type { NumberRange } from '../../src/protocol/marks.ts';
import type { Call } from '../../src/protocol/schemas.ts';
import { Reading } from '../../src/protocol/text/reading.ts';

test('all messages of a thread that were shown count as read, though other threads lie between them', async () => {
  const marked: NumberRange[] = [];
  const call = (async (_: string, { ranges }: { ranges: NumberRange[] }) => {
    expect(ranges.length).toBeLessThanOrEqual(limits.rangesAtOnce);
    marked.push(...ranges);
    return { lastRead: 0, ranges: [] };
  }) as unknown as Call;
  const numbers = Array.from({ length: 1000 }, (_, at) => 1_000_000 + 2 * at);
  await new Reading().shown(call, 1, ...numbers);
  expect(marked).toEqual(numbers.map((number) => [number, number]));
});
