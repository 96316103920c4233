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
import { go } from './go.ts';
import { help } from './help.ts';
import { key } from './key-command.ts';
import { groupList, list } from './list-commands.ts';
import { groupJoin, groupLeave, groupUsers, join, leave, users } from './membership-commands.ts';
import { mentions } from './mention-command.ts';
import { groupMessage, message } from './message-command.ts';
import {
  close,
  groupClose,
  groupPin,
  groupReopen,
  groupUnpin,
  pin,
  pins,
  reopen,
  unpin,
} from './moderation/curation.ts';
import { about, create, deleteGroup, set } from './moderation/group-acts.ts';
import { invitations, invite, revoke } from './moderation/invitations.ts';
import { log } from './moderation/log.ts';
import {
  closeReport,
  groupCloseReport,
  groupReport,
  report,
  reports,
} from './moderation/reports.ts';
import {
  bar,
  mod,
  owner,
  remove,
  silence,
  unbar,
  unmod,
  unsilence,
} from './moderation/user-acts.ts';
import { mute, unmute } from './mute-commands.ts';
import { next } from './next.ts';
import { type Place, spokenIn } from './place.ts';
import { leaveIfGone, postLine } from './place-line.ts';
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
  key,
  mute,
  unmute,
  block,
  unblock,
  create,
  about,
  set,
  deleteGroup,
  invite,
  invitations,
  revoke,
  mod,
  unmod,
  owner,
  remove,
  bar,
  unbar,
  silence,
  unsilence,
  groupClose,
  close,
  groupReopen,
  reopen,
  groupPin,
  pin,
  groupUnpin,
  unpin,
  pins,
  log,
  groupReport,
  report,
  reports,
  groupCloseReport,
  closeReport,
  help,
  go,
  ping,
  connect,
  exit,
];

/**
 * Runs one line: a command, or in a place what is to be posted there. A `BoardError` is printed as `[ERROR]`; if
 * the arguments were wrong, the right form is printed too.
 * @returns false if the command failed or was given up
 * @throws any other error
 */
export async function* runTextLine(
  line: string,
  context: TextContext,
): AsyncGenerator<string, boolean> {
  const { style, place } = context;
  let command: TextCommand | undefined;
  try {
    const text = context.user === undefined ? undefined : spokenIn(place, line);
    if (place && text !== undefined) {
      yield* postLine(text, place, context);
      return true;
    }
    const [word = ''] = /^[^ \t]*/.exec(line) ?? [];
    command = findCommand(word, context);
    if (!command.anyone && context.user === undefined) throw boardError('NOT_LOGGED_IN');
    yield* command.run(new Arguments(line.slice(word.length)), context);
    return true;
  } catch (error) {
    if (error instanceof GivenUp) {
      yield info(error.message, style);
      return false;
    }
    if (!(error instanceof BoardError)) throw error;
    const gone = await leaveIfGone(error, context);
    yield renderError(place ? named(error, place) : error, style);
    if (command && error.code === 'INVALID_PARAMS') yield info(rightForm(command, context), style);
    if (gone !== '') yield gone;
    return false;
  }
}

/** An error about the group of a place, which the user knows by its name and not by its number. */
function named(error: BoardError, { group, name }: Place): BoardError {
  const { message } = boardError('GROUP_NOT_FOUND', String(group));
  return error.message === message ? boardError('GROUP_NOT_FOUND', name) : error;
}
