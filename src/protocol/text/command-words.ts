import { BoardError, boardError, shortened } from '../errors.ts';
import { nearest } from '../suggest.ts';
import type { TextCommand } from './command.ts';

/** How a command is written: its words and what stands behind them. */
export function usage({ words, form }: TextCommand): string {
  return `${words.join(' or ')}${form ? ` ${form}` : ''}`;
}

/** @throws BoardError `METHOD_NOT_FOUND`, with the nearest word where a typo is likely */
export function findCommand(word: string, commands: readonly TextCommand[]): TextCommand {
  const lower = word.toLowerCase();
  const command = commands.find(({ words }) => words.includes(lower));
  if (command) return command;
  if (!word.startsWith('%')) {
    const why = `"${shortened(word)}" is no command: commands start with %.`;
    throw new BoardError('METHOD_NOT_FOUND', why);
  }
  const error = boardError('METHOD_NOT_FOUND', word);
  const near = nearestWord(lower, commands);
  throw near ? new BoardError(error.code, `${error.message} Did you mean ${near}?`) : error;
}

/** The word that was likely meant by one that is none, in lower case; undefined where none is near. */
export function nearestWord(word: string, commands: readonly TextCommand[]): string | undefined {
  const most = word.length > 4 ? 2 : 1;
  const known = commands.flatMap(({ words }) => words);
  return nearest(word, known, most);
}
