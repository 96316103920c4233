import { randomUUID } from 'node:crypto';
import { Command, Option } from 'commander';
import { connect } from '../../client/connect.ts';
import { ConnectionError } from '../../client/failure.ts';
import type { Result } from '../../protocol/schemas.ts';
import { joinOnce } from '../../tasks/join-once.ts';
import { duration, postKey, wholeNumber } from '../../tasks/parse.ts';
import { checkedMessage, typedContent } from '../asking/content.ts';
import { UserError } from '../errors.ts';
import { printDone } from '../printing/output.ts';
import {
  type ConnectionOptions,
  connectionSettings,
  settingsHelp,
  withAddress,
  withIdentity,
} from '../reaching/connection-options.ts';
import { withHint } from '../reaching/hints.ts';
import { connectionReporter, type Target, targetOf, withRetries } from '../reaching/reach.ts';
import { interruption } from '../running/interrupt.ts';

// How long one attempt may take, in milliseconds, even with a shorter --retry.
const attemptTime = 10_000;

interface PostOptions extends ConnectionOptions {
  readonly key?: string;
  readonly replyTo?: number;
  readonly join?: true;
  readonly retry: number;
  readonly json?: true;
  readonly verbose?: true;
}

interface Post {
  readonly group: string;
  readonly subject: string | undefined;
  readonly content: string;
  readonly key: string;
  readonly replyTo: number | undefined;
}

export function postCommand(): Command {
  const command = new Command('post')
    .description('post one message to a board')
    .argument('<group>', 'name or number')
    .argument('[subject]', 'may be left out of a reply: a single text is then its content')
    .argument('[content]', 'the content; standard input if left out, or for -')
    .option('--reply-to <number>', 'reply to this message', wholeNumber(1))
    .option('--join', 'join the group first, if you are not a member');
  return withIdentity(withAddress(command))
    .addOption(
      new Option(
        '--key <key>',
        'post the message only once, however often the command is run with this key',
      ).argParser(postKey),
    )
    .addOption(
      new Option('--retry <duration>', 'how long to try again if the board cannot be reached')
        .argParser(duration)
        .default(30_000, '30s'),
    )
    .option('--json', 'print the header as one JSON document')
    .option('--verbose', 'report attempts on standard error, even if it is not a terminal')
    .addHelpText(
      'after',
      `
If the connection fails, the command tries again with the same key, so the message is posted once. A
message that is too long for the board is not sent. Exit codes: 0 posted, 1 not or perhaps not posted,
2 wrong usage, 130 ended by Ctrl-C, 143 ended by SIGTERM.
${settingsHelp}

Examples:
  $ corkboard post main "Build 7" passed --host 127.0.0.1 --user builder
  $ make 2>&1 | tail -n 20 | corkboard post ci "Build 7" --profile work --join
  $ corkboard post ci "Release $TAG" - --key "release-$TAG" < notes.txt
  $ corkboard post ci "Fixed in build 8." --reply-to 7 --profile work`,
    )
    .action(run);
}

async function run(
  group: string,
  first: string | undefined,
  second: string | undefined,
  options: PostOptions,
  command: Command,
): Promise<void> {
  const { replyTo } = options;
  if (first === undefined && replyTo === undefined) {
    command.error("error: missing required argument 'subject'");
  }
  const settings = connectionSettings(options);
  const isBare = replyTo !== undefined && second === undefined;
  const [subject, content] = isBare ? [undefined, first] : [first, second];
  const fromInput = content === undefined || content === '-';
  if (fromInput && settings.passwordFile === '-') {
    throw new UserError('Standard input cannot hold both the content and the password.', 2);
  }
  const message = checkedMessage(subject, fromInput ? await typedContent() : content);
  const { key = randomUUID() } = options;
  const posted = await post(await targetOf(settings), { group, ...message, key, replyTo }, options);
  printDone(options, posted, () => `Message ${posted.number} posted in ${posted.group}.`);
}

/** @throws UserError with exit code 130 or 143 if it was interrupted, BoardError, ConnectionError */
async function post(target: Target, what: Post, options: PostOptions) {
  const { join, retry, verbose } = options;
  const ended = interruption();
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), Math.max(retry, attemptTime));
  const signal = AbortSignal.any([ended.signal, late.signal]);
  const tell = connectionReporter(verbose);
  let began = false;
  const begin = () => {
    began = true;
  };
  try {
    return await withRetries(() => postOnce(target, what, { join, retry, signal, tell, begin }), {
      signal,
      retry,
      tell,
    });
  } catch (error) {
    if (ended.exitCode) throw new UserError(`Interrupted. ${outcome(what, began)}`, ended.exitCode);
    if (signal.aborted && !(error instanceof UserError)) {
      throw new UserError(`The board did not answer in time. ${outcome(what, began)}`);
    }
    throw withHint(error);
  } finally {
    clearTimeout(timer);
    ended.close();
  }
}

interface Attempt {
  readonly join: true | undefined;
  readonly retry: number;
  readonly signal: AbortSignal;
  readonly tell: (text: string) => void;
  /** Called before the message is sent. */
  readonly begin: () => void;
}

async function postOnce(
  target: Target,
  { group, subject, content, key, replyTo }: Post,
  { join, retry, signal, tell, begin }: Attempt,
): Promise<Result<'message.post'>> {
  const client = await connect({ ...target, signal, timing: { refused: retry } });
  client.on('putOff', ({ error }) => tell(`${error.message} Waiting.`));
  const leave = () => void client.close();
  signal.addEventListener('abort', leave);
  client.on('lost', ({ reason }) => {
    if (retry === 0) leave();
    else tell(`The connection was lost: ${reason} Trying again.`);
  });
  try {
    if (signal.aborted) throw new ConnectionError('The command was interrupted.');
    if (join) await joinOnce(client, group);
    begin();
    return await client.post(group, subject, content, { key, replyTo });
  } finally {
    signal.removeEventListener('abort', leave);
    await client.close();
  }
}

function outcome({ key }: Post, began: boolean): string {
  if (!began) return 'The message was not sent.';
  return `It is not known whether the message was posted. To post it exactly once, run the command again with --key ${key}.`;
}
