import { globSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

// Objects that are made by a literal with a getter outlive the young generation of V8 (Node 24), with all that the getter uses: 60,000
// lists of 20 headers left 540 MB to the next collection of the whole heap, and each collection of the young generation took 20 ms.
test('the server makes no object literals with getters', () => {
  const files = globSync('src/{board,core,doors,metrics,protocol,storage}/**/*.ts');
  expect(files.length).toBeGreaterThan(100);
  // Getters of classes are indented by two spaces.
  const found = files.filter((file) => /^ {4,}[gs]et \w+\(/m.test(readFileSync(file, 'utf8')));
  expect(found).toEqual([]);
});
