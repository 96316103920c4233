import { textCommands } from '../../protocol/text/shell.ts';

const words: ReadonlySet<string> = new Set(textCommands.flatMap((command) => command.words));

/**
 * A sentence of the board with `:` before its commands in place of `%`.
 * @param typed a command word that the user has typed, which need not exist
 */
export function withColons(text: string, typed?: string): string {
  return text.replace(/%[a-z]+/gi, (word) => {
    const isCommand = words.has(word.toLowerCase()) || word === typed;
    return isCommand ? `:${word.slice(1)}` : word;
  });
}

/** The same as one line: it may have been broken and indented for a narrow screen. */
export function inScreen(text: string): string {
  return withColons(text)
    .replace(/\s*\n\s*/g, ' ')
    .trim();
}
