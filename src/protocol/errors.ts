/**
 * Every failure that a user or a program can be told of: a stable word, the JSON-RPC code it
 * travels under, and its sentence. Codes below -32000 are JSON-RPC 2.0's own (section 5.1 of its
 * specification); the board's are positive, because the range around -32000 is reserved.
 *
 * A sentence says what was wrong in words that suit people and programs alike; what to type next
 * is for the text codec to add. `docs/protocol.md` holds the same table, and a test compares them.
 */
export const catalogue = {
  PARSE_ERROR: { rpc: -32700, text: (why: string) => `This line is not JSON: ${why}.` },
  NOT_UTF8: { rpc: -32700, text: () => 'This line is not valid UTF-8.' },
  LINE_TOO_LONG: {
    rpc: -32700,
    text: (limit: number) => `This line is longer than ${limit} bytes; it was skipped.`,
  },
  INVALID_REQUEST: { rpc: -32600, text: (why: string) => `This is not a request: ${why}.` },
  METHOD_NOT_FOUND: {
    rpc: -32601,
    text: (name: string) => `There is no command ${shortened(name)}.`,
  },
  INVALID_PARAMS: { rpc: -32602, text: (why: string) => `Wrong arguments: ${why}.` },
  INTERNAL_ERROR: {
    rpc: -32603,
    text: () => 'The server failed to do this. It has been logged; nothing was changed.',
  },

  NOT_LOGGED_IN: { rpc: 100, text: () => 'Say who you are first.' },
  ALREADY_LOGGED_IN: { rpc: 101, text: (name: string) => `You are logged in already, as ${name}.` },
  NAME_INVALID: {
    rpc: 102,
    text: (name: string, why: string) => `"${name}" cannot be a name: ${why}.`,
  },
  NAME_IN_USE: { rpc: 103, text: () => 'Username already in use.' },
  PASSWORD_REQUIRED: { rpc: 105, text: () => 'This name is protected: its password is needed.' },
  PASSWORD_WRONG: { rpc: 106, text: () => 'The name or the password is wrong.' },
  PASSWORD_INVALID: { rpc: 107, text: (why: string) => `This password cannot be used: ${why}.` },
  REGISTRATION_REQUIRED: { rpc: 108, text: () => 'A new name needs a password here: choose one.' },
  BANNED: {
    rpc: 109,
    text: (reason: string) => `You are banned from this board${reason ? `: ${reason}` : ''}.`,
  },
  TOKEN_INVALID: { rpc: 110, text: () => 'This token is not valid any more: log in again.' },
  RATE_LIMITED: {
    rpc: 111,
    text: (seconds: number) => `Too much at once; nothing was done. Try again in ${seconds} s.`,
  },
  SESSION_ENDED: { rpc: 113, text: () => 'This session has ended: log in again.' },
  NAME_TOO_SIMILAR: {
    rpc: 114,
    text: (name: string, other: string) => `"${name}" looks like ${other}, a name that is taken.`,
  },
  USER_EXISTS: { rpc: 112, text: (name: string) => `There is a user ${name} already.` },
  USER_NOT_FOUND: { rpc: 104, text: (name: string) => `There is no user ${name}.` },

  GROUP_NOT_FOUND: { rpc: 200, text: (group: string) => `There is no group ${group}.` },
  GROUP_EXISTS: { rpc: 201, text: (group: string) => `There is a group ${group} already.` },
  GROUP_PROTECTED: {
    rpc: 202,
    text: (group: string) => `${group} is the public group; it can be neither renamed nor deleted.`,
  },
  ALREADY_MEMBER: { rpc: 203, text: (group: string) => `You are a member of ${group} already.` },
  NOT_MEMBER: { rpc: 204, text: (group: string) => `You are not a member of ${group}.` },

  MESSAGE_NOT_FOUND: {
    rpc: 300,
    text: (group: string, number: number) => `There is no message ${number} for you in ${group}.`,
  },
  SUBJECT_INVALID: { rpc: 301, text: (why: string) => `This subject cannot be used: ${why}.` },
  TOO_LONG: {
    rpc: 302,
    text: (what: string, limit: number, unit: string) =>
      `The ${what} is too long: at most ${limit} ${unit}.`,
  },
  KEY_REUSED: {
    rpc: 303,
    text: (number: number, group: string) =>
      `This key was used before, for message ${number} in ${group}.`,
  },

  STORAGE_FAILED: {
    rpc: 400,
    text: () => 'The board cannot use its disk just now; nothing was changed. Try again later.',
  },
  SHUTTING_DOWN: { rpc: 401, text: () => 'The server is shutting down; nothing was changed.' },
  CONNECTION_ENDED: { rpc: 407, text: () => 'The connection ended before this was done.' },
  TOO_SLOW: {
    rpc: 402,
    text: () => 'You read too slowly, and too much was waiting. Nothing is lost: the board has it.',
  },
  LOGIN_TIMEOUT: {
    rpc: 405,
    text: (seconds: number) => `Nobody has logged in here within ${seconds} s.`,
  },
  TOO_MANY_CONNECTIONS: {
    rpc: 406,
    text: (where: string) => `There are too many connections ${where}. Try again later.`,
  },
  TLS_REQUIRED: {
    rpc: 404,
    text: () => 'This board speaks TLS. Connect with `corkboard chat --tls`.',
  },
  PROXY_REFUSED: {
    rpc: 408,
    text: (why: string) => `This connection has no PROXY header that can be accepted: ${why}.`,
  },
  NOT_A_WEB_SERVER: {
    rpc: 403,
    text: () => 'This is a corkboard, not a web server. Use `corkboard chat` or `nc`.',
  },
} as const satisfies Record<string, { rpc: number; text: (...args: never[]) => string }>;

export type ErrorCode = keyof typeof catalogue;

/** A failure that is expected: it becomes an error reply, and is no bug of the server's. */
export class BoardError extends Error {
  override readonly name = 'BoardError';

  /** How long to wait before trying again, in seconds, where the server says so. */
  readonly seconds: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    { seconds, ...options }: ErrorOptions & { readonly seconds?: number | undefined } = {},
  ) {
    super(message, options);
    this.seconds = seconds;
  }
}

/** Makes the error that the catalogue describes, its sentence filled in with `args`. */
export function boardError<C extends ErrorCode>(
  code: C,
  ...args: Parameters<(typeof catalogue)[C]['text']>
): BoardError {
  const text = catalogue[code].text as (...args: unknown[]) => string;
  const seconds = code === 'RATE_LIMITED' ? Number(args[0]) : undefined;
  return new BoardError(code, text(...args), { seconds });
}

/** Shortens a text that repeats what the peer sent, so that an error does not echo a whole line. */
export function shortened(text: string, most = 80): string {
  return text.length > most ? `${text.slice(0, most).toWellFormed()}…` : text;
}
