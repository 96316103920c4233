import type { Command } from 'commander';
import { userName } from '../../../board/names.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { userDocument } from '../../printing/documents.ts';
import { printDone } from '../../printing/output.ts';

export function userRenameCommand(): Command {
  return databaseCommand('rename', 'give a user another name, also on their old messages')
    .argument('<user>')
    .argument('<name>', 'the new name')
    .addHelpText('after', '\nExamples:\n  $ corkboard user rename alice alice.b')
    .action(rename);
}

async function rename(name: string, to: string, options: CommonOptions): Promise<void> {
  const checked = userName(to);
  const user = await administer(options, (board) => board.renameUser(name, checked));
  printDone(options, userDocument(user), () => `User ${name} is called ${user.name} now.`);
}
