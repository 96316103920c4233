import type { Command } from 'commander';
import { groupRef, userRef } from '../../../board/refs.ts';
import { count } from '../../../protocol/text/render.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { printDone } from '../../printing/output.ts';

interface RevokeOptions extends CommonOptions {
  readonly codes?: true;
}

export function groupRevokeCommand(): Command {
  return databaseCommand('revoke', 'end the invitation of a user, or all codes of a group')
    .argument('<group>', 'name or number')
    .argument('[user]')
    .option('--codes', 'end all invitation codes of the group')
    .action((group: string, user: string | undefined, options: RevokeOptions, command: Command) => {
      if ((user === undefined) !== (options.codes === true)) {
        return command.error('error: give a user or --codes');
      }
      return revoke(group, user, options);
    });
}

async function revoke(name: string, user: string | undefined, options: RevokeOptions) {
  const { group, revoked } = await administer(options, ({ moderation }) =>
    moderation.revoke(groupRef(name), user === undefined ? undefined : userRef(user)),
  );
  const document = { group: group.name, groupId: group.id, revoked };
  printDone(options, document, () => `${count(revoked, 'invitation')} to ${group.name} ended.`);
}
