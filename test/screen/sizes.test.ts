import { expect, test } from 'vitest';
import { ScreenTester } from './screen-tester.ts';
import { stage } from './stage.ts';

test.each([
  [40, 10],
  [80, 24],
  [99, 19],
  [100, 20],
  [300, 100],
])('a board is read with Space at %i×%i', async (columns, rows) => {
  const { board, post, password } = await stage();
  await post('main', 'Lunch', 'Who is in?');
  await post('news', 'Release', 'It is out.');
  const screen = await ScreenTester.open(board, { password, columns, rows });
  await screen.shows(rows < 20 ? 'Lunch' : 'Who is in?');
  if (rows < 20) await screen.typed(' ', 'Who is in?');
  await screen.typed(' ', 'It is out.');
  await screen.typed(' ', 'Nothing more is unread.');
  expect(screen.rows).toHaveLength(rows);
});

test('the panes follow the size of the terminal', async () => {
  const { board, post, password } = await stage();
  await post('main', 'Lunch', 'Who is in?');
  const screen = await ScreenTester.open(board, { password, columns: 120, rows: 30 });
  await screen.shows(/main +1 │/);
  screen.resize(60, 24);
  await screen.until(() => !screen.text.includes('│') && screen.text.includes('Who is in?'));
  screen.resize(40, 10);
  await screen.until(() => !screen.text.includes('Who is in?') && screen.text.includes('Lunch'));
  screen.resize(120, 30);
  await screen.shows(/main +1 │/);
});

test('wide characters, emoji, right-to-left text and long words stay within their rows', async () => {
  const { board, post, password } = await stage();
  const texts = [
    '昼食はどこですか。'.repeat(30),
    '👩‍👩‍👧‍👦 👍🏽 '.repeat(40),
    'שלום עולם '.repeat(40),
    'x'.repeat(500),
  ];
  await post('main', '漢字の件名です'.repeat(8), texts.join('\n'));
  const screen = await ScreenTester.open(board, { password, columns: 80, rows: 60 });
  await screen.shows('昼食はどこですか');
  await screen.shows('xxxxx');
  expect(screen.rows.filter((row) => row.startsWith('x')).join('')).toContain('x'.repeat(500));
});

test('a larger terminal than is drawn on is used as far as it is drawn on', async () => {
  const { board, post, password } = await stage();
  await post('main', 'Lunch', 'Who is in?');
  const screen = await ScreenTester.open(board, { password, columns: 410, rows: 160 });
  await screen.until(() => screen.rows[149]?.includes('? keys') ?? false);
});
