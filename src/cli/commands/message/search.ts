import { type Command, Option } from 'commander';
import { toGroup, toHeader } from '../../../board/view.ts';
import { limits } from '../../../protocol/limits.ts';
import { formatPlace } from '../../../protocol/search-place.ts';
import { wholeNumber } from '../../../tasks/parse.ts';
import { queryHelp } from '../../../tasks/search.ts';
import { administer, type CommonOptions, databaseCommand } from '../../operating/administer.ts';
import { printResult, shownTime, table } from '../../printing/output.ts';

interface SearchOptions extends CommonOptions {
  readonly limit: number;
}

export function messageSearchCommand(): Command {
  return databaseCommand('search', 'search the messages of all groups, newest first')
    .argument('<query...>', 'what to look for; several arguments are one query')
    .addOption(
      new Option('--limit <n>', `how many messages, at most ${limits.searchMost}`)
        .argParser(wholeNumber(1, limits.searchMost))
        .default(limits.searchDefault),
    )
    .addHelpText(
      'after',
      `${queryHelp}
The command sees every message. Messages that a server has not indexed yet are read one by one.

Examples:
  $ corkboard message search 'viagra after:1d'
  $ corkboard message search '"build failed" in:ci from:builder' --json`,
    )
    .action(search);
}

async function search(words: string[], options: SearchOptions): Promise<void> {
  const query = words.join(' ');
  const { limit } = options;
  const page = await administer(options, (board) => board.search(query, { limit }));
  const documents = page.messages.map(({ group, message }) => ({
    ...toGroup(group),
    ...toHeader(message),
  }));
  printResult(options, documents, () =>
    table(
      ['group', 'number', 'sender', 'date', 'subject'],
      documents.map(({ group, number, sender, postedAt, subject }) => [
        ...[group, number],
        ...[sender, shownTime(postedAt), subject],
      ]),
    ),
  );
  if (page.next && !options.json) {
    process.stderr.write(`There are more: add before:${formatPlace(page.next)} to the query.\n`);
  }
}
