import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stateFolder } from './state-folder.ts';

/**
 * Writes a text to a new file in the state folder, or if that fails, in the folder for temporary files.
 * @returns the file, which only its owner can read
 * @throws the error of the system if both fail
 */
export function newDraft(text: string): string {
  const time = new Date().toISOString().replaceAll(':', '-');
  const name = `draft-${time}-${randomBytes(3).toString('hex')}.txt`;
  try {
    const folder = join(stateFolder(), 'drafts');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return writeNew(join(folder, name), text);
  } catch {
    return writeNew(join(mkdtempSync(join(tmpdir(), 'corkboard-')), name), text);
  }
}

/** Keeps a text that was not posted. @returns a sentence for the user: where it is, or the text itself */
export function keepDraft(text: string): string {
  try {
    return `What you wrote is kept in ${newDraft(text)}.`;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return `What you wrote could not be kept in a file (${why}). Copy it from here:\n${text}`;
  }
}

function writeNew(file: string, text: string): string {
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  return file;
}
