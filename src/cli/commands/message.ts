import { Command } from 'commander';
import { messageDeleteCommand } from './message/delete.ts';
import { messageListCommand } from './message/list.ts';
import { messagePinCommands } from './message/pin.ts';
import { messageSearchCommand } from './message/search.ts';
import { messageShowCommand } from './message/show.ts';

export function messageCommand(): Command {
  const command = new Command('message')
    .description('the messages of a group')
    .addCommand(messageListCommand())
    .addCommand(messageSearchCommand())
    .addCommand(messageShowCommand())
    .addCommand(messageDeleteCommand());
  for (const each of messagePinCommands()) command.addCommand(each);
  return command.addHelpText(
    'after',
    `
A group is given by its name or by its number. A message is given by its number, with or without a #,
or as last for the newest message of the group.

Examples:
  $ corkboard message list main --limit 20
  $ corkboard message show main 7
  $ corkboard message delete main 7 9`,
  );
}
