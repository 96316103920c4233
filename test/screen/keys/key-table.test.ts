import { expect, test } from 'vitest';
import { actionNames, actions, specOf } from '../../../src/screen/keys/actions.ts';
import { keyNamed, shownKey } from '../../../src/screen/keys/key-names.ts';
import { KeyTable, readBindings } from '../../../src/screen/keys/key-table.ts';

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
  const rows = table.help('index').flatMap(({ rows }) => rows);
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
  const line = (table: KeyTable) =>
    table
      .hints('index')
      .map(({ key, word }) => `${key} ${word}`)
      .join('  ');
  expect(line(new KeyTable())).toBe('Space next  r reply  c new  / search  g go  ? keys');
  const { bindings } = readBindings({ reply: ['f4', 'r'], go: [] });
  expect(line(new KeyTable(bindings))).toBe('Space next  F4 reply  c new  / search  ? keys');
  expect(new KeyTable().hints('box').map(({ word }) => word)).toEqual([
    'send',
    'keep',
    'editor',
    'complete',
  ]);
});

test('the help begins with the place, and has every action once in each part', () => {
  const table = new KeyTable();
  expect(table.help('index')[0]?.title).toBe('On threads and messages');
  expect(table.help('box')[0]?.title).toBe('While you write a message');
  for (const place of ['groups', 'index', 'message', 'input', 'box'] as const) {
    const shown = new Set(table.help(place).flatMap(({ rows }) => rows.map(({ does }) => does)));
    expect([...shown].sort()).toEqual(
      [...new Set(actionNames.map((action) => specOf(action).does))].sort(),
    );
  }
});
