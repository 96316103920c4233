import type { Caller } from '../board/accounts.ts';
import type { EndingToken } from '../board/ports/accounts.ts';
import type { Actor, Payer } from '../board/ports/actor.ts';
import type { Login, NewKey, User } from '../board/types.ts';
import { boardError } from '../protocol/errors.ts';
import type { MutedNotices } from '../protocol/muted.ts';
import type { ClosingCode } from '../protocol/schemas.ts';
import type { Announcement } from './announcement.ts';
import type { Encoding } from './encoding.ts';
import type { Level, SessionLog } from './session-log.ts';
import type { Wire } from './wire.ts';

/** The last notice of a session. */
export interface ClosingNotice {
  readonly method: 'session.closing';
  readonly params: { reason: string; code: ClosingCode };
}

export function closingNotice(code: ClosingCode, reason: string): ClosingNotice {
  return { method: 'session.closing', params: { reason, code } };
}

/** The bytes and requests that wait for a session. */
export interface Load {
  /** Bytes that the operating system has not accepted yet. */
  readonly unsentBytes: number;
  /** Requests that have not begun. */
  readonly requestsWaiting: number;
}

/** The way to the peer of a session: what core asks of the connection that a door holds. */
export interface Outlet extends Payer {
  /** The encoding of notices to the peer. It may be chosen after the session began. */
  readonly encoding: Encoding;
  readonly load: Load;
  /** Called when the session has been logged in. */
  entered(user: User): void;
  notify(announcement: Announcement): void;
  /** Accepts no more requests, and forgets those that have not begun. */
  stop(): void;
  /** Accepts no more requests, answers those that it has accepted, then sends `notice` and closes the connection. */
  retire(notice: ClosingNotice): void;
  /** Sends `notice` after all that is waiting, and closes the connection. */
  close(notice: ClosingNotice): void;
}

/** A peer of the board, however it came in: its connection and, once logged in, its user. */
export class Session implements Caller {
  login: Login | undefined;
  /** The ids of the groups that it gets notices of; kept by the hub. */
  groups: number[] = [];
  /** Finds the notices that it is not sent, because its user has muted them; undefined if it is sent all. */
  muted: MutedNotices | undefined;
  /** Whether its connection is closed after the reply that is being made. */
  leaving = false;
  /** Whether its end is committed already. */
  loggedOut = false;
  wrongPasswords = 0;
  /** Whether a login is under way. */
  loggingIn = false;
  private isOver = false;
  private ending: AbortController | undefined;
  /** When the session began, by `performance.now()`. */
  readonly began = performance.now();
  /** The address of the peer. */
  readonly address: string;
  /** Whether its connection is encrypted. */
  readonly secure: boolean;
  /** Whether its peer is trusted to say who somebody is. */
  readonly isVouched: boolean;
  /** Whether it was resumed by a token. */
  isResumed = false;
  /** The SSH key that its user has proven to hold and that belongs to nobody. */
  offeredKey: NewKey | undefined;

  constructor(
    readonly id: number,
    { address, secure, vouched }: Pick<Wire, 'address' | 'secure' | 'vouched'>,
    private readonly journal: SessionLog,
    private readonly outlet: Outlet,
  ) {
    this.address = address;
    this.secure = secure;
    this.isVouched = vouched === true;
  }

  get encoding(): Encoding {
    return this.outlet.encoding;
  }

  get load(): Load {
    return this.outlet.load;
  }

  get origin(): number {
    return this.id;
  }

  get payer(): Payer {
    return this.outlet;
  }

  /** Whether it gets a token. People at a terminal never see one, so they get none. */
  get resumable(): boolean {
    return this.encoding.resumes;
  }

  /** Whether its connection has ended. */
  get hasEnded(): boolean {
    return this.isOver;
  }

  /** Created at the first use, because only passwords need it. */
  get ended(): AbortSignal {
    this.ending ??= new AbortController();
    if (this.isOver) this.ending.abort();
    return this.ending.signal;
  }

  /** @throws BoardError `NOT_LOGGED_IN` */
  get actor(): Actor {
    if (!this.login) throw boardError('NOT_LOGGED_IN');
    const { user, proof } = this.login;
    return { user, origin: this.id, proof, payer: this.outlet };
  }

  /** The token for `Accounts.disconnect`; null if the session has none. */
  get endingToken(): EndingToken | null {
    if (!this.login || !this.resumable) return null;
    return { token: this.login.token, ends: this.leaving };
  }

  /** Whether the log has lines of that level. */
  logs(level: Level): boolean {
    return this.journal.has(level);
  }

  /** Adds a line to the log, under the number of the session. */
  log(level: Level, fields: object, words: string): void {
    this.journal.add(level, this.address, { session: this.id, ...fields }, words);
  }

  /** Called when its connection has ended. */
  end(): void {
    this.isOver = true;
    this.ending?.abort();
  }

  /** Stores the user and token of a committed login. */
  enter(login: Login): void {
    this.ending = undefined;
    this.login = login;
    this.outlet.entered(login.user);
  }

  notify(announcement: Announcement): void {
    this.outlet.notify(announcement);
  }

  /** Closes the connection after the reply that is being made. */
  leave(): void {
    this.leaving = true;
    this.outlet.stop();
  }

  /** Closes the connection after the replies that are being made. */
  retire(code: ClosingCode, reason: string): void {
    this.outlet.retire(closingNotice(code, reason));
  }

  close(code: ClosingCode, reason: string): void {
    this.outlet.close(closingNotice(code, reason));
  }

  /** Closes the session, unless its connection has ended: its peer may still be reading its last replies. */
  closeUnlessOver(code: ClosingCode, reason: string): void {
    if (!this.isOver) this.close(code, reason);
  }
}
