import { expect, test } from 'vitest';
import { helpOf } from '../../src/screen/keys/help.ts';
import { KeyTable } from '../../src/screen/keys/key-table.ts';
import { ScreenTester } from './screen-tester.ts';
import { stage } from './stage.ts';

/** Alice reads a message of main, on a screen of a size. */
async function reading(columns: number, rows: number) {
  const { board, post, password } = await stage();
  await post('main', 'Lunch', 'Who is in?');
  const screen = await ScreenTester.open(board, { password, columns, rows });
  await screen.shows('Lunch');
  return screen;
}

test.each([
  ['the list of groups', 'q', '?', 'In the list of groups'],
  ['the list of threads', '', '?', 'In the list of threads'],
  ['a message', '\r', '?', 'In a message'],
  ['what was found', '/lunch\r', '?', 'In what was found'],
  ['a line that is typed', '/', '\x1bOP', 'In a line that you type'],
  ['the line of g', 'g', '\x1bOP', 'In a line that you type'],
  ['a question', '\x03', '?', 'In a question'],
  ['a text that is written', 'c', '\x1bOP', 'While you write a message'],
])('the help in %s begins with its keys, and q goes back there', async (_, keys, help, title) => {
  const screen = await reading(80, 24);
  const before = keys === '/lunch\r' ? 'search: lunch' : /Lunch|Leave|New thread|Go to/;
  await screen.typed(keys, before);
  await screen.typed(help, 'Keys: those of this place first');
  expect(screen.rows[1]?.trim()).toBe(title);
  screen.type('q');
  await screen.until(() => !screen.text.includes('Keys: those'));
  await screen.shows(before);
});

test('a text and a question go on after the help', async () => {
  const screen = await reading(40, 10);
  await screen.typed('cTrip\rOn Sun', 'On Sun');
  await screen.typed('\x1bOP', 'While you write a message');
  await screen.typed('q', 'On Sun');
  await screen.typed('day?\x13', 'Posted as message 2 of main.');
  await screen.typed('\x03', 'Leave the board?');
  await screen.typed('?', 'In a question');
  await screen.typed('q', 'Leave the board?');
  screen.type('y');
  expect(await screen.ended).toBeUndefined();
});

test.each([
  [40, 10],
  [80, 24],
])('the last row shows ? keys at %i×%i, whatever else there is room for', async (columns, rows) => {
  const screen = await reading(columns, rows);
  const last = () => screen.rows.at(-1) ?? '';
  expect(last()).toContain('? keys');
  await screen.typed('\r', 'Who is in?');
  await screen.until(() => last().includes('? keys'));
  await screen.typed('c', 'New thread in main');
  await screen.shows('F1 keys');
  await screen.shows(/Esc keeps a draft\s+until you leave\./);
});

test.each(['joinable', 'drafts'] as const)(
  'the help of the list %s begins with keys that do something there',
  (place) => {
    const [first] = helpOf(new KeyTable(), place, 'until you leave');
    const keys = first?.rows.flatMap((row) => row.keys.split(', ')) ?? [];
    expect(keys).toContain('Enter');
    for (const key of 'rRedxuMyJKcXli') expect(keys).not.toContain(key);
  },
);

test('the help of the box names no key that stops the program', () => {
  const [first] = helpOf(new KeyTable(), 'box', 'until you leave');
  expect(first?.rows.map(({ keys }) => keys)).not.toContain('Ctrl-Z');
});
