import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { KeyTable } from '../../../src/screen/keys/key-table.ts';
import { Surface } from '../../../src/screen/terminal/surface.ts';
import { Composer, type ComposerOptions } from '../../../src/screen/widgets/composer.ts';
import { type Draft, draftsInMemory } from '../../../src/screen/widgets/drafts.ts';
import { press } from './pressing.ts';

function composing(options: Partial<ComposerOptions> = {}) {
  const sent: Draft[] = [];
  const kept: Draft[] = [];
  const composer = new Composer({
    titles: () => ['Reply to #17 in news'],
    lasts: 'until you leave',
    draft: { text: '' },
    hasSubject: false,
    keys: new KeyTable(),
    send: (draft) => sent.push(draft),
    keep: (draft) => kept.push(draft),
    redraw: () => {},
    ...options,
  });
  const screen = (columns = 40, rows = 12) => {
    const surface = new Surface(columns, rows);
    composer.draw(surface);
    return surface;
  };
  return { composer, sent, kept, screen, text: () => composer.draft.text };
}

test('Enter begins a new line, and a last line with a dot alone sends', () => {
  const { composer, sent } = composing();
  press(composer, 'Count me in.[enter]At one.[enter].[enter]');
  expect(sent).toEqual([{ text: 'Count me in.\nAt one.' }]);
});

test('a line with a dot in the middle of a text is a line', () => {
  const { composer, sent, text } = composing({ draft: { text: 'a\n.\nb' } });
  press(composer, '[up][enter]');
  expect(sent).toEqual([]);
  expect(text()).toBe('a\n.\n\nb');
});

test('Ctrl-S sends, Escape keeps a draft, and nothing is sent without a text', () => {
  const { composer, sent, kept, screen } = composing();
  press(composer, '  [ctrl-s]');
  expect(sent).toEqual([]);
  expect(screen().lines.join('\n')).toContain('There is no text yet.');
  press(composer, 'yes[esc][ctrl-s]');
  expect(kept).toEqual([{ text: '  yes' }]);
  expect(sent).toEqual([{ text: '  yes' }]);
});

test('the box is over the lower half, with the keys in the last row and the cursor in the text', () => {
  const { composer, screen } = composing();
  press(composer, 'The place at the corner has a new menu, 漢字 too.[enter]Who is in?');
  const surface = screen();
  expect(surface.lines.slice(5)).toEqual([
    '── Reply to #17 in news ────────────────',
    ' The place at the corner has a new',
    ' menu, 漢字 too.',
    ' Who is in?',
    '',
    '',
    ' Ctrl-S send  Esc keep  F1 keys',
  ]);
  expect(surface.cursor).toEqual({ row: 8, column: 11 });
});

test('on the smallest screen the row of the cursor is always shown', () => {
  const { composer, screen } = composing();
  for (let line = 0; line < 30; line++) press(composer, `line ${line}[enter]`);
  press(composer, 'end');
  expect(screen(40, 10).lines.slice(-3)).toEqual([
    ' line 29',
    ' end',
    ' Ctrl-S send  Esc keep  F1 keys',
  ]);
  press(composer, '[pageup][pageup]');
  const surface = screen(40, 10);
  const { row = -1 } = surface.cursor ?? {};
  expect(surface.lines[row]).toBe(' line 22');
});

test('a new thread has a subject, which comes first', () => {
  const { composer, sent, screen } = composing({
    hasSubject: true,
    titles: () => ['New thread in news'],
  });
  expect(screen().lines[6]).toBe(' Subject:');
  press(composer, '[down]hello[ctrl-s]');
  expect(sent).toEqual([]);
  expect(screen().lines.at(-1)).toContain('Give it a subject first.');
  press(composer, 'Lunch[enter] there[ctrl-s]');
  expect(sent).toEqual([{ subject: 'Lunch', text: 'hello there' }]);
});

test.each([
  ['one two[alt-b]X', 'one Xtwo'],
  ['one two[ctrl-w]X', 'one X'],
  ['one two[alt-b][ctrl-k]X', 'one X'],
  ['one two[alt-b][ctrl-u]X', 'Xtwo'],
  ['one two[ctrl-a][alt-d]X', 'X two'],
  ['one two[ctrl-w][ctrl-a][ctrl-y] ', 'two one '],
  ['one[enter]two[home][backspace]', 'onetwo'],
  ['one[enter]two[up][end][ctrl-k]', 'onetwo'],
  ['one[left][delete]', 'on'],
  ['👩‍👩‍👧‍👦e\u0301[backspace]', '👩‍👩‍👧‍👦'],
  ['👩‍👩‍👧‍👦e\u0301[backspace][backspace]', ''],
  ['👍🏽x[left][left]a', 'a👍🏽x'],
  ['long line[enter]ab[enter]long line[left][up][up]X', 'long linXe\nab\nlong line'],
])('%s makes %j', (keys, result) => {
  const { composer, text } = composing();
  press(composer, keys);
  expect(text()).toBe(result);
});

test('a paste is put in whole, without what a terminal could obey', () => {
  const { composer, text } = composing();
  press(composer, 'a ');
  composer.press({ paste: 'one\r\ntwo\rthree\t\x1b[31m\u202e' });
  expect(text()).toBe('a one\ntwo\nthree\t␛[31m');
});

test('a text has at most the size of a message, and nothing of a longer paste is taken', () => {
  const { composer, text, screen } = composing();
  composer.press({ paste: 'é'.repeat(16 * 1024 - 1) });
  press(composer, 'é');
  expect(Buffer.byteLength(text())).toBe(32 * 1024);
  press(composer, 'x');
  composer.press({ paste: 'more' });
  expect(Buffer.byteLength(text())).toBe(32 * 1024);
  expect(screen(80).lines.at(-1)).toContain('That is too long');
  const cut = composing();
  cut.composer.press({ paste: 'beginning', isCut: true });
  expect(cut.text()).toBe('');
});

test('Tab completes names through the callback, and lists them if there are several', async () => {
  const asked: string[] = [];
  const { composer, text, screen } = composing({
    complete: async (before) => {
      asked.push(before);
      const word = before.slice(before.lastIndexOf('@'));
      const names = ['@carol', '@carla', '@dave'].filter((name) => name.startsWith(word));
      return { word, candidates: names.map((text) => ({ text })) };
    },
  });
  press(composer, 'first[enter]hi @d[tab]');
  await turn();
  expect(text()).toBe('first\nhi @dave ');
  press(composer, '@c[tab]');
  await turn();
  expect(text()).toBe('first\nhi @dave @car');
  press(composer, '[tab]');
  await turn();
  expect(screen().lines[10]).toBe(' @carol  @carla');
  press(composer, 'o[tab]');
  await turn();
  expect(text()).toBe('first\nhi @dave @carol ');
  expect(asked[0]).toBe('hi @d');
});

test('a completion that comes after the next key changes nothing', async () => {
  const { composer, text } = composing({
    complete: async (word) => ({ word, candidates: [{ text: `${word}late` }] }),
  });
  press(composer, 'a[tab]b');
  await turn();
  expect(text()).toBe('ab');
});

test('the editor gets the text, and keys that come meanwhile are dropped', async () => {
  let save = (_text: string | undefined) => {};
  const given: string[] = [];
  const { composer, text, screen } = composing({
    editor: (text) => {
      given.push(text);
      return new Promise((resolve) => {
        save = resolve;
      });
    },
  });
  press(composer, 'draft[ctrl-e]lost');
  save('from the editor');
  await turn();
  press(composer, '!');
  expect(given).toEqual(['draft']);
  expect(text()).toBe('from the editor!');
  expect(screen(80).lines.at(-1)).toContain('Ctrl-E editor');
});

test('a text from the editor that is too long stays, and can be sent once it is shorter', async () => {
  const long = 'x'.repeat(32 * 1024 + 1);
  const { composer, text, sent, screen } = composing({ editor: async () => long });
  press(composer, '[ctrl-e]');
  await turn();
  expect(text()).toBe(long);
  press(composer, '[ctrl-s]');
  expect(screen(80).lines.at(-1)).toContain('a message has at most 32 KiB.');
  expect(sent).toEqual([]);
  press(composer, '[backspace][ctrl-s]');
  expect(sent).toHaveLength(1);
});

test('a refusal of the board is shown, and the text can be sent again', () => {
  const { composer, sent, screen } = composing();
  press(composer, 'hello[ctrl-s]');
  composer.refuse('You are silenced here.');
  expect(screen().lines.at(-1)).toContain('You are silenced here.');
  press(composer, '[ctrl-s]');
  expect(sent).toHaveLength(2);
});

test('drafts in memory are kept for each place, and bounded together', () => {
  const drafts = draftsInMemory();
  drafts.set('news', { subject: 'Lunch', text: 'one' });
  drafts.set('news#17', { text: 'two' });
  expect(drafts.get('news')).toEqual({ subject: 'Lunch', text: 'one' });
  drafts.set('news', undefined);
  expect(drafts.get('news')).toBeUndefined();
  for (let at = 0; at < 10; at++) drafts.set(`news#${at}`, { text: 'x'.repeat(32 * 1024) });
  expect(drafts.get('news#17')).toBeUndefined();
  const kept = Array.from({ length: 10 }, (_, at) => drafts.get(`news#${at}`)).filter(Boolean);
  expect(kept).toHaveLength(4);
  expect(drafts.get('news#9')).toBeDefined();
});
