import { expect, test } from 'vitest';
import { KeyTable } from '../../../src/screen/keys/key-table.ts';
import { Surface } from '../../../src/screen/terminal/surface.ts';
import { HelpPage } from '../../../src/screen/widgets/help-page.ts';
import { LineInput, type LineInputOptions } from '../../../src/screen/widgets/line-input.ts';
import { press } from './pressing.ts';

function asking(options: Partial<LineInputOptions> = {}) {
  const results: string[] = [];
  const input = new LineInput({
    prompt: '/ ',
    keys: new KeyTable(),
    limit: 100,
    accepted: (text) => results.push(text),
    cancelled: () => results.push('(cancelled)'),
    redraw: () => {},
    ...options,
  });
  const row = (columns = 20) => {
    const surface = new Surface(columns, 2);
    input.draw(surface);
    return { text: surface.lines[1], column: surface.cursor?.column };
  };
  return { input, results, row };
}

test('a line is typed, edited and accepted', () => {
  const { input, results, row } = asking();
  press(input, 'lunhc[backspace][backspace]ch');
  expect(row()).toEqual({ text: ' / lunch', column: 8 });
  press(input, '[enter]');
  expect(results).toEqual(['lunch']);
});

test('of a line that is longer than the row, the part around the cursor is shown', () => {
  const { input, row } = asking();
  press(input, 'abcdefghijklmnopqrstuvwxyz');
  expect(row()).toEqual({ text: ' / lmnopqrstuvwxyz', column: 18 });
  press(input, '[home]');
  expect(row()).toEqual({ text: ' / abcdefghijklmnopq', column: 3 });
});

test('earlier lines come back, and the line that was begun is not lost', () => {
  const { input, results } = asking({ history: ['first', 'second'] });
  press(input, 'new[up][up][up]');
  expect(input.text).toBe('first');
  press(input, '[down]');
  expect(input.text).toBe('second');
  press(input, '[down][enter]');
  expect(results).toEqual(['new']);
});

test('a paste becomes one line, and what is over the limit is dropped', () => {
  const { input } = asking({ limit: 10 });
  input.press({ paste: 'one\r\ntwo\x1b three\n' });
  expect(input.text).toBe('one two␛ t');
  press(input, 'x');
  expect(input.text).toBe('one two␛ t');
});

test('a secret is not shown', () => {
  const { input, row } = asking({ isSecret: true });
  press(input, 'p👍w');
  expect(row()).toEqual({ text: ' / •••', column: 6 });
});

test('Escape and Ctrl-C give the line up', () => {
  const { input, results } = asking();
  press(input, 'x[esc][ctrl-c]');
  expect(results).toEqual(['(cancelled)', '(cancelled)']);
});

test('the help begins with the keys of the place, and Space pages through it and closes it', () => {
  let closed = false;
  const page = new HelpPage(new KeyTable(), 'index', 'until you leave', () => {
    closed = true;
  });
  const seen: string[] = [];
  for (let at = 0; at < 30 && !closed; at++) {
    const surface = new Surface(80, 24);
    page.draw(surface);
    expect(surface.lines[0]).toBe(' Keys: those of this place first');
    seen.push(...surface.lines.slice(1, -1));
    press(page, ' ');
  }
  expect(closed).toBe(true);
  expect(seen[0]).toBe(' In the list of threads');
  expect(seen.join('\n')).toContain(' r                     replies\n');
  expect(seen.join('\n')).toContain(' Ctrl-W, Alt-Backspace');
});

test.each([
  [40, 10],
  [300, 100],
])('every row of the help fits in %i columns', (columns, rows) => {
  const page = new HelpPage(new KeyTable(), 'box', 'until you leave', () => {});
  const surface = new Surface(columns, rows);
  for (let at = 0; at < 50; at++) {
    page.draw(surface);
    for (const line of surface.lines) expect(line.length).toBeLessThan(columns);
    press(page, ' ');
  }
});
