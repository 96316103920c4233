import type { Readable, Writable } from 'node:stream';
import { Argument, Command, CommanderError } from 'commander';
import type { BoardClient } from '../client/board-client.ts';
import { cleanText } from '../protocol/clean.ts';
import { parseMessageNumber } from '../protocol/message-number.ts';
import { toJson } from '../protocol/printable-json.ts';
import { Arguments } from '../protocol/text/arguments.ts';
import type { TextCommand, TextContext } from '../protocol/text/command.ts';
import { groups, unread } from '../protocol/text/general-commands.ts';
import { groupList } from '../protocol/text/list-commands.ts';
import { groupJoin, groupLeave } from '../protocol/text/membership-commands.ts';
import { groupMessage } from '../protocol/text/message-command.ts';
import { next } from '../protocol/text/next.ts';
import { success } from '../protocol/text/render.ts';
import { textCommands } from '../protocol/text/shell.ts';
import type { Style } from '../protocol/text/style.ts';
import { readContent } from '../tasks/content.ts';
import { joinOnce } from '../tasks/join-once.ts';
import { writeSlowly } from '../tasks/messages.ts';
import { messageNumber, postKey, wholeNumber } from '../tasks/parse.ts';
import { type SearchOptions, search, withSearchOptions } from '../tasks/search.ts';
import { checkTailOptions, type TailOptions, tail, withTailOptions } from '../tasks/tail/tail.ts';
import { setKeymap, shownKeymap } from './keymap.ts';
import { textContext } from './text-context.ts';

/** What a remote command works with, once its visitor is logged in. */
interface Workplace {
  readonly client: BoardClient;
  readonly output: Writable;
  readonly style: Style;
  /** Ends a command that waits for more when aborted. */
  readonly signal: AbortSignal;
  /** What the command is given to read, to its end. */
  input(): Readable;
  /** Tells the visitor something beside the output. */
  tell(text: string): void;
  readonly confirm: TextContext['confirm'];
}

export type Work = (place: Workplace) => Promise<void>;

/** A command that was understood: JSON-RPC, or some work. `exitCode` if there is nothing more to do. */
export type Understood = { readonly work: Work | 'rpc' } | { readonly exitCode: number };

/** Where help and errors of usage go. */
export interface HelpStreams {
  readonly output: Writable;
  readonly errors: Writable;
  readonly columns: number;
}

const keys = textCommands.find(({ words }) => words.includes('%key')) as TextCommand;

const unknownCommand = 127;
const wrongUsage = 2;

/** Finds out what a visitor wants, before anything is done. */
export async function understand(
  words: readonly string[],
  { output, errors, columns }: HelpStreams,
): Promise<Understood> {
  let work: Work | 'rpc' | undefined;
  const program = remoteProgram((wanted) => {
    work = wanted;
  });
  program.exitOverride().configureOutput({
    writeOut: (text) => void output.write(text),
    // An error repeats what the visitor has sent.
    writeErr: (text) => void errors.write(cleanText(text)),
    outputError: (text, write) => write(text.replace(/^error: /, 'corkboard: ')),
    getOutHelpWidth: () => columns,
    getErrHelpWidth: () => columns,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
  for (const command of program.commands) command.copyInheritedSettings(program);
  try {
    await program.parseAsync(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.unknownCommand') return { exitCode: unknownCommand };
    return { exitCode: error.exitCode === 0 ? 0 : wrongUsage };
  }
  return work === undefined ? { exitCode: 0 } : { work };
}

function remoteProgram(want: (work: Work | 'rpc') => void): Command {
  const program = new Command('ssh <board>')
    .usage('[command]')
    .description('A message board. Without a command it opens on your terminal.')
    .helpOption('-h, --help', 'print how it is used')
    .helpCommand('help [command]', 'print how it is used')
    .showSuggestionAfterError();
  const add = (name: string, description: string) => program.command(name).description(description);
  const text = (command: TextCommand, ...words: (string | undefined)[]) =>
    want((place) => runText(command, words, place));

  add('groups', 'the groups that can be joined').action(() => text(groups));
  add('unread', 'how many messages you have not read, by group').action(() => text(unread));
  add('list', 'the messages of a group, the newest last')
    .argument('<group>')
    .argument('[range...]', 'how many, or all; and "before <number>"')
    .action((group: string, range: string[]) => text(groupList, quoted(group), ...range));
  add('read', 'read a message, or without arguments the oldest unread one')
    .argument('[group]')
    .argument('[number]', 'its number, or last', messageNumber, 'last')
    .action((group: string | undefined, number: number | 'last') =>
      group === undefined ? text(next) : text(groupMessage, quoted(group), String(number)),
    );
  add('join', 'become a member of a group')
    .argument('<group>')
    .argument('[code]', 'of your invitation')
    .action((group: string, code: string | undefined) => text(groupJoin, quoted(group), code));
  add('leave', 'leave a group')
    .argument('<group>')
    .action((group: string) => text(groupLeave, quoted(group)));
  add('key', 'your SSH keys: list them, add <line>, remove <fingerprint>')
    .argument('[words...]')
    .action((words: string[]) => text(keys, ...words));
  add('keymap', 'your keys of the screen: show them, or set them from standard input')
    .addArgument(
      new Argument(
        '[set]',
        'set: read a keys.toml from standard input. An empty file restores the usual keys',
      ).choices(['set']),
    )
    .action((set: 'set' | undefined) =>
      want(async ({ client, output, style, input }) => {
        output.write(
          set ? success(await setKeymap(client, input()), style) : await shownKeymap(client),
        );
      }),
    );
  addPost(add('post', 'post standard input as a message'), want);
  withSearchOptions(add('search', 'search the messages that you may see, newest first')).action(
    (words: string[], options: SearchOptions) =>
      want(({ client, ...place }) => search(client, { ...place, query: asQuery(words), options })),
  );
  withTailOptions(add('tail', 'print messages as they are posted')).action(
    (names: string[], options: TailOptions, command: Command) => {
      checkTailOptions(names, options, command);
      want(({ client, ...place }) => tail(client, { ...place, groups: names, options }));
    },
  );
  // `visit` knows it before it is here, and the help lists it.
  add('plain', 'lines in place of the screen, for screen readers (ssh -t)');
  add('rpc', 'JSON-RPC over standard input and output, for programs').action(() => want('rpc'));
  return program;
}

interface PostOptions {
  readonly replyTo?: number;
  readonly join?: true;
  readonly key?: string;
  readonly json?: true;
}

function addPost(command: Command, want: (work: Work) => void): void {
  command
    .argument('<group>', 'name or number')
    .argument('[subject...]', 'may be left out of a reply')
    .option('--reply-to <number>', 'reply to this message', wholeNumber(1))
    .option('--join', 'join the group first, if you are not a member')
    .option(
      '--key <key>',
      'post only once, however often the command is run with this key',
      postKey,
    )
    .option('--json', 'print the header as one JSON document')
    .action((group: string, words: string[], options: PostOptions) => {
      if (words.length === 0 && options.replyTo === undefined) {
        command.error("error: missing required argument 'subject'");
      }
      // The shell of the visitor has taken the quotes away, so the words of the subject come apart.
      const subject = words.length === 0 ? undefined : words.join(' ');
      want((place) => post(group, subject, options, place));
    });
}

async function post(
  group: string,
  subject: string | undefined,
  { replyTo, join, key, json }: PostOptions,
  { client, input, output, style }: Workplace,
): Promise<void> {
  const content = await readContent(input());
  if (join) await joinOnce(client, group);
  const posted = await client.post(group, subject, content, {
    ...(key !== undefined && { key }),
    replyTo,
  });
  const done = success(`Message ${posted.number} posted in ${style.group(posted.group)}.`, style);
  output.write(json ? `${toJson(posted, 0)}\n` : done);
}

async function runText(
  command: TextCommand,
  words: readonly (string | undefined)[],
  { client, output, style, signal, confirm }: Workplace,
): Promise<void> {
  const text = words.filter((word) => word !== undefined).join(' ');
  const context = textContext(client, style, confirm);
  for await (const piece of command.run(new Arguments(text), context)) {
    await writeSlowly(output, piece, signal);
    if (signal.aborted) return;
  }
}

/** A word as the argument of a text command. */
function quoted(word: string): string {
  const isPlain = /^[^\s"'‘‚“”„«»]+$/.test(word) && parseMessageNumber(word) === undefined;
  return isPlain ? word : `"${word.replace(/["\\]/g, '\\$&')}"`;
}

/** A word with spaces was in quotes, which for a query make a phrase. A single word is the whole query. */
function asQuery(words: readonly string[]): string {
  if (words.length === 1) return words.join('');
  return words.map((word) => (/\s/.test(word) ? `"${word}"` : word)).join(' ');
}
