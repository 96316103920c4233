import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const worker = join(import.meta.dirname, '../../dist/storage/sqlite/serving/commit-worker.js');

/** Adds the names of the packages that a file of the program imports, directly or not. */
function addPackages(file: string, packages: Set<string>, seen = new Set<string>()): void {
  if (seen.has(file)) return;
  seen.add(file);
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/ from '([^']+)'/g)) {
    if (name.startsWith('.')) addPackages(join(dirname(file), name), packages, seen);
    else packages.add(name);
  }
}

test('the commit thread loads no library that needs much memory', () => {
  const packages = new Set<string>();
  addPackages(worker, packages);
  const own = [...packages].filter((name) => !name.startsWith('node:'));
  expect(own.sort()).toEqual(['better-sqlite3', 'string-width', 'unhomoglyph']);
});
