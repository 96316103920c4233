import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { oldestNode, tooOld } from '../../src/cli/node-version.ts';

const root = join(import.meta.dirname, '../..');
const program = join(root, 'dist/cli/main.js');

test('the oldest supported Node is the same in the program and in package.json', () => {
  const { engines } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  expect(oldestNode).toBe(`${engines.node.replace('>=', '')}.0`);
});

test.each([
  ['20.20.2', true],
  ['22.11.9', true],
  ['22.12.0', false],
  ['22.13.0', false],
  ['24.0.0', false],
  ['100.0.0', false],
])('whether Node %s is too old: %s', (version, expected) => {
  expect(tooOld(version)).toBe(expected);
});

function nodesOfThisMachine(): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return [...folders, '/usr/local/bin', '/usr/bin']
    .map((folder) => join(folder, 'node'))
    .filter((node) => existsSync(node));
}

test('the program on an old Node prints one line that says what to do', (context) => {
  const old = nodesOfThisMachine().find((node) =>
    tooOld(execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' })),
  );
  if (!old) return context.skip('this machine has no Node older than 22.12');
  for (const args of [['serve'], ['db', 'status'], ['--version']]) {
    const { status, stdout, stderr } = spawnSync(old, [program, ...args], { encoding: 'utf8' });
    expect(status).toBe(1);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /^corkboard: Node [\d.]+ is too old: install Node 22\.12\.0 or newer.*\n$/,
    );
  }
});
