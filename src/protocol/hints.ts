import type { BoardError, ErrorCode } from './errors.ts';

/** Advice about an error. A member is left out if there is nothing to add to the sentence. */
export interface Hint {
  /** For a person who types text commands. */
  readonly typing?: string;
  /** For a person or a script that runs `corkboard post` or `tail`. */
  readonly running?: string;
  /** The sentence can be about another user as well. The advice is for one's own case, whose sentence begins with "You". */
  readonly own?: true;
}

/** A new error needs an entry here, if only `{}`. */
export const hints: Readonly<Record<ErrorCode, Hint>> = {
  PARSE_ERROR: {},
  NOT_UTF8: {},
  LINE_TOO_LONG: {},
  INVALID_REQUEST: {},
  METHOD_NOT_FOUND: { typing: 'Type %help for the commands.' },
  INVALID_PARAMS: {},
  INTERNAL_ERROR: {},
  NOT_LOGGED_IN: { typing: 'Type your name.' },
  ALREADY_LOGGED_IN: {},
  NAME_INVALID: { typing: 'Please choose another.' },
  NAME_IN_USE: {
    typing: 'Please choose another.',
    running:
      'A name that is not protected has one connection at a time: give another --user, or protect the name.',
  },
  PASSWORD_REQUIRED: {},
  PASSWORD_WRONG: {},
  PASSWORD_INVALID: {},
  REGISTRATION_REQUIRED: {},
  BANNED: {},
  TOKEN_INVALID: {},
  RATE_LIMITED: {},
  SESSION_ENDED: {},
  NAME_TOO_SIMILAR: { typing: 'Please choose another.' },
  USER_EXISTS: {},
  USER_NOT_FOUND: {},
  SSH_KEY_INVALID: {},
  SSH_KEY_TAKEN: {},
  SSH_KEY_LIMIT: { typing: 'Remove one first: %key remove <fingerprint>.' },
  SSH_KEY_NOT_FOUND: { typing: 'Type %key to see them.' },
  SSH_KEY_LAST: { typing: 'Type %password <password>.' },
  GROUP_NOT_FOUND: {
    typing: 'Type %groups to see the groups.',
    running: 'The operator of the board makes groups, with `corkboard group create`.',
  },
  GROUP_EXISTS: {},
  GROUP_PROTECTED: {},
  ALREADY_MEMBER: {
    own: true,
    typing: 'Type %grouplist <group> to see its messages, or %list for main.',
  },
  NOT_MEMBER: {
    own: true,
    typing: 'Join it first: %groupjoin <group>, or %join for main.',
    running: 'Add --join to join it first.',
  },
  FORBIDDEN: {},
  INVITATION_NEEDED: {
    typing: 'With a code: %join <group> <code>.',
    running: 'Join it in `corkboard chat`, with the code that you were given.',
  },
  INVITATION_INVALID: { typing: 'Ask for another one.' },
  INVITATION_LIMIT: { typing: 'Some have to be used or revoked first.' },
  BARRED: {},
  SILENCED: { typing: 'You can read meanwhile.' },
  THREAD_CLOSED: { typing: 'Begin a new thread with %post.' },
  GROUP_LIMIT: { own: true, typing: 'Leave, hand over or delete one first.' },
  PINS_FULL: { typing: 'Unpin one first: %unpin <number>.' },
  REPORT_LIMIT: {},
  NAME_UNPROTECTED: {},
  DIRECT_TO_SELF: {},
  DIRECT_LIMIT: { typing: 'Those that you have begun go on.' },
  DIRECT_FIXED: {},
  BLOCKED: {},
  TOO_MANY_MUTES: { typing: 'Type %mute to see them, and %unmute.' },
  TOO_MANY_BLOCKS: { typing: 'Type %block to see them, and %unblock <user>.' },
  MESSAGE_NOT_FOUND: { typing: 'Type %list or %grouplist to see which there are.' },
  NOT_AUTHOR: {},
  EDIT_TOO_LATE: {},
  EDIT_CONFLICT: { typing: 'Read it again, and edit that.' },
  TOO_MANY_EDITS: { typing: 'Post a new message.' },
  SUBJECT_INVALID: {},
  TOO_LONG: {},
  KEY_REUSED: {},
  STORAGE_FAILED: {},
  SHUTTING_DOWN: {},
  CONNECTION_ENDED: {},
  TOO_SLOW: {},
  LOGIN_TIMEOUT: {},
  TOO_MANY_CONNECTIONS: {},
  TLS_REQUIRED: {},
  PROXY_REFUSED: {},
  NOT_A_WEB_SERVER: {},
  NOT_AN_SSH_SERVER: {},
};

/** The advice for an error, or undefined if there is none for the user who reads it. */
export function hintFor(
  { code, message }: Pick<BoardError, 'code' | 'message'>,
  reader: 'typing' | 'running',
): string | undefined {
  const hint = hints[code];
  return hint.own && !message.startsWith('You ') ? undefined : hint[reader];
}
