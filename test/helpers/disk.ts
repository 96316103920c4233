import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { tempFolder } from './temp.ts';

/** A file system of its own, in memory, of so many KiB. Only root can have one. */
export function smallDisk(kibibytes: number): string {
  const folder = tempFolder();
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kibibytes}k`, 'tmpfs', folder]);
  onTestFinished(() => void execFileSync('umount', ['--lazy', folder]));
  return folder;
}

/** Writes a file until there is no room for another page. */
export function fillDisk(file: string): void {
  for (;;) {
    try {
      appendFileSync(file, Buffer.alloc(4096, 1));
    } catch {
      return;
    }
  }
}

/** Whether this user may mount, as root may outside of most containers. */
export const canMount = ((): boolean => {
  const folder = join('/tmp', `corkboard-mount-${process.pid}`);
  const script = `mkdir ${folder} && mount -t tmpfs tmpfs ${folder} && umount ${folder}`;
  const { status } = spawnSync('sh', ['-c', script], { stdio: 'ignore' });
  rmSync(folder, { recursive: true, force: true });
  return status === 0;
})();
