import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { tempFolder } from './temp.ts';

/** A small ext4 file system of its own, in a file. Only root can have one, and not everywhere. */
export class Ext4 {
  readonly folder = tempFolder();
  private readonly image = join(tempFolder(), 'image');

  private constructor() {
    writeFileSync(this.image, Buffer.alloc(16 * 1024 * 1024));
    execFileSync('mkfs.ext4', ['-q', this.image]);
    this.mount();
    onTestFinished(() => void spawnSync('umount', ['--lazy', this.folder]));
  }

  /** Undefined where this machine does not let one be made and broken. */
  static make(): Ext4 | undefined {
    try {
      const disk = new Ext4();
      execFileSync('test', ['-w', disk.trigger]);
      return disk;
    } catch {
      return undefined;
    }
  }

  /** As the kernel does on finding an error in it: read-only at once, whatever is open for writing. */
  break(): void {
    execFileSync('sync', ['--file-system', this.folder]);
    writeFileSync(this.trigger, '1');
  }

  /** What the kernel asks for before it can be written again: nobody may have a file of it open. */
  repair(): void {
    execFileSync('umount', [this.folder]);
    this.waitForRelease();
    const { status } = spawnSync('e2fsck', ['-fp', this.image]);
    if (status !== 1) throw new Error(`e2fsck found nothing to mend: ${status}`);
    this.mount();
  }

  /** A mount namespace of another test can hold the file system for as long as that test runs. */
  private waitForRelease(): void {
    const deadline = Date.now() + 40_000;
    const sleeper = new Int32Array(new SharedArrayBuffer(4));
    while (execFileSync('losetup', ['--associated', this.image]).length > 0) {
      if (Date.now() > deadline) throw new Error(`${this.image} is still mounted somewhere`);
      Atomics.wait(sleeper, 0, 0, 100);
    }
  }

  private mount(): void {
    execFileSync('mount', ['-o', 'loop,errors=remount-ro', this.image, this.folder]);
  }

  /** Of this file system alone. */
  private get trigger(): string {
    const device = execFileSync('findmnt', ['-no', 'SOURCE', this.folder]).toString().trim();
    return `/sys/fs/ext4/${basename(device)}/trigger_fs_error`;
  }
}
