import { Command } from 'commander';
import { userBanCommand } from './user/ban.ts';
import { userCreateCommand } from './user/create.ts';
import { userDeleteCommand } from './user/delete.ts';
import { userKeysCommand } from './user/keys.ts';
import { userListCommand } from './user/list.ts';
import { userPasswordCommand } from './user/password.ts';
import { userRenameCommand } from './user/rename.ts';
import { userShowCommand } from './user/show.ts';
import { userUnbanCommand } from './user/unban.ts';

export function userCommand(): Command {
  return new Command('user')
    .description('the users of the board')
    .addCommand(userListCommand())
    .addCommand(userShowCommand())
    .addCommand(userCreateCommand())
    .addCommand(userPasswordCommand())
    .addCommand(userKeysCommand())
    .addCommand(userRenameCommand())
    .addCommand(userBanCommand())
    .addCommand(userUnbanCommand())
    .addCommand(userDeleteCommand())
    .addHelpText(
      'after',
      `
A running server applies a change within a second.

Examples:
  $ corkboard user list
  $ corkboard user show alice --json
  $ corkboard user create bob
  $ corkboard user ban mallory --reason Advertising`,
    );
}
