import { closeSync, fsyncSync, openSync, renameSync } from 'node:fs';
import { dirname } from 'node:path';

/** Gives a file that is on disk its name, in place of what had it, so that a loss of power leaves one. */
export function putInPlace(partial: string, file: string): void {
  renameSync(partial, file);
  const folder = openSync(dirname(file), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
