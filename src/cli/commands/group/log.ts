import { type Command, Option } from 'commander';
import { groupRef } from '../../../board/refs.ts';
import { limits } from '../../../protocol/limits.ts';
import { wholeNumber } from '../../../tasks/parse.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { lineDocument } from '../../printing/documents.ts';
import { printResult } from '../../printing/output.ts';
import { logTable } from './log-table.ts';

interface LogOptions extends CommonOptions {
  readonly limit: number;
  readonly before?: number;
}

export function groupLogCommand(): Command {
  return databaseCommand('log', 'list what moderators, owners and you did in a group, oldest first')
    .argument('<group>', 'name or number')
    .addOption(
      new Option('--limit <n>', `how many of the newest lines, at most ${limits.logLines}`)
        .argParser(wholeNumber(1, limits.logLines))
        .default(limits.logDefault),
    )
    .option('--before <number>', 'only lines with a lower number', wholeNumber(1))
    .action(log);
}

async function log(name: string, options: LogOptions): Promise<void> {
  const page = await administer(options, ({ moderation }) =>
    moderation.log(groupRef(name), options),
  );
  const documents = page.lines.map(lineDocument);
  printResult(options, documents, () => logTable(documents));
  if (page.more && !options.json) {
    process.stderr.write(`There are older lines: add --before ${documents[0]?.id}\n`);
  }
}
