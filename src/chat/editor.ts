import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { decodeUtf8 } from '../protocol/utf8.ts';
import { newDraft } from './drafts.ts';
import type { Terminal } from './terminal/terminal.ts';

// If an editor returns sooner than this without a text, in milliseconds, its window may still be
// open.
const soon = 2000;

/** What is not done with a text that must not be sent: it is a new message, or the new text of one. */
type Use = 'posted' | 'changed';

/** The text that the user wrote in an editor. */
export interface Edited {
  readonly text: string;
  /** Why it must not be sent, as a sentence. */
  readonly failure?: string;
  /** The file with what was saved before the editor failed. */
  readonly savedIn?: string;
  /** A sentence about a text that the user may still save. */
  readonly later?: string;
  /** Deletes the file, unless another text has been saved in it since. */
  discard(): void;
}

/**
 * Opens the user's editor, with a text to begin with. The file is in the folder of drafts, so that it stays if the program ends,
 * and an editor that is still open can save it again.
 */
export async function editText(
  terminal: Pick<Terminal, 'lend' | 'answer'>,
  use: Use,
  given = '',
): Promise<Edited> {
  let file: string;
  try {
    file = newDraft(given);
  } catch (error) {
    const other = use === 'posted' ? '%post <subject>' : '%edit <number> <content>';
    const failure = `No file can be made for your editor: ${(error as Error).message}. ${other} needs none.`;
    return { text: '', failure, discard: () => {} };
  }
  const began = performance.now();
  const failure = await terminal.lend(() => runEditor(file, use));
  const isSoon = failure === undefined && performance.now() - began < soon;
  if (isSoon && isUnsaved(file, given)) {
    const saved = await terminal.answer(
      use === 'posted'
        ? 'Your editor has returned without a text. Press Enter once you have saved one, Ctrl-C to post nothing. '
        : 'Your editor has returned at once. Press Enter once you have saved the text, Ctrl-C to change nothing. ',
    );
    if (saved === undefined || isUnsaved(file, given)) {
      const later = `What you still save in it stays in ${file}.`;
      return { text: given.trimEnd(), later, discard: () => discard(file, Buffer.from(given)) };
    }
  }
  return edited({ file, given, failure, use });
}

interface Returned {
  readonly file: string;
  readonly given: string;
  readonly failure: string | undefined;
  readonly use: Use;
}

function edited({ file, given, failure, use }: Returned): Edited {
  const bytes = read(file);
  const text = decodeUtf8(bytes)?.replace(/(\r?\n)+$/, '');
  if (text === undefined) {
    const why = `What you saved is not valid UTF-8: nothing was ${use}. It is in ${file}.`;
    return { text: '', failure: why, discard: () => {} };
  }
  const failed = failure && {
    failure,
    ...(existsSync(file) && !isUnsaved(file, given) && { savedIn: file }),
  };
  return { text, ...failed, discard: () => discard(file, bytes) };
}

/** Empty if the editor has deleted the file. */
function read(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}

function isUnsaved(file: string, given: string): boolean {
  const bytes = read(file);
  return given === '' ? bytes.toString('latin1').trim() === '' : bytes.equals(Buffer.from(given));
}

function discard(file: string, known: Buffer): void {
  if (read(file).equals(known)) rmSync(file, { force: true });
}

/** Runs the editor. @returns a sentence that says how it failed, if it did */
async function runEditor(file: string, use: Use): Promise<string | undefined> {
  const editor = process.env.VISUAL || process.env.EDITOR || 'vi';
  // As with git, the variable may have arguments too.
  const child = spawn('sh', ['-c', `${editor} "$1"`, editor, file], { stdio: 'inherit' });
  try {
    const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
    if (code === 0) return undefined;
    const how = signal ? `was ended by ${signal}` : `failed with exit code ${code}`;
    return `The editor (${editor}) ${how}: nothing was ${use}.`;
  } catch (error) {
    return `The editor (${editor}) could not be started: ${(error as Error).message}.`;
  }
}
