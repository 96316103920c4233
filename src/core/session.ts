import type { Caller } from '../board/accounts.ts';
import type { Actor, Payer } from '../board/ports/repository.ts';
import type { Login, User } from '../board/types.ts';
import { boardError } from '../protocol/errors.ts';
import { formatNotice } from '../protocol/jsonrpc/messages.ts';
import type { ClosingCode, Notice } from '../protocol/schemas.ts';
import { renderNotice } from '../protocol/text/render.ts';
import type { Level, SessionLog } from './session-log.ts';

export type Encoding = 'text' | 'json';

/** One notice in one encoding; empty where the encoding has no words for it. */
export function encodeNotice(encoding: Encoding, notice: Notice): string {
  return encoding === 'json' ? formatNotice(notice) : (renderNotice(notice) ?? '');
}

/** What a session is told at its end. */
export interface ClosingNotice {
  readonly method: 'session.closing';
  readonly params: { reason: string; code: ClosingCode };
}

export function closingNotice(code: ClosingCode, reason: string): ClosingNotice {
  return { method: 'session.closing', params: { reason, code } };
}

/** One connection, as the board's side of the server knows it: who it is and how to reach it. */
export interface Peer extends Payer {
  /** The session has been logged in. */
  entered(user: User): void;
  /** Whether the operating system has taken all that was sent. */
  readonly told: boolean;
  /** @param holders how many sessions the same chunk is sent to */
  send(chunk: string | Buffer, holders: number): void;
  /** Takes no more requests, and forgets those that have not begun. */
  stop(): void;
  /** Sends `notice` after all that is waiting, and ends the connection. */
  close(notice: ClosingNotice): void;
}

/** A peer with an encoding and, once logged in, a user. */
export class Session implements Caller {
  encoding: Encoding = 'text';
  login: Login | undefined;
  /** When the user began to be told of what happens; a session taken over goes on from before. */
  since = 0;
  /** The groups of whose notices it is told, by number; kept by the hub. */
  groups: number[] = [];
  /** Whether it is to be let go. */
  leaving = false;
  /** Whether its end is committed already. */
  loggedOut = false;
  wrongPasswords = 0;
  /** Whether a login is under way. */
  loggingIn = false;
  private isOver = false;
  private ending: AbortController | undefined;
  /** When it began, by `performance.now()`. */
  readonly began = performance.now();

  constructor(
    readonly id: number,
    /** The address that it comes from. */
    readonly address: string,
    private readonly journal: SessionLog,
    private readonly peer: Peer,
  ) {}

  get origin(): number {
    return this.id;
  }

  get payer(): Payer {
    return this.peer;
  }

  /** People at a terminal never see a token, so none is kept for them. */
  get resumable(): boolean {
    return this.encoding === 'json';
  }

  /** Made when it is asked for: of ten thousand idle members, none needs it. */
  get ended(): AbortSignal {
    this.ending ??= new AbortController();
    if (this.isOver) this.ending.abort();
    return this.ending.signal;
  }

  /** @throws BoardError `NOT_LOGGED_IN` */
  get actor(): Actor {
    if (!this.login) throw boardError('NOT_LOGGED_IN');
    const { user, passwordHash } = this.login;
    return { user, since: this.since, origin: this.id, passwordHash, payer: this.peer };
  }

  /**
   * The actor of the session's end.
   * @param told whether the peer was sent all; if not, it counts as if nothing had been told, and stays unread
   * @throws BoardError `NOT_LOGGED_IN`
   */
  endingActor(told: boolean): Actor {
    return told ? this.actor : { ...this.actor, since: Number.MAX_SAFE_INTEGER };
  }

  /** Whether the operating system has taken all that the peer was sent. */
  get told(): boolean {
    return this.peer.told;
  }

  /** Its token, and whether that ends with it; null if it has none. */
  get token(): { hash: string; ends: boolean } | null {
    if (!this.login || !this.resumable) return null;
    return { hash: this.login.tokenHash, ends: this.leaving };
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

  /** Lets a login in that is committed. */
  enter(login: Login, since: number): void {
    this.ending = undefined;
    this.login = login;
    this.since = since;
    this.peer.entered(login.user);
  }

  /** @param holders how many sessions the same chunk is sent to */
  send(chunk: string | Buffer, holders = 1): void {
    this.peer.send(chunk, holders);
  }

  /** Ends the connection behind the reply that is being made. */
  leave(): void {
    this.leaving = true;
    this.peer.stop();
  }

  close(code: ClosingCode, reason: string): void {
    this.peer.close(closingNotice(code, reason));
  }
}
