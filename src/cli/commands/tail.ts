import { Command, Option } from 'commander';
import type { BoardClient } from '../../client/board-client.ts';
import { Interrupted } from '../errors.ts';
import { duration, wholeNumber } from '../parsing/parse.ts';
import { readerOf } from '../printing/reader-watch.ts';
import {
  type ConnectionOptions,
  connectionSettings,
  settingsHelp,
  withAddress,
  withIdentity,
} from '../reaching/connection-options.ts';
import { withHint } from '../reaching/hints.ts';
import { connectionReporter, connectWithRetries, joinOnce, targetOf } from '../reaching/reach.ts';
import { interruption } from '../running/interrupt.ts';
import { Follower } from '../tail/follower.ts';
import { formatMessage, writeSlowly } from '../tail/output.ts';
import { parseSince, type Since } from '../tail/since.ts';

// How many messages `--no-follow` shows without --count and --since, as in tail(1).
const newestShown = 10;

interface TailOptions extends ConnectionOptions {
  readonly since?: Since;
  readonly count?: number;
  readonly thread?: number;
  readonly headers?: true;
  readonly mentions?: true;
  readonly join?: true;
  readonly follow: boolean;
  readonly json?: true;
  readonly retry: number;
  readonly verbose?: true;
}

export function tailCommand(): Command {
  const command = new Command('tail')
    .description('print messages as they are posted')
    .argument('[group...]', 'names or numbers; all groups that you are a member of if left out')
    .addOption(
      new Option(
        '--since <when>',
        'begin at a message number (with one group), a date, a time or an age such as 2h, instead of now',
      ).argParser(parseSince),
    )
    .option('-n, --count <n>', 'end after n messages', wholeNumber(1))
    .option('--no-follow', 'print the newest 10 messages, or as many as -n says, and end')
    .option('--thread <number>', 'only messages of this thread (with one group)', wholeNumber(1))
    .option('--mentions', 'print only messages that mention you')
    .option('--headers', 'leave out the content')
    .option('--join', 'join the groups first, if you are not a member')
    .option('--json', 'print each message as one line of JSON, and each edit and deletion');
  return withIdentity(withAddress(command))
    .addOption(
      new Option(
        '--retry <duration>',
        'how long to try again if the board cannot be reached at first',
      )
        .argParser(duration)
        .default(30_000, '30s'),
    )
    .option('--verbose', 'report the connection on standard error, even if it is not a terminal')
    .addHelpText(
      'after',
      `
If the connection is lost, tail connects again, for as long as it takes. It misses no message and
shows none twice. If the board limits the rate, tail waits. With --no-follow and --since, it prints
all messages since then, or the first n of them with -n. With --json, a line with "event": "edited"
or "deleted" follows when a message is edited or deleted, also after a gap. Exit codes: 0 after
--count messages, at the end with --no-follow, or when the reader closes the pipe, 1 failed, 2 wrong
usage, 130 ended by Ctrl-C, 143 ended by SIGTERM.
${settingsHelp}

Examples:
  $ corkboard tail --profile work
  $ corkboard tail main news --since 2h --user alice
  $ corkboard tail main --no-follow -n 20 --user alice
  $ corkboard tail ci --json --user watcher | jq -r 'select(.event == null).subject'
  $ corkboard tail --mentions --json --user bot
  $ corkboard tail ci -n 1 --headers --user watcher && make deploy`,
    )
    .action(run);
}

async function run(groups: string[], options: TailOptions, command: Command): Promise<void> {
  const { since } = options;
  if (since && 'number' in since && groups.length !== 1) {
    command.error(
      'error: --since accepts a message number only with exactly one group. Give one group, or a time.',
    );
  }
  if (options.thread !== undefined && groups.length !== 1) {
    command.error('error: --thread needs exactly one group.');
  }
  const ended = interruption();
  const reader = readerOf(process.stdout);
  const signal = AbortSignal.any([ended.signal, reader.closed]);
  try {
    await tail(groups, options, signal);
  } catch (error) {
    if (!signal.aborted) throw withHint(error);
  } finally {
    ended.close();
    reader.release();
  }
  if (ended.exitCode) throw new Interrupted(ended.exitCode);
}

async function tail(groups: string[], options: TailOptions, signal: AbortSignal): Promise<void> {
  const { join, retry, verbose } = options;
  const tell = connectionReporter(verbose);
  const target = await targetOf(connectionSettings(options));
  const client = await connectWithRetries(target, { signal, retry, tell });
  // Closing the client also rejects calls that wait for the board.
  signal.addEventListener('abort', () => void client.close());
  client.on('lost', ({ reason }) => tell(`The connection was lost: ${reason} Connecting again.`));
  client.on('resumed', () => tell('Connected again.'));
  try {
    if (join) for (const group of groups) await joinOnce(client, group);
    await print(client, { groups, options, signal, tell });
  } finally {
    await client.close();
  }
}

/** The number of the thread to print: any message of it can be named. */
async function threadOf(
  client: BoardClient,
  [group = '']: readonly string[],
  { thread }: TailOptions,
): Promise<number | undefined> {
  if (thread === undefined) return undefined;
  return (await client.call('thread.get', { group, thread, limit: 1 })).thread;
}

interface Printing {
  readonly groups: string[];
  readonly options: TailOptions;
  readonly signal: AbortSignal;
  readonly tell: (text: string) => void;
}

async function print(client: BoardClient, { groups, options, signal, tell }: Printing) {
  const { since, headers = false, mentions = false, count, follow } = options;
  const thread = await threadOf(client, groups, options);
  const newest = follow || since ? undefined : (count ?? newestShown);
  const edits = options.json === true && follow;
  const marksReplies = options.json !== true;
  const what = {
    marksReplies,
    groups,
    since,
    newest,
    headers,
    mentions,
    edits,
    follow,
    thread,
    signal,
    tell,
  };
  const follower = await Follower.start(client, what);
  if (follow) tell(`Following ${follower.names.join(', ')} as ${client.user}.`);
  let left = count ?? Number.POSITIVE_INFINITY;
  for await (const message of follower.messages()) {
    await writeSlowly(
      process.stdout,
      formatMessage(message, { ...options, first: follower.firstVisible(message.groupId) }),
      signal,
    );
    if (!('event' in message) && --left === 0) return;
  }
}
