import type { TextCommand } from '../../protocol/text/command.ts';
import { nearestWord } from '../../protocol/text/command-words.ts';
import { textCommands } from '../../protocol/text/shell.ts';
import type { Terminal } from '../terminal/terminal.ts';
import type { Unread } from '../unread.ts';
import { nextCommand } from './next.ts';
import { writingCommands } from './write.ts';

/** What a script can run: the board's commands, and `%next`. */
export function scriptCommands(unread: Unread): TextCommand[] {
  return [nextCommand(unread), ...textCommands];
}

/** What someone at a terminal can type; some of the board's commands can do more there. */
export function terminalCommands(unread: Unread, terminal: Terminal): TextCommand[] {
  const commands = scriptCommands(unread);
  for (const command of writingCommands(terminal)) {
    const [word] = command.words;
    const same = commands.findIndex(({ words }) => words.includes(word));
    if (same === -1) commands.push(command);
    else commands[same] = command;
  }
  return commands;
}

/** Whether a password may stand in a line, well spelt or not. */
export function mayHoldPassword(line: string, commands: readonly TextCommand[]): boolean {
  const [word = '', ...rest] = line.trim().toLowerCase().split(/\s+/);
  const near = commands.some(({ words }) => words.includes(word))
    ? word
    : nearestWord(word, commands);
  return near === '%password' && rest.length > 0;
}
