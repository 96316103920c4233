import type { Command } from 'commander';
import { Argument } from 'commander';
import { groupRef, userRef } from '../../../board/refs.ts';
import { type Role, roles } from '../../../protocol/rights.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { printDone } from '../../printing/output.ts';
import { giveRole } from './give-role.ts';

export function groupRoleCommand(): Command {
  return databaseCommand('role', 'give a member a role in a group, or take it')
    .argument('<group>', 'name or number')
    .argument('<user>')
    .addArgument(new Argument('<role>').choices(roles))
    .addHelpText(
      'after',
      `
Only a user with a password can have a role. A group has one owner: the owner before becomes a moderator.
The first role that is given in the group news lets only moderators post there.

Examples:
  $ corkboard group role news alice moderator
  $ corkboard group role news alice member`,
    )
    .action(role);
}

async function role(name: string, user: string, wanted: Role, options: CommonOptions) {
  const done = await administer(options, (board) =>
    giveRole(board, groupRef(name), userRef(user), wanted),
  );
  printDone(options, done.document, () => done.text);
}
