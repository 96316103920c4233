import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { tempFolder } from './helpers/temp.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

function pack(folder: string): string[] {
  const packed = execFileSync(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
    {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  const [{ filename, files }] = JSON.parse(packed) as [
    { filename: string; files: { path: string }[] },
  ];
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', folder]);
  return files.map(({ path }) => path);
}

test('the packed package runs elsewhere, with its migrations inside', async () => {
  const folder = tempFolder();
  const files = pack(folder);
  expect(files.filter((path) => /^(src|test|data|\.)/.test(path))).toEqual([]);

  // Installing would compile better-sqlite3 again: the dependencies are lent to it.
  const installed = join(folder, 'package');
  symlinkSync(join(root, 'node_modules'), join(installed, 'node_modules'));
  const elsewhere = tempFolder();
  const child = spawn(
    process.execPath,
    [join(installed, 'dist/cli/main.js'), 'serve', '--port', '0'],
    {
      cwd: elsewhere,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const [printed] = await once(child.stdout, 'data');
  expect(String(printed)).toMatch(/^Listening on 127\.0\.0\.1:\d+\n$/);
  expect(existsSync(join(elsewhere, 'data/corkboard.db'))).toBe(true);
  child.kill('SIGTERM');
  expect((await once(child, 'exit'))[0]).toBe(0);
});
