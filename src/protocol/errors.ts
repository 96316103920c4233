import { Expected } from './expected.ts';
import { inWords } from './time.ts';

/**
 * Every failure that the board reports to users and programs: a word that never changes, and its
 * sentence. The sentence says what was wrong. The text encoding adds what to type next
 * (`hints.ts`), and JSON-RPC adds a number (`jsonrpc/codes.ts`). `docs/protocol.md` has the same
 * table, and a test compares them.
 */
export const catalogue = {
  PARSE_ERROR: (why: string) => `This line is not JSON: ${why}.`,
  NOT_UTF8: () => 'This line is not valid UTF-8.',
  LINE_TOO_LONG: (limit: number) => `This line is longer than ${limit} bytes; it was skipped.`,
  INVALID_REQUEST: (why: string) => `This is not a request: ${why}.`,
  METHOD_NOT_FOUND: (name: string) => `There is no command ${shortened(name)}.`,
  INVALID_PARAMS: (why: string) => `Wrong arguments: ${why}.`,
  INTERNAL_ERROR: () => 'The server failed to do this. It has been logged; nothing was changed.',

  NOT_LOGGED_IN: () => 'Say who you are first.',
  ALREADY_LOGGED_IN: (name: string) => `You are logged in already, as ${name}.`,
  NAME_INVALID: (name: string, why: string) => `"${name}" cannot be a name: ${why}.`,
  NAME_IN_USE: () => 'Username already in use.',
  PASSWORD_REQUIRED: () =>
    'This name is protected: give its password, or come by ssh with a key of it.',
  PASSWORD_WRONG: () => 'The name or the password is wrong.',
  PASSWORD_INVALID: (why: string) => `This password cannot be used: ${why}.`,
  REGISTRATION_REQUIRED: () => 'A new name needs a password here: choose one.',
  BANNED: (reason: string) => `You are banned from this board${reason ? `: ${reason}` : ''}.`,
  TOKEN_INVALID: () => 'This token is not valid any more: log in again.',
  RATE_LIMITED: (seconds: number) =>
    `Too much at once; nothing was done. Try again in ${seconds} s.`,
  SESSION_ENDED: () => 'This session has ended: log in again.',
  NAME_TOO_SIMILAR: (name: string, other: string) =>
    `"${name}" looks like ${other}, a name that is taken.`,
  USER_EXISTS: (name: string) => `There is a user ${name} already.`,
  USER_NOT_FOUND: (name: string) => `There is no user ${name}.`,

  SSH_KEY_INVALID: (why: string) => `This SSH key cannot be used: ${why}.`,
  /** It does not say whose it is. */
  SSH_KEY_TAKEN: () => 'This SSH key belongs to a user already.',
  SSH_KEY_LIMIT: (whose: string, limit: number) =>
    `${whose} ${limit} SSH keys, which is the limit.`,
  SSH_KEY_NOT_FOUND: (whose: string, fingerprint: string) =>
    `${whose} no SSH key ${shortened(fingerprint)}.`,
  SSH_KEY_LAST: () =>
    'Nothing else protects your name: set a password before you remove this SSH key.',

  GROUP_NOT_FOUND: (group: string) => `There is no group ${group}.`,
  GROUP_EXISTS: (group: string) => `There is a group ${group} already.`,
  GROUP_PROTECTED: (group: string) =>
    `${group} is the public group; it can be neither renamed nor deleted.`,
  ALREADY_MEMBER: (group: string) => `You are a member of ${group} already.`,
  NOT_MEMBER: (group: string) => `You are not a member of ${group}.`,

  FORBIDDEN: (why: string) => `${why}.`,
  INVITATION_NEEDED: (group: string) => `Only those who are invited can join ${group}.`,
  INVITATION_INVALID: (group: string) =>
    `This code is no invitation to ${group}: it is wrong, used up or too old.`,
  INVITATION_LIMIT: (whose: string, limit: number) =>
    `${whose} has ${limit} open invitations, which is the limit.`,
  BARRED: (who: string, group: string, reason: string) =>
    `${who} barred from ${group}${reason ? `: ${reason}` : ''}.`,
  SILENCED: (group: string, until: string) => `You are silenced in ${group} until ${until}.`,
  THREAD_CLOSED: (thread: number, group: string) =>
    `Thread ${thread} of ${group} is closed: only its moderators can reply.`,
  GROUP_LIMIT: (who: string, limit: number) => `${who} ${limit} groups, which is the limit.`,
  PINS_FULL: (limit: number, group: string) =>
    `${limit} messages of ${group} are pinned, which is the limit.`,
  REPORT_LIMIT: (limit: number) =>
    `You have reported ${limit} messages within a day, which is the limit.`,

  /** What to do depends on whose name it is, so the sentence says it. `other` is null for one's own name. */
  NAME_UNPROTECTED: (other: string | null, why: string) =>
    other === null
      ? `Your name is not protected. ${why}. Protect yours with %password or %key, here or in \`corkboard chat\`.`
      : `The name ${other} is not protected. ${why}: ${other} has to protect it first.`,
  DIRECT_TO_SELF: () => 'This is your own name: direct messages and blocks are for others.',
  DIRECT_LIMIT: (what: string) => `${what}, which is the limit.`,
  DIRECT_FIXED: (why: string) => `This is a direct conversation: ${why}.`,
  BLOCKED: (why: string) => `${why}.`,
  TOO_MANY_MUTES: (limit: number, what: string) =>
    `You have muted ${limit} ${what}, which is the limit.`,
  TOO_MANY_BLOCKS: (limit: number) => `You block ${limit} users, which is the limit.`,

  MESSAGE_NOT_FOUND: (group: string, number: number) =>
    `There is no message ${number} for you in ${group}.`,
  NOT_AUTHOR: (number: number, group: string) => `Message ${number} of ${group} is not yours.`,
  EDIT_TOO_LATE: (editTime: number) =>
    editTime === 0
      ? 'Messages cannot be edited on this board.'
      : `It is too late: a message can be edited for ${inWords(editTime)} after its posting.`,
  EDIT_CONFLICT: (revision: number) =>
    `The message was edited meanwhile: it is at revision ${revision} now.`,
  TOO_MANY_EDITS: (most: number) => `A message can be edited at most ${most} times.`,
  SUBJECT_INVALID: (why: string) => `This subject cannot be used: ${why}.`,
  TOO_LONG: (what: string, limit: number, unit: string) =>
    `The ${what} is too long: at most ${limit} ${unit}.`,
  KEY_REUSED: (number: number, group: string) =>
    `This key was used before, for message ${number} in ${group}.`,

  STORAGE_FAILED: () =>
    'The board cannot use its disk just now; nothing was changed. Try again later.',
  SHUTTING_DOWN: () => 'The server is shutting down; nothing was changed.',
  CONNECTION_ENDED: () => 'The connection ended before this was done.',
  TOO_SLOW: () =>
    'You read too slowly, and too much was waiting. Nothing is lost: the board has it.',
  LOGIN_TIMEOUT: (seconds: number) => `Nobody has logged in here within ${seconds} s.`,
  TOO_MANY_CONNECTIONS: (where: string) =>
    `There are too many connections ${where}. Try again later.`,
  TLS_REQUIRED: () => 'This board speaks TLS. Connect with `corkboard chat --tls`.',
  PROXY_REFUSED: (why: string) =>
    `This connection has no PROXY header that can be accepted: ${why}.`,
  NOT_A_WEB_SERVER: () => 'This is a corkboard, not a web server. Use `corkboard chat` or `nc`.',
  NOT_AN_SSH_SERVER: () =>
    'This port of the board is not for ssh. Use `corkboard chat` or `nc`, or ask the operator for the port of ssh.',
} as const satisfies Record<string, (...args: never[]) => string>;

export type ErrorCode = keyof typeof catalogue;

// UTF-16 code units: longer than any sentence with the longest names and reasons. A sentence that has a word of the peer's is
// cut there.
const longestSentence = 1000;

/** An expected failure, which the user or the program sees. It is not a bug. */
export class BoardError extends Expected {
  override readonly name = 'BoardError';

  /** How long to wait before the next attempt, in seconds, if the server says so. */
  readonly seconds: number | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    { seconds, ...options }: ErrorOptions & { readonly seconds?: number | undefined } = {},
  ) {
    super(shortened(message, longestSentence), options);
    this.seconds = seconds;
  }
}

/**
 * Makes the error that the catalogue describes.
 * @param args the values for the sentence, and then perhaps the cause of the error
 */
export function boardError<C extends ErrorCode>(
  code: C,
  ...args: [...Parameters<(typeof catalogue)[C]>, options?: ErrorOptions]
): BoardError {
  const sentence = catalogue[code] as (...args: unknown[]) => string;
  // No sentence has parameters with defaults, so `length` counts all of them.
  const options = args[sentence.length] as ErrorOptions | undefined;
  const seconds = code === 'RATE_LIMITED' ? Number(args[0]) : undefined;
  return new BoardError(code, sentence(...args), { ...options, seconds });
}

/** Shortens a text that the peer sent, so that an error does not echo a whole line. */
export function shortened(text: string, most = 80): string {
  return text.length > most ? `${text.slice(0, most).toWellFormed()}…` : text;
}
