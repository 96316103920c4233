import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonShape } from '../../src/protocol/jsonrpc/json-shape.ts';

const bounds = { depth: 3, values: 8 };
const tooDeep = 'it is nested more than 3 deep';
const tooMany = 'it has more than 8 values';

function fault(text: string, cuts: number[] = []): string | undefined {
  const bytes = Buffer.from(text);
  const shape = new JsonShape(bounds);
  let start = 0;
  for (const end of [...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort(byValue)) {
    const why = shape.push(bytes.subarray(start, end));
    if (why) return why;
    start = end;
  }
  return undefined;
}

const byValue = (a: number, b: number) => a - b;

/** Whether a value of JSON is nested too deeply. */
function naive(value: unknown): string | undefined {
  const depth = (each: unknown): number =>
    typeof each === 'object' && each !== null
      ? 1 + Math.max(0, ...Object.values(each).map(depth))
      : 0;
  return depth(value) > bounds.depth ? tooDeep : undefined;
}

describe('the shape of JSON', () => {
  test.each([
    ['[[[]]]', undefined],
    ['[[[[', tooDeep],
    ['{"a":{"b":[{', tooDeep],
    ['[1,2,3,4,5,6,7]', undefined],
    ['[1,2,3,4,5,6,7,8]', tooMany],
    ['"[[[[[[,,,,,,,,,,,,"', undefined],
    ['"\\"[[[[[["', undefined],
    ['"\\\\"[[[[', tooDeep],
    ['"a"[[[["b"', tooDeep],
    ['[[]],[[]]', undefined],
  ])('is judged in the same way for %s wherever the line is cut', (text, expected) => {
    expect(fault(text)).toBe(expected);
    for (let cut = 0; cut <= text.length; cut++) expect(fault(text, [cut])).toBe(expected);
    expect(
      fault(
        text,
        Array.from(text, (_, at) => at),
      ),
    ).toBe(expected);
  });

  test('agrees with JSON.parse on the depth of random values', () => {
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof({ maxDepth: 5 }, fc.string(), fc.constantFrom('"', '\\', '[{'), tie('list')),
      list: fc.oneof(
        fc.array(tie('value'), { maxLength: 1 }),
        fc.dictionary(fc.string(), tie('value'), { maxKeys: 1 }),
      ),
    }));
    fc.assert(
      fc.property(value, fc.array(fc.nat(), { maxLength: 4 }), (json, cuts) => {
        expect(fault(JSON.stringify(json), cuts)).toBe(naive(json));
      }),
      { numRuns: 1000 },
    );
  });

  test('a line that is surely within the bounds is never refused, and a short one with few brackets surely is', () => {
    const unit = fc.constantFrom('[', ']', '{', '}', ',', '"', '\\', 'a');
    const shape = new JsonShape(bounds);
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 12 }), (line) => {
        const isSure = shape.surelyAccepts(line);
        if (isSure) expect(fault(line)).toBeUndefined();
        const brackets = line.replace(/[^[{]/g, '').length;
        expect(isSure).toBe(line.length < bounds.values && brackets <= bounds.depth);
      }),
      { numRuns: 1000 },
    );
  });

  test('is judged for each line separately', () => {
    const shape = new JsonShape(bounds);
    for (let line = 0; line < 5; line++) {
      expect(shape.push(Buffer.from('[[[1,2,"never ended \\'))).toBeUndefined();
      shape.reset();
    }
  });
});
