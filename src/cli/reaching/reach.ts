import { setTimeout as delay } from 'node:timers/promises';
import { isPassing } from '../../client/attempt.ts';
import { Backoff } from '../../client/backoff.ts';
import type { BoardClient } from '../../client/board-client.ts';
import { connect } from '../../client/connect.ts';
import { ConnectionError, errorCode } from '../../client/failure.ts';
import { pauseAfter } from '../../client/put-off.ts';
import { sshTargetOf } from '../../protocol/address.ts';
import { cleanLine } from '../../protocol/clean.ts';
import type { ClosingCode } from '../../protocol/schemas.ts';
import { askTwice } from '../../terminal/ask-twice.ts';
import { askUnseen, canAsk } from '../asking/ask.ts';
import { readPassword } from '../asking/password.ts';
import { UserError } from '../errors.ts';
import { type ConnectionSettings, encryption } from './connection-options.ts';

/** Where the board is, if nothing says it. */
export const defaultHost = '127.0.0.1';
const pauses = { first: 250, longest: 5000 };
// Failures of Node and the system that another attempt does not change, such as a host name that does
// not exist and a certificate that is not trusted.
const lastingFailure = /^(ENOTFOUND|CERT_|ERR_|DEPTH_|SELF_|UNABLE_|ABORT_)/;

/** Whether another attempt is useful after the board has closed the connection with this code. */
const closedForNow: Readonly<Record<ClosingCode, boolean>> = {
  TAKEN_OVER: true,
  EXPELLED: false,
  SHUTTING_DOWN: true,
  TOO_SLOW: true,
  TLS_REQUIRED: false,
  LOGIN_TIMEOUT: true,
  TOO_MANY_CONNECTIONS: true,
  PROXY_REFUSED: false,
  NOT_A_WEB_SERVER: true,
};

/** A board, and the user to log in as. */
export type Target = Omit<Parameters<typeof connect>[0], 'signal' | 'timing'>;

export interface Persistence {
  /** Gives up when aborted. */
  readonly signal: AbortSignal;
  /** How long to make further attempts, in milliseconds. */
  readonly retry: number;
  /** Called with a sentence about each failed attempt. */
  readonly tell: (text: string) => void;
}

/**
 * The board and the user of a command that connects. Over ssh the board knows the user.
 * @throws UserError if no user is given, or a file cannot be read
 */
export async function targetOf(settings: ConnectionSettings): Promise<Target> {
  const { user, host = defaultHost } = settings;
  if (sshTargetOf(host)) return { host };
  if (user === undefined) {
    throw new UserError('Say who you are: --user <name>, CORKBOARD_USER, or a profile.', 2);
  }
  return targetAs(user, settings);
}

/** The board, and a user. @throws UserError if a file cannot be read */
export async function targetAs(user: string, settings: ConnectionSettings): Promise<Target> {
  const { host = defaultHost, port, passwordFile } = settings;
  const tls = encryption(settings);
  const known = passwordFile === undefined ? undefined : await readPassword(passwordFile);
  return { host, port, tls, user, password: known === undefined ? askPassword : () => known };
}

async function askPassword(prompt: string, chosen?: boolean): Promise<string> {
  if (!canAsk()) {
    throw new UserError(
      'This name needs its password: give --password-file <file>, or - for standard input.',
    );
  }
  if (!chosen) return askOnce(prompt);
  return askTwice(prompt, askOnce, () => process.stderr.write('The two are not the same.\n'));
}

async function askOnce(prompt: string): Promise<string> {
  const answer = await askUnseen(prompt);
  if (answer === undefined) throw new UserError('No password was given.', 130);
  return answer;
}

/**
 * Runs `work`, and again while it fails with a temporary error and there is time left.
 * @throws the error of the last attempt
 */
export async function withRetries<T>(work: () => Promise<T>, { signal, retry, tell }: Persistence) {
  const backoff = new Backoff(pauses);
  const start = performance.now();
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const pause = Math.max(backoff.next(), pauseAfter(error) ?? 0);
      const isLate = performance.now() - start + pause > retry;
      if (signal.aborted || isLate || !isPassing(error, start, retry) || isHopeless(error))
        throw error;
      tell(`${(error as Error).message} Trying again.`);
      await delay(pause, undefined, { signal });
    }
  }
}

/** Connects to the board, with further attempts. @throws as `connect` does */
export function connectWithRetries(target: Target, persistence: Persistence): Promise<BoardClient> {
  const { signal, tell } = persistence;
  return withRetries(async () => {
    const client = await connect({ ...target, signal });
    client.on('putOff', ({ error }) => tell(`${error.message} Waiting.`));
    return client;
  }, persistence);
}

/** Whether another attempt would fail in the same way. */
function isHopeless(error: unknown): boolean {
  if (!(error instanceof ConnectionError)) return false;
  const code = causeCode(error);
  if (Object.hasOwn(closedForNow, code)) return !closedForNow[code as ClosingCode];
  return lastingFailure.test(code);
}

function causeCode(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return errorCode(error) ?? causeCode(error.cause);
}

/** Prints the state of the connection on standard error, if that is a terminal or `--verbose` is given. */
export function connectionReporter(verbose: boolean | undefined): (text: string) => void {
  if (!verbose && !process.stderr.isTTY) return () => {};
  return (text) => process.stderr.write(`corkboard: ${cleanLine(text)}\n`);
}
