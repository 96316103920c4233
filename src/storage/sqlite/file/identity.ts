import { type BigIntStats, statSync } from 'node:fs';

/**
 * Device and inode of an existing file, e.g. `64769:131092`; undefined if there is none. A file that cannot be looked up counts
 * as missing: another process could not open it either.
 */
export function identityOf(path: string): string | undefined {
  const found = statsOf(path);
  return found && `${found.dev}:${found.ino}`;
}

/** With bigints, because some file systems have inodes that a number cannot hold. */
export function statsOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
