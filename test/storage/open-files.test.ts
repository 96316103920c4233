import { beforeEach, expect, test, vi } from 'vitest';
import { OpenFiles } from '../../src/storage/sqlite/file/open-files.ts';

// A file system with inodes of 64 bits, of which a number of JavaScript holds 53.
let inode = 0n;
vi.mock('node:fs', async (original) => ({
  ...(await original<typeof import('node:fs')>()),
  statSync: (_: string, { bigint }: { bigint?: boolean } = {}) =>
    bigint ? { dev: 1n, ino: inode } : { dev: 1, ino: Number(inode) },
}));

beforeEach(() => {
  inode = 2n ** 60n;
});

test('a database that another file has replaced is noticed, also if their inodes differ by one', () => {
  const files = new OpenFiles('/data/corkboard.db');
  expect(files.lost()).toBeUndefined();
  inode++;
  expect(files.lost()?.path).toBe('/data/corkboard.db');
});
