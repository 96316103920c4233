import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Terminal } from './terminal/terminal.ts';

/** What someone wrote, and why it is not to be posted, where it is not. */
export interface Written {
  readonly text: string;
  /** A sentence for people. */
  readonly failure?: string | undefined;
}

/** Lets someone write in their editor. */
export async function editText(terminal: Terminal): Promise<Written> {
  // Only its owner may look into the folder.
  const folder = mkdtempSync(join(tmpdir(), 'corkboard-'));
  const file = join(folder, 'message.txt');
  try {
    writeFileSync(file, '', { mode: 0o600 });
    const failure = await terminal.lend(() => runEditor(file));
    return { text: readFileSync(file, 'utf8').replace(/\n+$/, ''), failure };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs the editor to its end; tells how it failed, if it did. */
async function runEditor(file: string): Promise<string | undefined> {
  const editor = process.env.VISUAL || process.env.EDITOR || 'vi';
  // Like git: the variable may hold arguments too.
  const child = spawn('sh', ['-c', `${editor} "$1"`, editor, file], { stdio: 'inherit' });
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (code === 0) return undefined;
  const how = signal ? `was ended by ${signal}` : `failed with exit code ${code}`;
  return `The editor (${editor}) ${how}: nothing was posted.`;
}
