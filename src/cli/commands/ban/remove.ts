import type { Command } from 'commander';
import type { Network } from '../../../board/addresses.ts';
import { UserError } from '../../errors.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { networkBanDocument } from '../../printing/documents.ts';
import { printDone } from '../../printing/output.ts';
import { networkArgument } from './network.ts';

export function banRemoveCommand(): Command {
  return databaseCommand('remove', 'lift the ban of a network')
    .argument('<network>', 'the network as ban list shows it', networkArgument)
    .addHelpText('after', '\nExamples:\n  $ corkboard ban remove 203.0.113.7')
    .action(remove);
}

async function remove({ text }: Network, options: CommonOptions): Promise<void> {
  const { removed, others } = await administer(options, async (board) => ({
    removed: await board.unbanNetwork(text),
    others: await board.networkBans(),
  }));
  if (!removed) {
    throw new UserError(
      `There is no ban of ${text}. To see the ${others.length} bans, run: corkboard ban list`,
    );
  }
  printDone(options, networkBanDocument(removed), () => `${text} is not banned any more.`);
}
