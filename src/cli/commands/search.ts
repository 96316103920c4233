import { Command } from 'commander';
import type { BoardClient } from '../../client/board-client.ts';
import { limits } from '../../protocol/limits.ts';
import { searchingEnded } from '../../protocol/text/search-command.ts';
import { Interrupted } from '../errors.ts';
import { wholeNumber } from '../parsing/parse.ts';
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
import { formatMessage, writeSlowly } from '../tail/output.ts';

// How long to try again if the board cannot be reached, in milliseconds.
const retry = 30_000;

interface SearchOptions extends ConnectionOptions {
  readonly count: number;
  readonly json?: true;
}

/** How a query is written, for the help of the commands that search. */
export const queryHelp = `
A query has words, all of which a message has, "a phrase", begin* for words that begin so, and -word for
messages without it. These narrow the search: from:dave, in:news, thread:17 (with in:), after:2026-11-22,
before:7d (a day, a time in UTC, or an age). Give the query in quotes, so that the shell leaves it alone.`;

export function searchCommand(): Command {
  const command = new Command('search')
    .description('search the messages that a user may see, newest first')
    .argument('<query...>', 'what to look for; several arguments are one query')
    .option('-n, --count <n>', 'end after n messages', wholeNumber(1), limits.searchDefault)
    .option('--json', 'print each message as one line of JSON');
  return withIdentity(withAddress(command))
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
    await search(words.join(' '), options, signal);
  } catch (error) {
    if (!signal.aborted) throw withHint(error);
  } finally {
    ended.close();
    reader.release();
  }
  if (ended.exitCode) throw new Interrupted(ended.exitCode);
}

async function search(query: string, options: SearchOptions, signal: AbortSignal): Promise<void> {
  const tell = connectionReporter(undefined);
  const target = await targetOf(connectionSettings(options));
  const client = await connectWithRetries(target, { signal, retry, tell });
  // Closing the client also rejects calls that wait for the board.
  signal.addEventListener('abort', () => void client.close());
  try {
    await print(client, query, options, signal);
  } finally {
    await client.close();
  }
}

async function print(
  { call }: BoardClient,
  query: string,
  { count, json }: SearchOptions,
  signal: AbortSignal,
): Promise<void> {
  let left = count;
  let before: string | undefined;
  for (;;) {
    const page = await call('message.search', {
      ...{ query, before },
      limit: Math.min(left, limits.searchMost),
    });
    for (const message of page.messages) {
      await writeSlowly(process.stdout, formatMessage(message, { json }), signal);
    }
    left -= page.messages.length;
    before = page.next;
    if (left > 0 && before !== undefined && !signal.aborted) continue;
    for (const line of searchingEnded(query, page)) process.stderr.write(`corkboard: ${line}\n`);
    return;
  }
}
