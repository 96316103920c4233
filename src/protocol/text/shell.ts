import { distance } from 'fastest-levenshtein';
import { BoardError, boardError } from '../errors.ts';
import { Arguments } from './arguments.ts';
import type { TextCommand, TextContext } from './command.ts';
import { connect, exit, groups, password, ping, unread, whoami } from './general-commands.ts';
import {
  groupJoin,
  groupLeave,
  groupList,
  groupMessage,
  groupPost,
  groupUsers,
  join,
  leave,
  list,
  message,
  post,
  users,
} from './group-commands.ts';
import { info, renderError } from './render.ts';

const help: TextCommand = {
  words: ['%help'],
  form: '[command]',
  summary: 'this help, or help on one command',
  anyone: true,
  async *run(args) {
    if (args.empty) {
      yield helpForAll();
      return;
    }
    const word = args.word('command');
    args.end();
    const command = findCommand(word.startsWith('%') ? word : `%${word}`);
    yield info(`${usage(command)}: ${command.summary}`);
  },
};

/** Every text command, in the order in which `%help` tells of them. */
export const textCommands: readonly TextCommand[] = [
  groups,
  groupJoin,
  groupPost,
  groupList,
  groupMessage,
  groupUsers,
  groupLeave,
  join,
  post,
  list,
  message,
  users,
  leave,
  unread,
  whoami,
  password,
  help,
  ping,
  connect,
  exit,
];

const byWord = new Map(
  textCommands.flatMap((command) => command.words.map((word) => [word, command])),
);

/**
 * Runs one line as a command and yields what it prints, errors included: a failure that is
 * expected is printed as `[ERROR]`, with the right form where the arguments were wrong. Anything
 * else is thrown on.
 */
export async function* runTextLine(
  line: string,
  context: TextContext,
): AsyncGenerator<string, boolean> {
  const [word = ''] = /^[^ \t]*/.exec(line) ?? [];
  let command: TextCommand | undefined;
  try {
    command = findCommand(word);
    if (!command.anyone && context.user === undefined) throw boardError('NOT_LOGGED_IN');
    yield* command.run(new Arguments(line.slice(word.length)), context);
    return true;
  } catch (error) {
    if (!(error instanceof BoardError)) throw error;
    yield renderError(error);
    if (command && error.code === 'INVALID_PARAMS') yield info(`Type: ${usage(command)}`);
    return false;
  }
}

function usage({ words, form }: TextCommand): string {
  return `${words.join(' or ')}${form ? ` ${form}` : ''}`;
}

/** @throws BoardError `METHOD_NOT_FOUND`, with the nearest word where a typo is likely */
function findCommand(word: string): TextCommand {
  const lower = word.toLowerCase();
  const command = byWord.get(lower);
  if (command) return command;
  if (!word.startsWith('%')) {
    throw new BoardError('METHOD_NOT_FOUND', `"${word}" is no command: commands start with %.`);
  }
  const error = boardError('METHOD_NOT_FOUND', word);
  const near = nearest(lower);
  throw near ? new BoardError(error.code, `${error.message} Did you mean ${near}?`) : error;
}

function nearest(word: string): string | undefined {
  const most = word.length > 4 ? 2 : 1;
  return [...byWord.keys()]
    .map((known) => ({ known, steps: distance(word.slice(0, 40), known) }))
    .filter(({ steps }) => steps <= most)
    .sort((a, b) => a.steps - b.steps)[0]?.known;
}

function helpForAll(): string {
  const uses = textCommands.map((command) => [usage(command), command.summary] as const);
  const lines = uses.map(([use, summary]) => `${use}\n    ${summary}`);
  return [...lines, ''].join('\n');
}
