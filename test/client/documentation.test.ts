import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BoardClient } from '../../src/client/board-client.ts';
import { defaultTiming } from '../../src/client/timing.ts';

const text = readFileSync(join(import.meta.dirname, '../../docs/client-api.md'), 'utf8');

test('docs/client-api.md has every time that a program can set, with its default', () => {
  const [row = ''] = /^\| `timing` .*$/m.exec(text) ?? [];
  const documented = [...row.matchAll(/`(\w+)` \(([\d,]+)\)/g)].map(([, name, value = '']) => [
    name,
    Number(value.replaceAll(',', '')),
  ]);
  expect(Object.fromEntries(documented)).toEqual(defaultTiming);
});

test('docs/client-api.md has everything that a program can call or read on a client', () => {
  const source = readFileSync(
    join(import.meta.dirname, '../../src/client/board-client.ts'),
    'utf8',
  );
  const own = Object.entries(Object.getOwnPropertyDescriptors(BoardClient.prototype)).map(
    ([name]) => name,
  );
  const isPrivate = (name: string) =>
    new RegExp(`^  private (async )?${name}\\b`, 'm').test(source);
  const members = [...own, 'call'].filter((name) => name !== 'constructor' && !isPrivate(name));
  expect(members.length).toBeGreaterThan(5);
  expect(members.filter((name) => !new RegExp(`\`${name}\\b`).test(text))).toEqual([]);
});

test('docs/client-api.md has every event of a client', () => {
  const source = readFileSync(
    join(import.meta.dirname, '../../src/client/board-client.ts'),
    'utf8',
  );
  const [, events = ''] =
    /interface BoardClientEvents \{([^}]*(?:\}[^}]*)*?)\n\}/.exec(source) ?? [];
  const names = [...events.matchAll(/^ {2}(\w+): \[/gm)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(3);
  const rows = [...text.matchAll(/^\| `(\w+)` \| [^|]*\| [^|]+\|$/gm)].map(([, name]) => name);
  expect(rows).toEqual(names);
});
