import { setTimeout as delay } from 'node:timers/promises';
import type { Address } from '../protocol/address.ts';
import { BoardError } from '../protocol/errors.ts';
import type { Call, ClosingCode, Result } from '../protocol/schemas.ts';
import { attempt, isPassing, type Standing } from './attempt.ts';
import { Backoff } from './backoff.ts';
import type { Connection } from './connection.ts';
import type { Credentials } from './credentials.ts';
import { ConnectionError, ConnectionLost } from './failure.ts';
import { pauseAfter } from './put-off.ts';
import type { Timing } from './timing.ts';

// How long a request that was never answered may take to arrive after all, in milliseconds.
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

/** Why a session is over. */
export type EndingError = ConnectionError | BoardError;

export interface LifelineOptions {
  readonly address: Address;
  readonly credentials: Credentials;
  readonly timing: Timing;
  /** A session stands. Called before anything else that its connection brings is looked at. */
  readonly stands: (standing: Standing) => void;
  /** Its connection has gone; the next try is `pause` milliseconds away. */
  readonly lost: (reason: string, pause: number) => void;
  /** There will be no other. */
  readonly ended: (error: EndingError) => void;
}

/**
 * Keeps a session standing, on one connection after the other: by its token, and by name where the
 * token is not good any more.
 */
export class Lifeline {
  private readonly backoff: Backoff;
  private readonly closing = new AbortController();
  private token = '';
  /** Resumes that were sent and never answered may yet take the session over, once each. */
  private strays = 0;
  private lastStray = 0;

  constructor(private readonly options: LifelineOptions) {
    const { firstPause, longestPause } = options.timing;
    this.backoff = new Backoff({ first: firstPause, longest: longestPause });
  }

  /** Takes a session on. */
  hold(standing: Standing): void {
    const { connection, session } = standing;
    this.token = session.token;
    this.backoff.reset();
    connection.on('closed', () => this.lose(connection));
    this.options.stands(standing);
    // It may have gone before anyone listened.
    if (connection.lost) this.lose(connection);
  }

  /** Tries no more. The connection that stands is the caller's to close. */
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

  /** Whether it was a stray request from here that has taken the session over. */
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

  private async tryAfter(pause: number): Promise<Standing> {
    const { signal } = this.closing;
    await delay(pause, undefined, { signal });
    const { address, timing } = this.options;
    return attempt({ address, signal, patience: timing, refused: 0 }, (call) => this.reopen(call));
  }

  private async reopen(call: Call): Promise<Result<'session.login'>> {
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
