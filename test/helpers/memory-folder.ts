import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const memory = '/dev/shm';
// In bytes.
const requiredSpace = 4 * 1024 ** 3;

/**
 * Puts the temporary folders of the tests into memory, where nothing waits for a disk to sync. The machine needs a file system
 * in memory that has space and can hold programs. Otherwise, and if `TMPDIR` is set, they are where the system has them.
 * @returns what removes the folder
 */
export default function useMemory(): (() => void) | undefined {
  if (process.env.TMPDIR !== undefined || freeSpace() < requiredSpace) return undefined;
  // The paths of Unix sockets are in it: they have at most 107 bytes.
  const folder = mkdtempSync(join(memory, 'cb-'));
  // Like /tmp: tests start programs as other users.
  chmodSync(folder, 0o1777);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  if (!canRunPrograms(folder)) {
    remove();
    return undefined;
  }
  process.env.TMPDIR = folder;
  return remove;
}

function freeSpace(): number {
  try {
    const { bavail, bsize } = statfsSync(memory);
    return bavail * bsize;
  } catch {
    return 0;
  }
}

/** In containers, it is often mounted with `noexec`. */
function canRunPrograms(folder: string): boolean {
  const script = join(folder, 'script');
  writeFileSync(script, '#!/bin/sh\n', { mode: 0o700 });
  return spawnSync(script).status === 0;
}
