import type { Writable } from 'node:stream';
import type { Command } from 'commander';
import type { BoardClient } from '../client/board-client.ts';
import { limits } from '../protocol/limits.ts';
import { searchingEnded } from '../protocol/text/search-command.ts';
import type { Style } from '../protocol/text/style.ts';
import { formatMessage, writeSlowly } from './messages.ts';
import { wholeNumber } from './parse.ts';

/** What `search` prints, as its options say. */
export interface SearchOptions {
  readonly count: number;
  readonly json?: true;
}

/** How a query is written, for the help of the commands that search. */
export const queryHelp = `
A query has words, all of which a message has, "a phrase", begin* for words that begin so, and -word for
messages without it. These narrow the search: from:dave, in:news, thread:17 (with in:), after:2026-11-22,
before:7d (a day, a time in UTC, or an age). Give the query in quotes, so that the shell leaves it alone.`;

/** Adds the query and the options that say what is printed. */
export function withSearchOptions(command: Command): Command {
  return command
    .argument('<query...>', 'what to look for; several arguments are one query')
    .option('-n, --count <n>', 'end after n messages', wholeNumber(1), limits.searchDefault)
    .option('--json', 'print each message as one line of JSON');
}

export interface Searching {
  readonly query: string;
  readonly options: SearchOptions;
  readonly output: Writable;
  readonly style: Style;
  /** Ends it when aborted. */
  readonly signal: AbortSignal;
  /** Is told in a sentence what was not searched. */
  readonly tell: (text: string) => void;
}

/** Prints the messages that a query finds, the newest first. @throws BoardError, ConnectionError */
export async function search({ call }: BoardClient, searching: Searching): Promise<void> {
  const { query, options, output, style, signal, tell } = searching;
  const { count, json } = options;
  let left = count;
  let before: string | undefined;
  for (;;) {
    const page = await call('message.search', {
      ...{ query, before },
      limit: Math.min(left, limits.searchMost),
    });
    for (const message of page.messages) {
      await writeSlowly(output, formatMessage(message, { json, style }), signal);
    }
    left -= page.messages.length;
    before = page.next;
    if (left > 0 && before !== undefined && !signal.aborted) continue;
    for (const line of searchingEnded(query, page)) tell(line);
    return;
  }
}
