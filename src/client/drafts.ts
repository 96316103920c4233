import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateFolder } from './state-folder.ts';

/**
 * Keeps a text that could not be posted.
 * @returns the file that it is in, which only its owner may read
 */
export function keepDraft(text: string): string {
  const name = `draft-${new Date().toISOString().replaceAll(':', '-')}.txt`;
  try {
    const folder = join(stateFolder(), 'drafts');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return writeNew(join(folder, name), text);
  } catch {
    return writeNew(join(mkdtempSync(join(tmpdir(), 'corkboard-')), name), text);
  }
}

function writeNew(file: string, text: string): string {
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  return file;
}
