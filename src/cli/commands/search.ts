import { Command } from 'commander';
import { plainStyle } from '../../protocol/text/style.ts';
import {
  type SearchOptions as PrintingOptions,
  queryHelp,
  search,
  withSearchOptions,
} from '../../tasks/search.ts';
import { Interrupted } from '../errors.ts';
import { readerOf } from '../printing/reader-watch.ts';
import {
  type ConnectionOptions,
  connectionSettings,
  settingsHelp,
  withAddress,
  withIdentity,
} from '../reaching/connection-options.ts';
import { withHint } from '../reaching/hints.ts';
import { connectionReporter, connectWithRetries, targetOf } from '../reaching/reach.ts';
import { interruption } from '../running/interrupt.ts';

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

async function run(words: string[], options: SearchOptions): Promise<void> {
  const ended = interruption();
  const reader = readerOf(process.stdout);
  const signal = AbortSignal.any([ended.signal, reader.closed]);
  try {
    await searchFor(words.join(' '), options, signal);
  } catch (error) {
    if (!signal.aborted) throw withHint(error);
  } finally {
    ended.close();
    reader.release();
  }
  if (ended.exitCode) throw new Interrupted(ended.exitCode);
}

async function searchFor(
  query: string,
  options: SearchOptions,
  signal: AbortSignal,
): Promise<void> {
  const tell = connectionReporter(undefined);
  const target = await targetOf(connectionSettings(options));
  const client = await connectWithRetries(target, { signal, retry, tell });
  // Closing the client also rejects calls that wait for the board.
  signal.addEventListener('abort', () => void client.close());
  try {
    await search(client, {
      ...{ query, options, signal, style: plainStyle, output: process.stdout },
      tell: (line) => process.stderr.write(`corkboard: ${line}\n`),
    });
  } finally {
    await client.close();
  }
}
