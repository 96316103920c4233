import { Command } from 'commander';
import { groupCreateCommand } from './group/create.ts';
import { groupDeleteCommand } from './group/delete.ts';
import { groupEditCommand } from './group/edit.ts';
import { groupInviteCommand } from './group/invite.ts';
import { groupListCommand } from './group/list.ts';
import { groupLogCommand } from './group/log.ts';
import { groupUserCommands } from './group/on-user.ts';
import { groupPurgeCommand } from './group/purge.ts';
import { groupRenameCommand } from './group/rename.ts';
import { groupRevokeCommand } from './group/revoke.ts';
import { groupRoleCommand } from './group/role.ts';
import { groupShowCommand } from './group/show.ts';

export function groupCommand(): Command {
  const command = new Command('group')
    .description('the groups of the board')
    .addCommand(groupListCommand())
    .addCommand(groupShowCommand())
    .addCommand(groupCreateCommand())
    .addCommand(groupEditCommand())
    .addCommand(groupRenameCommand())
    .addCommand(groupDeleteCommand())
    .addCommand(groupPurgeCommand())
    .addCommand(groupRoleCommand())
    .addCommand(groupInviteCommand())
    .addCommand(groupRevokeCommand())
    .addCommand(groupLogCommand());
  for (const each of groupUserCommands()) command.addCommand(each);
  return command.addHelpText(
    'after',
    `
A group is given by its name or by its number, and a secret group also as plans#12. A running server applies a change within a second.

Examples:
  $ corkboard group list
  $ corkboard group create deploys --description "What went out, and when"
  $ corkboard group purge deploys --before 30d --dry-run`,
  );
}
