import type { Admission } from '../admission.ts';
import type { Name } from '../name-key.ts';
import type { PresentedToken } from '../tokens.ts';
import type { Account, NewKey, OpenedLogin, Origin, SessionToken, User } from '../types.ts';
import type { Actor, Payer } from './actor.ts';

/** A login to commit. */
export interface NewLogin {
  /** The conditions for the name when the login is committed. */
  readonly admission: Admission;
  /** The password hash of the user that the login creates, if it creates one. */
  readonly newPasswordHash: string | null;
  /** An SSH key to store for the user, if the login creates the user, or has proven the password or the user's claim on the key. */
  readonly newKey?: NewKey | undefined;
  /** The network from which the right password came; null without a password. */
  readonly network: string | null;
  /** Of the token that will resume the session. */
  readonly tokenId: string;
  readonly payer?: Payer | undefined;
}

/** The token of a session whose connection has ended. */
export interface EndingToken {
  readonly token: SessionToken;
  /** Whether it ends too: nothing shall resume the session. */
  readonly ends: boolean;
}

/** The stored accounts. Its methods are atomic and throw the same errors as those of `Repository`. */
export interface AccountRepository {
  /** The owner of an SSH key, and the id of the key. */
  ownerOfKey(
    fingerprint: string,
  ): Promise<{ readonly user: User; readonly key: number } | undefined>;
  account(name: Name): Promise<Account | undefined>;
  /** Whether the user has given the right password from `network` before. */
  knows(user: User, network: string): Promise<boolean>;
  /** The key of the board's tokens: see `Tokens`. */
  readonly tokenKey: Uint8Array;
  /**
   * Opens a session under a name if that needs no write, because the user exists and the network is known. It reads
   * the stored state between two commits.
   * @returns undefined if it needs a write
   * @throws `BANNED`, and what `requireAdmitted` throws
   */
  loginKnown(name: Name, login: NewLogin, origin: Origin): Promise<OpenedLogin | undefined>;
  /**
   * Opens a session under a name; creates the user if there is none.
   * @throws `BANNED`, `NAME_INVALID` and `NAME_TOO_SIMILAR` for a new name, and the errors of `requireAdmitted`
   */
  login(name: Name, login: NewLogin, origin: Origin): Promise<OpenedLogin>;
  /** Opens the session of a token again. @throws `TOKEN_INVALID`, `BANNED` */
  resume(token: PresentedToken, origin: Origin, payer?: Payer): Promise<OpenedLogin>;
  /**
   * Stores a password, and ends the user's other sessions and all tokens but `keep`.
   * @param network the only network that is known for the user afterwards; null for none
   */
  setPassword(
    actor: Actor,
    passwordHash: string,
    { keep, network }: { keep: SessionToken | null; network: string | null },
  ): Promise<void>;
  /** Ends a session at its logout, and its token, if it has one. */
  logout(actor: Actor, token: SessionToken | null): Promise<void>;
  /**
   * Records the end of a session to which nothing is sent any more.
   * @param token the token of the session; null without a token
   * @param until the session was sent every event published until this time; the default is now
   */
  disconnect(actor: Actor, token: EndingToken | null, until?: number): Promise<void>;
  /** A time no earlier than that of any event that is published, and earlier than that of any other. */
  publishedUntil(): number;
}
