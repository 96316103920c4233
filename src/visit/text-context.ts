import { sessionCommands } from '../chat/commands/client-commands.ts';
import type { BoardClient } from '../client/board-client.ts';
import { boardError } from '../protocol/errors.ts';
import { limits } from '../protocol/limits.ts';
import type { TextContext } from '../protocol/text/command.ts';
import { Reading } from '../protocol/text/reading.ts';
import type { Style } from '../protocol/text/style.ts';

/** `%grouplist news all` as a remote command: `list news all`. */
function remoteForm(command: string): string {
  return command
    .replace(/^%list\b/, 'list main')
    .replace(/^%grouplist\b/, 'list')
    .replace(/^%/, '');
}

/** Where a text command of the board runs as a remote command: once, with nobody who is asked for a secret or a text. */
export function textContext(
  { call, user }: BoardClient,
  style: Style,
  confirm: TextContext['confirm'],
): TextContext {
  return {
    ...{ call, user, style, confirm },
    commands: sessionCommands,
    typed: remoteForm,
    ask: () => Promise.reject(boardError('PASSWORD_REQUIRED')),
    textLine: async () => undefined,
    givingUp: '',
    draftBytes: limits.content,
    place: undefined,
    reading: new Reading(),
    listPiece: limits.listMost,
    exit: async () => {},
    connect: async () => '',
  };
}
