import { BoardError, type ErrorCode } from '../../protocol/errors.ts';
import { UserError } from '../errors.ts';

/** What someone who runs `post` or `tail` can do about each error of the board. Null if nothing. */
const hints: Readonly<Record<ErrorCode, string | null>> = {
  PARSE_ERROR: null,
  NOT_UTF8: null,
  LINE_TOO_LONG: null,
  INVALID_REQUEST: null,
  METHOD_NOT_FOUND: null,
  INVALID_PARAMS: null,
  INTERNAL_ERROR: null,
  NOT_LOGGED_IN: null,
  ALREADY_LOGGED_IN: null,
  NAME_INVALID: null,
  NAME_IN_USE:
    'A name without a password has one connection at a time: give another --user, or protect the name.',
  PASSWORD_REQUIRED: null,
  PASSWORD_WRONG: null,
  PASSWORD_INVALID: null,
  REGISTRATION_REQUIRED: null,
  BANNED: null,
  TOKEN_INVALID: null,
  RATE_LIMITED: null,
  SESSION_ENDED: null,
  NAME_TOO_SIMILAR: null,
  USER_EXISTS: null,
  USER_NOT_FOUND: null,
  GROUP_NOT_FOUND: 'The operator of the board makes groups, with `corkboard group create`.',
  GROUP_EXISTS: null,
  GROUP_PROTECTED: null,
  ALREADY_MEMBER: null,
  NOT_MEMBER: 'Add --join to join it first.',
  MESSAGE_NOT_FOUND: null,
  SUBJECT_INVALID: null,
  TOO_LONG: null,
  KEY_REUSED: null,
  STORAGE_FAILED: null,
  SHUTTING_DOWN: null,
  CONNECTION_ENDED: null,
  TOO_SLOW: null,
  LOGIN_TIMEOUT: null,
  TOO_MANY_CONNECTIONS: null,
  TLS_REQUIRED: null,
  PROXY_REFUSED: null,
  NOT_A_WEB_SERVER: null,
};

/** Adds to an error of the board what the user of a command can do about it. */
export function withHint(error: unknown): unknown {
  const hint = error instanceof BoardError ? hints[error.code] : null;
  return hint ? new UserError(`${(error as BoardError).message} ${hint}`) : error;
}
