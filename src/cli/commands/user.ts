import { Command } from 'commander';
import { userListCommand } from './user/list.ts';
import { userShowCommand } from './user/show.ts';

export function userCommand(): Command {
  return new Command('user')
    .description('the users of the board')
    .addCommand(userListCommand())
    .addCommand(userShowCommand())
    .addHelpText(
      'after',
      `
Examples:
  $ corkboard user list
  $ corkboard user show alice --json`,
    );
}
