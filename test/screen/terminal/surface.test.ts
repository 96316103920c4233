import { Terminal } from '@xterm/headless';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Cell, CellTables } from '../../../src/screen/terminal/cells.ts';
import { changes } from '../../../src/screen/terminal/changes.ts';
import { isAddress } from '../../../src/screen/terminal/paint.ts';
import { Surface } from '../../../src/screen/terminal/surface.ts';
import { drawing, hostile } from './drawings.ts';
import { unwantedIn } from './sent.ts';

function surfaceOf(columns: number, rows: number, make: (surface: Surface) => void) {
  const surface = new Surface(columns, rows);
  make(surface);
  return surface;
}

test('the screen of a terminal is what was drawn, whatever was drawn before', async () => {
  const size = fc.record({
    // The emulator has at least two columns.
    columns: fc.integer({ min: 2, max: 24 }),
    rows: fc.integer({ min: 1, max: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(
      size,
      fc.array(drawing(), { minLength: 1, maxLength: 5 }),
      async ({ columns, rows }, drawings) => {
        const terminal = new Terminal({ cols: columns, rows, allowProposedApi: true });
        await written(terminal, '\x1b[?1049h\x1b[?7l\x1b[?25l');
        const tables = new CellTables();
        let shown: Surface | undefined;
        for (const make of drawings) {
          const next = new Surface(columns, rows, tables);
          make(next);
          await written(terminal, changes(shown, next, { tables, colours: 8, utf8: true }));
          shown = next;
          expect(screenOf(terminal)).toEqual(cellsOf(next));
          expect(cursorOf(terminal)).toEqual(next.cursor ?? 'hidden');
        }
        terminal.dispose();
      },
    ),
    { numRuns: 150 },
  );
});

test('a frame has no sequences but positions, colours, erased ends of rows and links', () => {
  fc.assert(
    fc.property(
      drawing(hostile),
      drawing(hostile),
      fc.constantFrom<1 | 4 | 8>(1, 4, 8),
      fc.boolean(),
      (first, second, colours, utf8) => {
        const tables = new CellTables();
        const [shown, next] = [first, second].map((make) => {
          const surface = new Surface(20, 5, tables);
          make(surface);
          return surface;
        }) as [Surface, Surface];
        for (const text of [
          changes(undefined, shown, { tables, colours, utf8 }),
          changes(shown, next, { tables, colours, utf8 }),
        ]) {
          expect(unwantedIn(text)).toEqual([]);
          expect(text.isWellFormed()).toBe(true);
          if (!utf8) expect(/[\u0080-\u{10ffff}]/u.test(text)).toBe(false);
          // An address that no link may have.
          expect(text).not.toContain('javascript');
          if (colours === 1) expect(text).not.toMatch(/;3[0-8]|;9[0-7]/);
        }
      },
    ),
  );
});

test('after a cluster that is not ASCII the cursor is placed anew', () => {
  const tables = new CellTables();
  const next = new Surface(20, 1, tables);
  next.text(0, 0, 'aé漢b');
  expect(changes(new Surface(20, 1, tables), next, { tables, colours: 8, utf8: true })).toBe(
    '\x1b[?2026h\x1b[1;1Haé\x1b[1;3H漢\x1b[1;5Hb\x1b[?2026l',
  );
});

test('cells that a terminal may have overwritten after an emoji are sent again', () => {
  const tables = new CellTables();
  const shown = new Surface(20, 1, tables);
  shown.text(0, 0, '12345678901234567890');
  const next = new Surface(20, 1, tables);
  next.text(0, 0, '👩‍👩‍👧‍👦345678901234567890');
  const text = changes(shown, next, { tables, colours: 8, utf8: true });
  expect(text).toBe('\x1b[?2026h\x1b[1;1H  \x1b[1;1H👩‍👩‍👧‍👦\x1b[1;3H345678901\x1b[?2026l');
});

test('nothing is sent if nothing has changed', () => {
  const tables = new CellTables();
  const make = () => {
    const surface = new Surface(20, 3, tables);
    surface.text(1, 2, 'same 漢', { bold: true });
    surface.cursor = { row: 1, column: 1 };
    return surface;
  };
  expect(changes(make(), make(), { tables, colours: 8, utf8: true })).toBe('');
});

test('a wide character is cut at the edge of a window, and overwritten whole', () => {
  const cut = surfaceOf(6, 1, (surface) => {
    surface.text(0, 0, '漢字漢');
    surface.view(0, 1, 1, 3).text(0, 0, '字字');
  });
  expect(cut.lines).toEqual([' 字 漢']);
  expect(surfaceOf(3, 1, (surface) => surface.text(0, 0, 'a漢漢')).lines).toEqual(['a漢']);
  expect(surfaceOf(4, 1, (surface) => surface.text(0, -1, '漢漢')).lines).toEqual([' 漢']);
  expect(surfaceOf(4, 1, (surface) => surface.text(0, 0, '漢漢', {}, 3)).lines).toEqual(['漢']);
});

test('a long text costs what is shown of it', () => {
  const surface = new Surface(80, 1);
  const marks = '\u0301'.repeat(1_000_000);
  const began = process.cpuUsage();
  for (const text of [marks, `a${marks}`, '漢'.repeat(1_000_000), '\u200b'.repeat(1_000_000)]) {
    surface.text(0, 0, text);
    surface.text(0, -100, text);
  }
  const { user, system } = process.cpuUsage(began);
  expect((user + system) / 1000).toBeLessThan(1000);
});

test('text from right to left is sent in the order in which it was written', () => {
  expect(surfaceOf(20, 1, (surface) => surface.text(0, 0, 'a שלום b')).lines).toEqual(['a שלום b']);
});

test('a terminal without UTF-8 gets lines and letters of ASCII', () => {
  const tables = new CellTables();
  const next = new Surface(12, 1, tables);
  next.text(0, 0, '─│● é漢x');
  const text = changes(new Surface(12, 1, tables), next, { tables, colours: 1, utf8: false });
  expect(text).toBe('\x1b[?2026h\x1b[1;1H-|* e??x\x1b[?2026l');
});

function written(terminal: Terminal, text: string): Promise<void> {
  return new Promise((resolve) => terminal.write(text, resolve));
}

function cursorOf(terminal: Terminal) {
  const { cursorX: column, cursorY: row } = terminal.buffer.active;
  // @ts-expect-error: whether the cursor is hidden is known only to a part that is not public
  const hidden: boolean = terminal._core.coreService.isCursorHidden;
  return hidden ? 'hidden' : { row, column };
}

interface Seen {
  text: string;
  width: number;
  style: string;
}

/** What the terminal shows. The emulator underlines links. */
function screenOf(terminal: Terminal): Seen[][] {
  const { active } = terminal.buffer;
  return Array.from({ length: terminal.rows }, (_, row) => {
    const line = active.getLine(active.baseY + row);
    return Array.from({ length: terminal.cols }, (_, column) => {
      const cell = line?.getCell(column);
      if (!cell) throw new Error('there is no such cell');
      const styles = {
        b: cell.isBold(),
        f: cell.isDim(),
        r: cell.isInverse(),
        u: cell.isUnderline(),
      };
      const style = Object.entries(styles).flatMap(([name, on]) => (on ? name : []));
      const colour = cell.isFgDefault() ? '' : String(cell.getFgColor());
      return {
        text: cell.getChars() || (cell.getWidth() === 0 ? '' : ' '),
        width: cell.getWidth(),
        style: `${style.join('')}${colour}`,
      };
    });
  });
}

const colourNumbers: Record<string, number> = { red: 1, green: 2, 3: 32, 77: 127 };

function cellsOf(surface: Surface): Seen[][] {
  return Array.from({ length: surface.rows }, (_, row) =>
    Array.from({ length: surface.columns }, (_, column) => seen(surface.cell(row, column))),
  );
}

function seen({ cluster, width, style }: Cell): Seen {
  const marks = `${style.bold ? 'b' : ''}${style.faint ? 'f' : ''}${style.reverse ? 'r' : ''}${style.underline || isAddress(style.link) ? 'u' : ''}`;
  const colour = style.colour === undefined ? '' : colourNumbers[style.colour];
  return { text: cluster, width, style: `${marks}${colour}` };
}
