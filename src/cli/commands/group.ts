import { Command } from 'commander';
import { groupCreateCommand } from './group/create.ts';
import { groupDeleteCommand } from './group/delete.ts';
import { groupEditCommand } from './group/edit.ts';
import { groupListCommand } from './group/list.ts';
import { groupPurgeCommand } from './group/purge.ts';
import { groupRenameCommand } from './group/rename.ts';
import { groupShowCommand } from './group/show.ts';

export function groupCommand(): Command {
  return new Command('group')
    .description('the groups of the board')
    .addCommand(groupListCommand())
    .addCommand(groupShowCommand())
    .addCommand(groupCreateCommand())
    .addCommand(groupEditCommand())
    .addCommand(groupRenameCommand())
    .addCommand(groupDeleteCommand())
    .addCommand(groupPurgeCommand())
    .addHelpText(
      'after',
      `
A group is given by its name or by its number. A running server applies a change within a second.

Examples:
  $ corkboard group list
  $ corkboard group create deploys --description "What went out, and when"
  $ corkboard group purge deploys --before 30d --dry-run`,
    );
}
