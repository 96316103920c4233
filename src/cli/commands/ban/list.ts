import type { Command } from 'commander';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { networkBanDocument } from '../../printing/documents.ts';
import { printResult, shownTime, table } from '../../printing/output.ts';

export function banListCommand(): Command {
  return databaseCommand('list', 'list the bans of networks that are in force').action(
    async (options: CommonOptions) => {
      const bans = await administer(options, (board) => board.networkBans());
      const documents = bans.map(networkBanDocument);
      printResult(options, documents, () =>
        table(
          ['network', 'since', 'until', 'reason'],
          documents.map(({ network, reason, createdAt, endsAt }) => [
            network,
            shownTime(createdAt),
            endsAt === null ? 'no end' : shownTime(endsAt),
            reason,
          ]),
        ),
      );
    },
  );
}
