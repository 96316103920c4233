import type { TextCommand } from '../../protocol/text/command.ts';
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
