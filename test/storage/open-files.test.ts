import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { expect, onTestFinished, test, vi } from 'vitest';
import { OpenFiles } from '../../src/storage/sqlite/file/open-files.ts';

/** Gives all files an inode, on a file system whose inodes have 64 bits. A number of JavaScript holds 53 of them. */
function inodes(): { inode: bigint } {
  const files = { inode: 2n ** 60n };
  const spy = vi.spyOn(fs, 'statSync');
  const stats = (_: unknown, { bigint }: { bigint?: boolean } = {}) =>
    bigint ? { dev: 1n, ino: files.inode } : { dev: 1, ino: Number(files.inode) };
  spy.mockImplementation(stats as unknown as typeof fs.statSync);
  syncBuiltinESMExports();
  onTestFinished(() => {
    spy.mockRestore();
    syncBuiltinESMExports();
  });
  return files;
}

test('a database that another file has replaced is noticed, also if their inodes differ by one', () => {
  const all = inodes();
  const files = new OpenFiles('/data/corkboard.db');
  expect(files.lost()).toBeUndefined();
  all.inode++;
  expect(files.lost()?.path).toBe('/data/corkboard.db');
});
