import { Command } from 'commander';
import { plainStyle } from '../../protocol/text/style.ts';
import {
  type SearchOptions as PrintingOptions,
  queryHelp,
  search,
  withSearchOptions,
} from '../../tasks/search.ts';
import {
  type ConnectionOptions,
  settingsHelp,
  withAddress,
  withIdentity,
} from '../reaching/connection-options.ts';
import { connectionReporter } from '../reaching/reach.ts';
import { readFromBoard } from '../reaching/reading.ts';

// How long to try again if the board cannot be reached, in milliseconds.
const retry = 30_000;

interface SearchOptions extends ConnectionOptions, PrintingOptions {}

export function searchCommand(): Command {
  const command = new Command('search').description(
    'search the messages that a user may see, newest first',
  );
  return withIdentity(withAddress(withSearchOptions(command)))
    .addHelpText(
      'after',
      `${queryHelp}
Also: is:unread and is:mention. Nothing is marked as read. Standard error says if there may be more, or
if older messages are not indexed yet. Exit codes: 0 searched, also if nothing was found, 1 failed,
2 wrong usage, 130 ended by Ctrl-C, 143 ended by SIGTERM.
${settingsHelp}

Examples:
  $ corkboard search 'lunch from:dave after:7d' --user alice
  $ corkboard search '"build failed" in:ci -flaky' --profile work --json | jq -r .subject`,
    )
    .action(run);
}

function run(words: string[], options: SearchOptions): Promise<void> {
  const connecting = { retry, tell: connectionReporter(undefined) };
  return readFromBoard(options, connecting, (client, signal) =>
    search(client, {
      ...{ query: words.join(' '), options, signal, style: plainStyle, output: process.stdout },
      tell: (line) => process.stderr.write(`corkboard: ${line}\n`),
    }),
  );
}
