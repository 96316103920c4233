import { Command } from 'commander';
import { threadCommands } from './thread/close.ts';

export function threadCommand(): Command {
  const command = new Command('thread').description('the threads of a group');
  for (const each of threadCommands()) command.addCommand(each);
  return command.addHelpText(
    'after',
    `
A thread is given by the number of its first message, with or without a #, or of any message in it.

Example:
  $ corkboard thread close news 12`,
  );
}
