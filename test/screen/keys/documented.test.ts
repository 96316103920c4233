import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { actionNames, specOf } from '../../../src/screen/keys/actions.ts';
import { shownKey } from '../../../src/screen/keys/key-names.ts';

const guide = readFileSync(new URL('../../../docs/tui.md', import.meta.url), 'utf8');

test('docs/tui.md has a row for every action, with its keys and what it does', () => {
  const rows = actionNames.map((action) => {
    const { keys, also, does } = specOf(action);
    const all = [...keys, ...(also?.input ?? [])].map((key) => `\`${shownKey(key)}\``);
    return `| ${all.join(' ')} | \`${action}\` | ${does} |`;
  });
  expect(guide.match(/^\| `.*\|$/gm)).toEqual(rows);
});
