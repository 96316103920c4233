import type { Command } from 'commander';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { printDone } from '../../printing/output.ts';

export function dbReindexCommand(): Command {
  return databaseCommand('reindex', 'make the index of words for searches again')
    .addHelpText(
      'after',
      `
The index can always be made again from the messages. The command deletes it, and a server makes it again
in the background: a running one, or the next that starts. Until then searches of users say that older
messages are still being indexed.

Example:
  $ corkboard db reindex --data /var/lib/corkboard`,
    )
    .action(reindex);
}

async function reindex(options: CommonOptions): Promise<void> {
  await administer(options, (board) => board.rebuildSearchIndex());
  printDone(
    options,
    { reindexing: true },
    () => 'The index is deleted. A server makes it again, in the background.',
  );
}
