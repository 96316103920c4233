import { setTimeout as delay } from 'node:timers/promises';
import { BoardError } from '../protocol/errors.ts';
import type { Call, ClosingCode, Result } from '../protocol/schemas.ts';
import { attempt, isPassing, type OpenSession } from './attempt.ts';
import { Backoff } from './backoff.ts';
import type { Connection } from './connection.ts';
import type { Credentials } from './credentials.ts';
import type { Destination } from './dial.ts';
import { ConnectionError, ConnectionLost } from './failure.ts';
import { pauseAfter } from './put-off.ts';
import type { Timing } from './timing.ts';

// How long a request that was never answered may still arrive at the server, in milliseconds.
const strayTime = 60_000;

/** Whether the client connects again after the server has closed the connection with this code. */
const comesBack: Readonly<Record<ClosingCode, boolean>> = {
  TAKEN_OVER: false,
  EXPELLED: false,
  SHUTTING_DOWN: true,
  TOO_SLOW: true,
  TLS_REQUIRED: true,
  LOGIN_TIMEOUT: true,
  TOO_MANY_CONNECTIONS: true,
  PROXY_REFUSED: true,
  NOT_A_WEB_SERVER: true,
};

/** Why a session has ended. */
export type EndingError = ConnectionError | BoardError;

export interface LifelineOptions {
  readonly address: Destination;
  readonly credentials: Credentials;
  readonly timing: Timing;
  /** Called for each opened session, before anything else from its connection is handled. */
  readonly opened: (opened: OpenSession) => void;
  /** The connection was lost. The next attempt is in `pause` milliseconds. */
  readonly lost: (reason: string, pause: number) => void;
  /** The session has ended, and no further attempt is made. */
  readonly ended: (error: EndingError) => void;
}

/**
 * Keeps a session open, on one connection after the other. It resumes with the token, and logs in
 * again if the token is not valid any more.
 */
export class Lifeline {
  private readonly backoff: Backoff;
  private readonly closing = new AbortController();
  private token = '';
  /** Resumes that were sent and never answered. Each may still take the session over, once. */
  private strays = 0;
  private lastStray = 0;

  constructor(private readonly options: LifelineOptions) {
    const { firstPause, longestPause } = options.timing;
    this.backoff = new Backoff({ first: firstPause, longest: longestPause });
  }

  /** Uses this session from now on. */
  hold(opened: OpenSession): void {
    const { connection, session } = opened;
    this.token = session.token;
    this.backoff.reset();
    connection.on('closed', () => this.lose(connection));
    this.options.opened(opened);
    // The connection may have been lost before there was a listener.
    if (connection.lost) this.lose(connection);
  }

  /** Stops all attempts. The caller closes the open connection. */
  close(): void {
    this.closing.abort();
  }

  private lose(connection: Connection): void {
    connection.removeAllListeners();
    if (this.closing.signal.aborted || !connection.lost) return;
    const { reason, code } = connection.lost;
    if (isFinal(code) && !this.wasOurs(code)) {
      this.end(new ConnectionError(reason));
    } else {
      const pause = this.backoff.next();
      this.options.lost(reason, pause);
      void this.comeBack(pause);
    }
  }

  /** Whether a late resume of this client has taken the session over. */
  private wasOurs(code: string | undefined): boolean {
    if (performance.now() - this.lastStray > strayTime) this.strays = 0;
    return code === 'TAKEN_OVER' && this.strays-- > 0;
  }

  private async comeBack(firstPause: number): Promise<void> {
    const since = performance.now();
    const { nameInUse } = this.options.timing;
    let told = 0;
    for (let pause = firstPause; ; pause = Math.max(told, this.backoff.next())) {
      const tried = await this.tryAfter(pause).catch((error: unknown) => ({ error }));
      if ('session' in tried) return this.hold(tried);
      if (this.closing.signal.aborted) return;
      if (!isPassing(tried.error, since, nameInUse)) return this.end(tried.error);
      told = pauseAfter(tried.error) ?? 0;
    }
  }

  private async tryAfter(pause: number): Promise<OpenSession> {
    const { signal } = this.closing;
    await delay(pause, undefined, { signal });
    const { timing } = this.options;
    const address = { ...this.options.address, unattended: true };
    return attempt({ address, signal, timeouts: timing, refused: 0 }, (call) => this.reopen(call));
  }

  private async reopen(call: Call): Promise<Result<'session.login'>> {
    if (this.token === '') return this.options.credentials.loginAgain(call);
    try {
      return await call('session.resume', { token: this.token });
    } catch (error) {
      if (error instanceof ConnectionLost) {
        this.strays++;
        this.lastStray = performance.now();
      }
      if (!(error instanceof BoardError) || error.code !== 'TOKEN_INVALID') throw error;
      return this.options.credentials.loginAgain(call);
    }
  }

  private end(error: unknown): void {
    this.closing.abort();
    const isExpected = error instanceof BoardError || error instanceof ConnectionError;
    this.options.ended(isExpected ? error : new ConnectionError(String(error), { cause: error }));
  }
}

/** A code of a newer server that this client does not know is not final. */
function isFinal(code: string | undefined): boolean {
  return code !== undefined && Object.hasOwn(comesBack, code) && !comesBack[code as ClosingCode];
}
