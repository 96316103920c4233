import { boardError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { TextContext } from './command.ts';
import { info, renderError } from './render.ts';

/** The line that ends a text which is written line by line, and the one that gives it up. */
export const textEnd = '.';
const cancelWord = '%cancel';

// A line that would end the text or give it up means itself with another dot before it.
const dotted = /^\.+(%cancel)?$/i;
const special = /^(\.+|\.*%cancel)$/i;

/** A line of a text as it is typed, so that it is part of the text whatever it says. */
export function asTyped(line: string): string {
  return special.test(line) ? `.${line}` : line;
}

/** What has been written. */
export interface Draft {
  readonly text: string;
  /** `broken` if it has no end, or a line that could not be read; `cancelled` if it was given up. */
  readonly state: 'whole' | 'broken' | 'cancelled';
}

/** Reads a text line by line, up to its end or to where it is given up. Prints what is wrong with a line. */
export async function* readDraft(context: TextContext): AsyncGenerator<string, Draft> {
  const { style, draftBytes } = context;
  const lines: string[] = [];
  let bytes = 0;
  let state: Draft['state'] = 'whole';
  context.writing?.(lines);
  for (;;) {
    const line = await context.textLine();
    if (line === undefined) return { text: lines.join('\n'), state: 'broken' };
    if (line === textEnd) return { text: lines.join('\n'), state };
    if (typeof line === 'string' && isCancel(line)) {
      return { text: lines.join('\n'), state: 'cancelled' };
    }
    // The lines after one that was refused are still of the text: none of them may be run as a command.
    if (typeof line !== 'string') {
      yield renderError(line, style);
      state = 'broken';
    } else {
      const meant = dotted.test(line) ? line.slice(1) : line;
      bytes += Buffer.byteLength(meant) + 1;
      if (bytes - 1 <= draftBytes) lines.push(meant);
      else if (state === 'whole') {
        yield renderError(boardError('TOO_LONG', 'content', limits.content, 'bytes'), style);
        yield info(`Nothing will be posted. End with ${textEnd} or ${cancelWord}.`, style);
        state = 'broken';
      }
    }
  }
}

function isCancel(line: string): boolean {
  return line.trimEnd().toLowerCase() === cancelWord;
}
