import type { SshLimits } from './limits.ts';

/** Why the server ends a connection. */
export interface Ending {
  /** A clause for the log. */
  readonly log: string;
  /** The reason code of SSH_MSG_DISCONNECT (RFC 4253, section 11.1). */
  readonly code: number;
  /** What happened and what to do now, for the user of the client. `ssh` prints it. */
  readonly sentence: string;
}

const protocolError = 2;
const byApplication = 11;
const tooManyConnections = 12;
const noMoreAuthMethods = 14;

/** All endings, with the figures of the limits. */
export function endingsOf(limits: SshLimits) {
  const { sessionsPerNetwork, strangerBytes } = limits;
  return {
    strangers: {
      log: 'too many have not logged in',
      code: tooManyConnections,
      sentence: 'Too many connections are logging in. Try again in a moment.',
    },
    identification: {
      log: 'the identification string is not that of an SSH client',
      code: protocolError,
      sentence: 'This is an SSH server. Connect with ssh.',
    },
    loginTime: {
      log: 'did not log in in time',
      code: byApplication,
      sentence: `The login took longer than ${time(limits.loginTime)}. Connect again.`,
    },
    userName: {
      log: 'the user name is too long',
      code: byApplication,
      sentence: 'The user name is too long. Connect again with a shorter one.',
    },
    requests: {
      log: 'too many requests to authenticate',
      code: noMoreAuthMethods,
      sentence:
        'Too many attempts to log in. Connect again. If your agent has many keys, choose one with IdentitiesOnly and IdentityFile.',
    },
    strangerBytes: {
      log: 'sent too much before the login',
      code: protocolError,
      sentence: `More than ${strangerBytes / 1024} KiB came before the login. Use fewer keys.`,
    },
    refused: {
      log: 'the board has refused the login',
      code: byApplication,
      sentence: 'The board has refused the login.',
    },
    failed: {
      log: 'the login failed',
      code: byApplication,
      sentence: 'The server failed to log you in. It has been logged. Try again later.',
    },
    full: {
      log: 'too many connections',
      code: tooManyConnections,
      sentence: 'All places of this board for SSH are taken. Try again later.',
    },
    fullNetwork: {
      log: 'too many connections from its network',
      code: tooManyConnections,
      sentence: `Your address has ${sessionsPerNetwork} connections or sessions already. End one, or try again later.`,
    },
    idle: {
      log: 'had no session',
      code: byApplication,
      sentence: `Nothing was started for ${time(limits.idleTime)}. Connect again.`,
    },
    sessions: {
      log: 'has opened too many sessions',
      code: byApplication,
      sentence: `A connection can open ${limits.sessionsInAll} sessions, one after the other. Connect again.`,
    },
    exchange: {
      log: 'did not finish the exchange of keys',
      code: protocolError,
      sentence: `The exchange of keys took longer than ${time(limits.exchangeTime)}. Connect again.`,
    },
    unread: {
      log: 'does not read what it is sent',
      code: byApplication,
      sentence: 'Your program has not read what it was sent. Connect again.',
    },
    window: {
      log: 'sent more than the window allows',
      code: protocolError,
      sentence: 'Your program has sent more than the window of its session allows.',
    },
    silence: {
      log: 'did not answer',
      code: byApplication,
      sentence: 'Your program has not answered for too long. Connect again.',
    },
    protocol: {
      log: 'the client has ended it, or broke the protocol',
      code: protocolError,
      sentence: 'Your program broke the SSH protocol.',
    },
    closing: {
      log: 'the server ends',
      code: byApplication,
      sentence: 'The server is shutting down. Come again in a moment.',
    },
  } satisfies Record<string, Ending>;
}

/** Why the server ends a session before its program has, for its standard error. */
export function sessionEndingsOf({ startTime }: SshLimits) {
  return {
    unstarted: `Nothing was started for ${time(startTime)}.`,
    failed: 'The server failed to do this. It has been logged.',
    closing:
      'The server is shutting down. What you posted and read is kept; come again in a moment.',
  };
}

/** A sentence as a line on the standard error of a session. @param terminal its terminal, which is in raw mode */
export function errorLine(sentence: string, terminal: object | undefined): string {
  return `corkboard: ${sentence}${terminal ? '\r' : ''}\n`;
}

/** Why a connection ends. */
export type EndReason = keyof ReturnType<typeof endingsOf>;

function time(milliseconds: number): string {
  return `${milliseconds / 1000} s`;
}
