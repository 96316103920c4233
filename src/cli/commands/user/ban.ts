import type { Command } from 'commander';
import { checkedReason } from '../../../board/texts.ts';
import { anyText } from '../../../tasks/parse.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { userDocument } from '../../printing/documents.ts';
import { printDone } from '../../printing/output.ts';

interface BanOptions extends CommonOptions {
  readonly reason: string;
}

export function userBanCommand(): Command {
  return databaseCommand('ban', 'end the sessions of a user, and refuse further logins')
    .argument('<user>')
    .option('--reason <text>', 'a line that the user is sent', anyText, '')
    .addHelpText(
      'after',
      `
Memberships and messages do not change. user unban lifts the ban.

Examples:
  $ corkboard user ban mallory
  $ corkboard user ban mallory --reason "Advertising, after two warnings"`,
    )
    .action(ban);
}

async function ban(name: string, options: BanOptions): Promise<void> {
  const reason = checkedReason(options.reason);
  const user = await administer(options, (board) => board.banUser(name, reason));
  printDone(options, userDocument(user), () => `User ${user.name} is banned.`);
}
