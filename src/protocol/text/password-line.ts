import type { TextCommand } from './command.ts';
import { nearestWord } from './command-words.ts';

/** Whether a line may contain a password: `%password` with an argument, or a typo of it. */
export function mayHoldPassword(line: string, commands: readonly TextCommand[]): boolean {
  const [first = '', ...rest] = line.trim().toLowerCase().split(/\s+/);
  // Also without the %, or with the sign of another program.
  const word = `%${first.replace(/^[%/:\\!]+/, '')}`;
  const near = commands.some(({ words }) => words.includes(word))
    ? word
    : nearestWord(word, commands);
  return near === '%password' && rest.length > 0;
}
