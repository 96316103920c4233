import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '../helpers/temp.ts';

/** An editor that does what a shell script says; the file is `$1`. */
export function editor(script: string): string {
  const file = join(tempFolder(), 'editor');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o700);
  return file;
}
