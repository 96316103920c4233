import type { Name } from './names.ts';
import type {
  Account,
  Group,
  GroupRef,
  GroupSummary,
  Header,
  Message,
  OpenedLogin,
  Origin,
  User,
} from './types.ts';

/** Who asks: a logged-in user, through a session. */
export interface Actor {
  readonly user: User;
  readonly origin: Origin;
  /** When the session began; what was posted later has been told to it, and is not unread. */
  readonly since: number;
}

/** What was checked before a login is committed. */
export interface Credentials {
  /** The stored hash that the password fits; null where there was none. */
  readonly verified: string | null;
  /** The password of a user who is created. */
  readonly passwordHash: string | null;
  readonly tokenHash: string;
}

export interface NewMessage {
  readonly subject: string;
  readonly content: string;
  /** Makes the post happen once, however often it is sent. */
  readonly key?: string | undefined;
}

/** Which part of the visible messages: numbers between the two, both left out. */
export interface Page {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  readonly limit: number;
}

/** Who people are, stored. Atomic like `Repository`, and throws as it does. */
export interface AccountRepository {
  account(name: Name): Promise<Account | undefined>;
  /**
   * Opens a session under a name; creates the user where there is none.
   * @throws `BANNED`, and `PASSWORD_WRONG` where the stored password is not, or no longer, the one
   * that was verified
   */
  login(name: Name, credentials: Credentials, origin: Origin): Promise<OpenedLogin>;
  /** Opens the session of a token again. @throws `TOKEN_INVALID`, `BANNED` */
  resume(tokenHash: string, origin: Origin): Promise<OpenedLogin>;
  endToken(tokenHash: string): Promise<void>;
  /**
   * Stores a password and ends the user's tokens but `keep`.
   * @throws `PASSWORD_WRONG` where the stored one is not `before` any more
   */
  setPassword(
    actor: Actor,
    hashes: { before: string | null; after: string },
    keep: string | null,
  ): Promise<void>;
  /**
   * Ends a session: what it was told of counts as seen, if nothing older is still unread.
   * @param endedToken a token that ends with it
   */
  logout(actor: Actor, endedToken: string | null): Promise<void>;
}

/**
 * The board's storage, as the server uses it. Every operation is atomic: it happens whole, or it
 * fails and nothing has changed. A promise of one that changes something is settled once the
 * change is on disk, and its events have been told just before.
 *
 * All of them throw `STORAGE_FAILED` where the disk fails, and those about a group
 * `GROUP_NOT_FOUND`; what else they throw stands with each.
 */
export interface Repository {
  groups(actor: Actor): Promise<GroupSummary[]>;
  /** @throws `ALREADY_MEMBER`, and `USER_NOT_FOUND` where the user was deleted just now */
  join(
    actor: Actor,
    group: GroupRef,
  ): Promise<{ group: Group; members: User[]; messages: Header[] }>;
  /** @throws `NOT_MEMBER` */
  leave(actor: Actor, group: GroupRef): Promise<{ group: Group }>;
  /** @throws `NOT_MEMBER` */
  members(actor: Actor, group: GroupRef): Promise<{ group: Group; members: User[] }>;

  /** @throws `NOT_MEMBER`, and `KEY_REUSED` where the key stands for a message of another group */
  post(
    actor: Actor,
    group: GroupRef,
    message: NewMessage,
  ): Promise<{ group: Group; message: Header }>;
  /** @throws `NOT_MEMBER`, `MESSAGE_NOT_FOUND` for one that is not visible to the actor too */
  message(
    actor: Actor,
    group: GroupRef,
    number: number,
  ): Promise<{ group: Group; message: Message }>;
  /**
   * Visible headers, oldest first: from `after` on where that is given, else the newest ones.
   * `more` says whether there are further ones on the side where the page was cut.
   * @throws `NOT_MEMBER`
   */
  messages(
    actor: Actor,
    group: GroupRef,
    page: Page,
  ): Promise<{ group: Group; messages: Header[]; more: boolean }>;
  /** Counts the messages up to `number` as seen. @throws `NOT_MEMBER` */
  markRead(actor: Actor, group: GroupRef, number: number): Promise<void>;

  /** Tells of what administration commands have changed since it was last called. */
  announceOutsideChanges(): Promise<void>;
}

/**
 * What keeps a board small while it runs. Each call is one step of a few milliseconds in a commit
 * with what members write, and says whether there is nothing more to do. Throws as `Repository` does.
 */
export interface Upkeep {
  /** Removes the bans of networks that have ended. */
  removeEndedBans(): Promise<boolean>;
  /** Removes some messages that the rule of their group does not keep. */
  removeExpired(): Promise<boolean>;
  /** Gives some of the file's unused space back to the disk. */
  giveBack(): Promise<boolean>;
}
