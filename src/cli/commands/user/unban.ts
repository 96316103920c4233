import type { Command } from 'commander';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { userDocument } from '../../printing/documents.ts';
import { printDone } from '../../printing/output.ts';

export function userUnbanCommand(): Command {
  return databaseCommand('unban', 'let a user in again')
    .argument('<user>')
    .addHelpText('after', '\nExamples:\n  $ corkboard user unban mallory')
    .action(unban);
}

async function unban(name: string, options: CommonOptions): Promise<void> {
  const user = await administer(options, (board) => board.unbanUser(name));
  printDone(options, userDocument(user), () => `User ${user.name} is not banned.`);
}
