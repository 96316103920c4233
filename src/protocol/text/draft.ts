import { boardError } from '../errors.ts';
import { limits } from '../limits.ts';
import type { TextContext } from './command.ts';
import { info, renderError } from './render.ts';

/** The line that ends a text which is written line by line. `%cancel` gives it up. */
export const textEnd = '.';
const cancelWord = '%cancel';

// To write a line that would end the text or give it up, another dot is typed before it.
const dotted = /^\.+(%cancel)?$/i;
const special = /^(\.+|\.*%cancel)$/i;

/** How a line of a text has to be typed so that it becomes part of the text, whatever it says. */
export function asTyped(line: string): string {
  return special.test(line) ? `.${line}` : line;
}

/** A text that the user has written. */
export interface Draft {
  readonly text: string;
  /** `broken` if the end is missing or a line could not be read; `cancelled` if the user gave it up. */
  readonly state: 'whole' | 'broken' | 'cancelled';
}

/**
 * Reads a text line by line until it ends or is given up. Prints the error of a line that is refused.
 * @param begun the lines that it begins with
 */
export async function* readDraft(
  context: TextContext,
  begun: readonly string[] = [],
): AsyncGenerator<string, Draft> {
  const { style, draftBytes } = context;
  const lines = [...begun];
  let bytes = begun.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  let state: Draft['state'] = 'whole';
  context.writing?.(lines);
  for (;;) {
    const line = await context.textLine();
    if (line === undefined) return { text: lines.join('\n'), state: 'broken' };
    if (line === textEnd) return { text: lines.join('\n'), state };
    if (typeof line === 'string' && isCancel(line)) {
      return { text: lines.join('\n'), state: 'cancelled' };
    }
    // The lines after a refused line still belong to the text. None of them may run as a command.
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
