import { shortened } from '../protocol/errors.ts';
import { Expected } from '../protocol/expected.ts';

/** The command of a visitor is not well formed. The message is a sentence. */
export class UsageError extends Expected {
  override readonly name = 'UsageError';
}

// The longest command that is taken apart, in characters. A subject has at most a tenth of it.
const longest = 8192;

/**
 * Takes a command apart into words as a shell does: at spaces, with '…', "…" and a backslash. Nothing else of a shell exists:
 * `;`, `|`, `>`, `$` and `` ` `` are characters like all others, and nothing but the board's own commands is ever run.
 * @throws UsageError if a quote is not closed, or the command is too long
 */
export function commandWords(command: string): string[] {
  if (command.length > longest)
    throw new UsageError(`A command has at most ${longest} characters.`);
  const words: string[] = [];
  let word: string | undefined;
  for (let at = 0; at < command.length; at++) {
    const character = command.charAt(at);
    if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === "'" || character === '"') {
      const end = closing(command, at);
      word = (word ?? '') + unquoted(command.slice(at + 1, end), character);
      at = end;
    } else if (character === '\\' && at + 1 < command.length) {
      at++;
      word = (word ?? '') + command.charAt(at);
    } else {
      word = (word ?? '') + character;
    }
  }
  if (word !== undefined) words.push(word);
  return words;
}

/** Where the quote that opens at `from` is closed. */
function closing(command: string, from: number): number {
  const quote = command.charAt(from);
  for (let at = from + 1; at < command.length; at++) {
    if (command.charAt(at) === quote) return at;
    if (quote === '"' && command.charAt(at) === '\\') at++;
  }
  throw new UsageError(`A quote is not closed: ${shortened(command.slice(from))}`);
}

/** In double quotes, a backslash stands before itself and before `"`, `$` and `` ` ``, as in a shell. */
function unquoted(text: string, quote: string): string {
  return quote === "'" ? text : text.replace(/\\(["\\$`])/g, '$1');
}
