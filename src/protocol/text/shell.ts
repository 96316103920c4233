import { BoardError, boardError } from '../errors.ts';
import { Arguments } from './arguments.ts';
import { catchUp, undo } from './catch-up.ts';
import { GivenUp, type TextCommand, type TextContext } from './command.ts';
import { findCommand, rightForm } from './command-words.ts';
import { block, tell, unblock } from './direct-commands.ts';
import {
  deleteMain,
  edit,
  groupDelete,
  groupEdit,
  groupHistory,
  history,
} from './edit-commands.ts';
import { connect, exit, groups, password, ping, unread, whoami } from './general-commands.ts';
import { help } from './help.ts';
import { groupList, list } from './list-commands.ts';
import { groupJoin, groupLeave, groupUsers, join, leave, users } from './membership-commands.ts';
import { mentions } from './mention-command.ts';
import { groupMessage, message } from './message-command.ts';
import { next } from './next.ts';
import { groupPost, post } from './post-commands.ts';
import { info, renderError } from './render.ts';
import { groupQuote, groupReply, quote, reply } from './reply-commands.ts';
import { search } from './search-command.ts';
import { groupThread, groupThreads, thread, threads } from './thread-commands.ts';

/** Every command of the board, in the order in which `%help` lists them. */
export const textCommands: readonly TextCommand[] = [
  groups,
  groupJoin,
  next,
  groupPost,
  groupReply,
  groupQuote,
  groupThreads,
  groupThread,
  tell,
  groupList,
  groupMessage,
  groupEdit,
  groupHistory,
  groupDelete,
  search,
  mentions,
  groupUsers,
  groupLeave,
  join,
  post,
  reply,
  quote,
  threads,
  thread,
  list,
  message,
  edit,
  history,
  deleteMain,
  users,
  leave,
  unread,
  catchUp,
  undo,
  whoami,
  password,
  block,
  unblock,
  help,
  ping,
  connect,
  exit,
];

/**
 * Runs one line as a command and yields its output. A `BoardError` is printed as `[ERROR]`; if
 * the arguments were wrong, the right form is printed too.
 * @returns false if the command failed or was given up
 * @throws any other error
 */
export async function* runTextLine(
  line: string,
  context: TextContext,
): AsyncGenerator<string, boolean> {
  const { commands, style } = context;
  const [word = ''] = /^[^ \t]*/.exec(line) ?? [];
  let command: TextCommand | undefined;
  try {
    command = findCommand(word, commands);
    if (!command.anyone && context.user === undefined) throw boardError('NOT_LOGGED_IN');
    yield* command.run(new Arguments(line.slice(word.length)), context);
    return true;
  } catch (error) {
    if (error instanceof GivenUp) {
      yield info(error.message, style);
      return false;
    }
    if (!(error instanceof BoardError)) throw error;
    yield renderError(error, style);
    if (command && error.code === 'INVALID_PARAMS') yield info(rightForm(command, commands), style);
    return false;
  }
}
