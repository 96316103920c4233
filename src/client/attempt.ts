import { BoardError, type ErrorCode } from '../protocol/errors.ts';
import type { Call, Result } from '../protocol/schemas.ts';
import { Connection } from './connection.ts';
import type { Destination } from './dial.ts';
import { ConnectionError, errorCode } from './failure.ts';
import { patientCall } from './put-off.ts';
import type { Timeouts } from './silence.ts';
import { isSshRefusal } from './ssh-stream.ts';

/** A connection with its session. */
export interface OpenSession {
  readonly connection: Connection;
  readonly session: Result<'session.login'>;
}

export interface AttemptOptions {
  readonly address: Destination;
  readonly signal?: AbortSignal | undefined;
  readonly timeouts: Timeouts;
  /** How long to wait if the board refuses the session for the moment, in milliseconds. */
  readonly refused: number;
}

/**
 * Connects and opens a session. If the session is refused, the connection is closed.
 * @throws ConnectionError, BoardError
 */
export async function attempt(
  { address, signal, timeouts, refused }: AttemptOptions,
  open: (call: Call) => Promise<Result<'session.login'>>,
): Promise<OpenSession> {
  const connection = await Connection.open(address, signal, timeouts);
  const abort = () => connection.close();
  signal?.addEventListener('abort', abort);
  try {
    return { connection, session: await open(patientCall(connection.call, refused, signal)) };
  } catch (error) {
    connection.close();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

/** Whether the board may accept a session a moment after it has refused one with this error. */
const isTemporary: Readonly<Record<ErrorCode, boolean>> = {
  PARSE_ERROR: false,
  NOT_UTF8: false,
  LINE_TOO_LONG: false,
  INVALID_REQUEST: false,
  METHOD_NOT_FOUND: false,
  INVALID_PARAMS: false,
  INTERNAL_ERROR: true,
  NOT_LOGGED_IN: false,
  ALREADY_LOGGED_IN: false,
  NAME_INVALID: false,
  NAME_IN_USE: false,
  PASSWORD_REQUIRED: false,
  PASSWORD_WRONG: false,
  PASSWORD_INVALID: false,
  REGISTRATION_REQUIRED: false,
  BANNED: false,
  TOKEN_INVALID: false,
  RATE_LIMITED: true,
  SESSION_ENDED: false,
  NAME_TOO_SIMILAR: false,
  USER_EXISTS: false,
  USER_NOT_FOUND: false,
  SSH_KEY_INVALID: false,
  SSH_KEY_TAKEN: false,
  SSH_KEY_LIMIT: false,
  SSH_KEY_NOT_FOUND: false,
  SSH_KEY_LAST: false,
  GROUP_NOT_FOUND: false,
  GROUP_EXISTS: false,
  GROUP_PROTECTED: false,
  ALREADY_MEMBER: false,
  NOT_MEMBER: false,
  FORBIDDEN: false,
  INVITATION_NEEDED: false,
  INVITATION_INVALID: false,
  INVITATION_LIMIT: false,
  BARRED: false,
  SILENCED: false,
  THREAD_CLOSED: false,
  GROUP_LIMIT: false,
  PINS_FULL: false,
  REPORT_LIMIT: false,
  NAME_UNPROTECTED: false,
  DIRECT_TO_SELF: false,
  DIRECT_LIMIT: false,
  DIRECT_FIXED: false,
  BLOCKED: false,
  TOO_MANY_BLOCKS: false,
  TOO_MANY_MUTES: false,
  MESSAGE_NOT_FOUND: false,
  NOT_AUTHOR: false,
  EDIT_TOO_LATE: false,
  EDIT_CONFLICT: false,
  TOO_MANY_EDITS: false,
  SUBJECT_INVALID: false,
  TOO_LONG: false,
  KEY_REUSED: false,
  STORAGE_FAILED: true,
  SHUTTING_DOWN: true,
  CONNECTION_ENDED: false,
  TOO_SLOW: false,
  LOGIN_TIMEOUT: false,
  TOO_MANY_CONNECTIONS: false,
  TLS_REQUIRED: false,
  PROXY_REFUSED: false,
  NOT_A_WEB_SERVER: false,
  NOT_AN_SSH_SERVER: false,
};

/**
 * Whether to make another attempt after one that failed with `error`.
 * @param since when the session was lost, by `performance.now()`
 * @param nameInUse how long the client's own last connection may still hold the name, in milliseconds
 */
export function isPassing(error: unknown, since: number, nameInUse: number): boolean {
  if (error instanceof ConnectionError) return !isSshRefusal(errorCode(error.cause));
  if (!(error instanceof BoardError)) return false;
  if (error.code === 'NAME_IN_USE') return performance.now() - since < nameInUse;
  return isTemporary[error.code];
}
