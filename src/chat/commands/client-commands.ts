import type { TextCommand } from '../../protocol/text/command.ts';
import { nearestWord } from '../../protocol/text/command-words.ts';
import { textCommands } from '../../protocol/text/shell.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { composeCommands } from './compose.ts';
import { editCommands } from './edit.ts';

/** The commands at a terminal: those of the board, and those that the client adds or replaces. */
export function terminalCommands(terminal: Terminal): TextCommand[] {
  const commands = [...textCommands];
  for (const command of [...composeCommands(terminal), ...editCommands(terminal)]) {
    const [word] = command.words;
    const same = commands.findIndex(({ words }) => words.includes(word));
    if (same === -1) commands.push(command);
    else commands[same] = command;
  }
  return commands;
}

/** The commands of a session that was opened elsewhere: those of the board that need nothing of this machine. */
export const sessionCommands: readonly TextCommand[] = textCommands.filter(
  ({ words }) => !words.includes('%connect'),
);

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
