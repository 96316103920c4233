import type { Writable } from 'node:stream';
import { type Command, Option } from 'commander';
import type { BoardClient } from '../../client/board-client.ts';
import type { Style } from '../../protocol/text/style.ts';
import { joinOnce } from '../join-once.ts';
import { formatMessage, writeSlowly } from '../messages.ts';
import { wholeNumber } from '../parse.ts';
import { Follower } from './follower.ts';
import { parseSince, type Since } from './since.ts';

// How many messages `--no-follow` shows without --count and --since, as in tail(1).
const newestShown = 10;

/** What `tail` prints, as its options say. */
export interface TailOptions {
  readonly since?: Since;
  readonly count?: number;
  readonly thread?: number;
  readonly headers?: true;
  readonly mentions?: true;
  readonly join?: true;
  readonly follow: boolean;
  readonly json?: true;
}

/** Adds the groups and the options that say what is printed. */
export function withTailOptions(command: Command): Command {
  return command
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
}

/** Ends the command with an error of usage if its options do not fit together. */
export function checkTailOptions(
  groups: readonly string[],
  { since, thread }: TailOptions,
  command: Command,
): void {
  if (since && 'number' in since && groups.length !== 1) {
    command.error(
      'error: --since accepts a message number only with exactly one group. Give one group, or a time.',
    );
  }
  if (thread !== undefined && groups.length !== 1) {
    command.error('error: --thread needs exactly one group.');
  }
}

export interface Tailing {
  readonly groups: readonly string[];
  readonly options: TailOptions;
  readonly output: Writable;
  readonly style: Style;
  /** Ends it when aborted. */
  readonly signal: AbortSignal;
  /** Is told in a sentence what is followed, and what is not followed any more. */
  readonly tell: (text: string) => void;
}

/**
 * Prints messages as they are posted, until enough were printed, there are no more, or `signal` is aborted.
 * @throws BoardError, ConnectionError; TaskError if there is no group to follow
 */
export async function tail(
  client: BoardClient,
  { groups, options, output, style, signal, tell }: Tailing,
): Promise<void> {
  const { since, headers = false, mentions = false, count, follow, join, json } = options;
  if (join) for (const group of groups) await joinOnce(client, group);
  const thread = await threadOf(client, groups, options);
  const newest = follow || since ? undefined : (count ?? newestShown);
  const edits = json === true && follow;
  const marksReplies = json !== true;
  const follower = await Follower.start(client, {
    ...{ groups, since, newest, headers, marksReplies, thread, edits, mentions, follow },
    ...{ signal, tell },
  });
  if (follow) tell(`Following ${follower.names.join(', ')} as ${client.user}.`);
  let left = count ?? Number.POSITIVE_INFINITY;
  for await (const message of follower.messages()) {
    const first = follower.firstVisible(message.groupId);
    await writeSlowly(output, formatMessage(message, { json, first, style }), signal);
    if (!('event' in message) && --left === 0) return;
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
