import fc from 'fast-check';
import type { CellStyle } from '../../../src/screen/terminal/cells.ts';
import type { Surface } from '../../../src/screen/terminal/surface.ts';

/** Clusters whose width every terminal knows: @xterm/headless too. */
const agreed = fc.constantFrom(
  ...'aZ 09~é漢한字ф\u05d0ع─│●',
  'e\u0301',
  '한글',
  'مرحبا',
  'plain words ',
);
/** Clusters whose width terminals do not agree on, and characters that a text should not have. */
export const hostile = fc.constantFrom(
  '👩‍👩‍👧‍👦',
  '👍🏽',
  '🇩🇪',
  '☎️',
  '🫠',
  'x\u0301\u0302\u0303',
  '\u0301',
  '\u200d',
  '\x1b[31m',
  '\x1b]0;title\x07',
  '\x9b2J',
  '\r\n',
  '\t',
  '\x00',
  '\u202e',
  '\ud800',
  'क्षि',
);

const style: fc.Arbitrary<CellStyle> = fc.record(
  {
    colour: fc.constantFrom('red' as const, 'green' as const, 3, 77),
    bold: fc.constant(true as const),
    faint: fc.constant(true as const),
    reverse: fc.constant(true as const),
    underline: fc.constant(true as const),
    link: fc.constantFrom('https://board.example/1', 'javascript:alert(1)', 'http://x/\x1b[31m'),
  },
  { requiredKeys: [] },
);

/** A random way to draw on a surface. */
export function drawing(
  units: fc.Arbitrary<string> = agreed,
): fc.Arbitrary<(surface: Surface) => void> {
  const place = fc.integer({ min: -3, max: 25 });
  const text = fc.string({ unit: units, maxLength: 30 });
  const step = fc.oneof(
    fc.record({
      row: place,
      column: place,
      text,
      style,
      to: fc.option(place, { nil: undefined }),
    }),
    fc.record({ row: place, column: place, columns: place, style }),
  );
  const cursor = fc.option(fc.record({ row: place, column: place }), { nil: undefined });
  const window = fc.option(fc.record({ row: place, column: place, rows: place, columns: place }), {
    nil: undefined,
  });
  return fc
    .record({ steps: fc.array(step, { maxLength: 12 }), cursor, window })
    .map(({ steps, cursor, window }) =>
      Object.assign(
        (surface: Surface) => {
          const target = window
            ? surface.view(window.row, window.column, window.rows, window.columns)
            : surface;
          for (const step of steps) {
            const { row, column, style } = step;
            if ('text' in step) target.text(row, column, step.text, style, step.to);
            else target.fill(row, column, step.columns, '─', style);
          }
          surface.cursor = cursor;
        },
        { toString: () => JSON.stringify({ steps, cursor, window }) },
      ),
    );
}
