import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from './temp.ts';

let made = 0;

/**
 * Makes a pair of keys with `ssh-keygen`, in a folder that is gone when the test has ended.
 * @returns the path of the private key, and the line of the public one
 */
export function makeSshKey(type = 'ed25519', bits?: number, comment = 'someone@somewhere') {
  made += 1;
  const file = join(tempFolder(), `key${made}`);
  const size = bits === undefined ? [] : ['-b', String(bits)];
  execFileSync('ssh-keygen', ['-q', '-t', type, ...size, '-N', '', '-C', comment, '-f', file]);
  return { file, line: readFileSync(`${file}.pub`, 'utf8').trim() };
}

/** The fingerprints that `ssh-keygen -l` finds in lines, in their order; lines that it cannot read are left out. */
export function fingerprintsByOpenSsh(lines: readonly string[]): string[] {
  const file = join(tempFolder(), 'lines.pub');
  writeFileSync(file, lines.join('\n'));
  try {
    const shown = execFileSync('ssh-keygen', ['-lf', file], { encoding: 'utf8', stdio: 'pipe' });
    return [...shown.matchAll(/SHA256:\S+/g)].map(([fingerprint]) => fingerprint);
  } catch {
    // It ends with 255 if no line can be read.
    return [];
  }
}
