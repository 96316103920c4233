import { expect, test } from 'vitest';
import { actionNames, actions, specOf } from '../../../src/screen/keys/actions.ts';
import { helpOf } from '../../../src/screen/keys/help.ts';
import { keyNamed, shownKey } from '../../../src/screen/keys/key-names.ts';
import { KeyTable, readBindings } from '../../../src/screen/keys/key-table.ts';
import { hintsIn } from '../../../src/screen/widgets/hints.ts';

test('no key does two things in one place', () => {
  const table = new KeyTable();
  for (const action of actionNames) {
    const { places, keys, also } = specOf(action);
    for (const place of places) {
      for (const key of [...keys, ...(also?.[place] ?? [])]) {
        expect([place, key, table.action(place, key)]).toEqual([place, key, action]);
      }
    }
  }
});

test('every usual key has a name that can be written in keys.toml', () => {
  const keys = actionNames.flatMap((action) => [...actions[action].keys]);
  for (const key of keys) expect(keyNamed(shownKey(key))).toBe(key);
});

test.each([
  ['Ctrl-S', 'ctrl-s'],
  ['C-s', 'ctrl-s'],
  ['^S', 'ctrl-s'],
  ['^', '^'],
  ['-', '-'],
  ['ctrl--', 'ctrl--'],
  ['Alt+a', 'alt-a'],
  ['M-A', 'alt-A'],
  ['PgUp', 'pageup'],
  ['Escape', 'esc'],
  ['Return', 'enter'],
  ['Ctrl-M', 'enter'],
  ['Shift-Tab', 'backtab'],
  ['shift-a', 'A'],
  ['Ctrl-Alt-Left', 'ctrl-alt-left'],
  [' ', 'space'],
  ['é', 'é'],
  ['', undefined],
  ['spcae', undefined],
  ['ctrl-', undefined],
])('%j in keys.toml is the key %j', (written, key) => {
  expect(keyNamed(written)).toBe(key);
});

test('a key that is given to another action is taken from the one that had it', () => {
  const { bindings, problems } = readBindings({ mute: 'x', next: ['Space', 'f'], undo: [] });
  expect(problems).toEqual([]);
  const table = new KeyTable(bindings);
  expect(table.action('index', 'x')).toBe('mute');
  expect(table.action('index', 'M')).toBeUndefined();
  expect(table.action('message', 'f')).toBe('next');
  expect(table.action('groups', 'z')).toBeUndefined();
  const rows = helpOf(table, 'index', 'until you leave').flatMap(({ rows }) => rows);
  expect(rows).toContainEqual({ keys: '(no key)', does: specOf('catch-up-thread').does });
  expect(rows).toContainEqual({ keys: 'Space, f', does: specOf('next').does });
});

test('what is wrong in keys.toml is said with the nearest name', () => {
  const { problems } = readBindings({
    repyl: 'r',
    reply: 'spcae',
    go: 7,
    mute: 'v',
    limit: 'v',
    send: 'v',
  });
  expect(problems).toEqual([
    { entry: 'repyl', problem: 'There is no action repyl. Did you mean reply?' },
    { entry: 'reply', problem: 'reply: there is no key spcae. Did you mean space?' },
    { entry: 'go', problem: 'go takes the name of a key in quotes, or a list of them.' },
    { entry: 'limit', problem: 'v is for mute already.' },
  ]);
});

test('the last row shows the keys that a newcomer needs', () => {
  const line = (table: KeyTable, columns = 80) => hintsIn(table.hints('index'), columns);
  expect(line(new KeyTable())).toBe('Space next  r reply  c new  / search  g go  ? keys');
  const { bindings } = readBindings({ reply: ['f4', 'r'], go: [] });
  expect(line(new KeyTable(bindings))).toBe('Space next  F4 reply  c new  / search  ? keys');
  expect(new KeyTable().hints('box').map(({ word }) => word)).toEqual([
    'send',
    'keep',
    'editor',
    'complete',
    'keys',
  ]);
  expect(line(new KeyTable(), 38)).toBe('Space next  r reply  c new  ? keys');
  expect(line(new KeyTable(), 3)).toBe('? keys');
});

const helpPlaces = [
  ['groups', 'In the list of groups', 'j, Down'],
  ['index', 'In the list of threads', 'J'],
  ['found', 'In what was found', 'Enter, Right'],
  ['joinable', 'In the list of groups that can be joined', 'Enter, Right'],
  ['message', 'In a message', 'J'],
  ['question', 'In a question', 'y'],
  ['input', 'In a line that you type', 'Esc, Ctrl-C, Ctrl-G'],
  ['box', 'While you write a message', 'Ctrl-S'],
] as const;

test.each(helpPlaces)(
  'the help in the place %s begins with the keys that work there',
  (place, title, keys) => {
    const table = new KeyTable();
    const [first, ...rest] = helpOf(table, place, 'until you leave');
    expect(first?.title).toBe(title);
    expect(first?.rows.map((row) => row.keys)).toContain(keys);
    // No key is there for two things, and all that works there comes before what does not.
    const own = first?.rows.flatMap((row) => row.keys.split(', ')) ?? [];
    expect(own).toEqual([...new Set(own)]);
    const words = rest.flatMap(({ rows }) => rows.map(({ does }) => does));
    expect(words).toEqual([...new Set(words)]);
    for (const { does } of first?.rows ?? []) expect(words).not.toContain(does);
  },
);

test.each(helpPlaces)('the help in the place %s has every action once', (place) => {
  const rows = helpOf(new KeyTable(), place, 'until you leave').flatMap(({ rows }) => rows);
  const own = place === 'question' ? 2 : 0;
  expect(rows).toHaveLength(actionNames.length + own);
});

test('the help says how long drafts are kept', () => {
  const rows = helpOf(new KeyTable(), 'index', 'until the board restarts').flatMap(
    ({ rows }) => rows,
  );
  expect(rows.find(({ keys }) => keys === 'Esc, Ctrl-C')?.does).toBe(
    'closes, and keeps the text as a draft, until the board restarts',
  );
});

test('a sentence offers the key that the user has chosen, and no key that does nothing', () => {
  const own = new KeyTable(readBindings({ undo: ['F4', 'z'], mute: [] }).bindings);
  expect(own.offer('undo', 'index', 'takes it back.')).toBe(' F4 takes it back.');
  expect(own.offer('mute', 'index', 'takes it back.')).toBe('');
});
