import type { Admission } from '../admission.ts';
import type { Name } from '../name-key.ts';
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
} from '../types.ts';

/** The connection that is charged for the cost of a write. */
export interface Payer {
  /** @param milliseconds of processor time, once the write is committed or refused */
  charge(milliseconds: number): void;
}

/** Who asks: a logged-in user, through a session. */
export interface Actor {
  readonly user: User;
  readonly origin: Origin;
  /** When the session began. Messages posted later were announced to it, and are not unread. */
  readonly since: number;
  /** The hash of the user's password when the session began; null without one. */
  readonly passwordHash: string | null;
  readonly payer?: Payer | undefined;
}

/** A login as it is committed. */
export interface NewLogin {
  /** What has to be true of the name when the login is committed. */
  readonly admission: Admission;
  /** The password of the user if one is created. */
  readonly newPasswordHash: string | null;
  /** The network that the right password came from; null if none was given. */
  readonly network: string | null;
  readonly tokenHash: string;
  /** Whether a token with that hash can resume the session later. */
  readonly resumable: boolean;
  readonly payer?: Payer | undefined;
}

export interface NewMessage {
  readonly subject: string;
  readonly content: string;
  /** Makes the post happen once, however often it is sent. */
  readonly key?: string | undefined;
}

/** Some members of a group. */
export interface MemberPage {
  readonly members: User[];
  /** How many members the group has. */
  readonly total: number;
  /** If there are more: the `after` of the next page. */
  readonly next: number | undefined;
}

/** Which part of the visible messages: numbers between the two, both left out. */
export interface Page {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  /** Only what was posted at this time or later, in microseconds since the epoch. */
  readonly since?: number | undefined;
  readonly limit: number;
  /**
   * Contents too. Then the page ends early, with `more`, where subjects and contents come to more than so
   * many bytes of UTF-8; it holds at least one message.
   */
  readonly contentBytes?: number | undefined;
}

/** `content` is there where the page asks for it. */
export interface ListedMessage extends Header {
  readonly content?: string;
}

/** Who people are, stored. Atomic like `Repository`, and throws as it does. */
export interface AccountRepository {
  account(name: Name): Promise<Account | undefined>;
  /** Whether the user has given the right password from `network` before. */
  knows(user: User, network: string): Promise<boolean>;
  /**
   * Opens a session under a name; creates the user if there is none.
   * @throws `BANNED`, `NAME_INVALID` and `NAME_TOO_SIMILAR` for a new name, and what `requireAdmitted` throws
   */
  login(name: Name, login: NewLogin, origin: Origin): Promise<OpenedLogin>;
  /** Opens the session of a token again. @throws `TOKEN_INVALID`, `BANNED` */
  resume(tokenHash: string, origin: Origin, payer?: Payer): Promise<OpenedLogin>;
  endToken(tokenHash: string): Promise<void>;
  /**
   * Stores a password, and ends the user's other sessions and all tokens but `keep`.
   * @param network the only one that the user is known from afterwards
   */
  setPassword(
    actor: Actor,
    passwordHash: string,
    { keep, network }: { keep: string | null; network: string },
  ): Promise<void>;
  /**
   * Ends a session that asked for it, with the token `tokenHash`. What it was sent counts as seen,
   * if nothing older is still unread.
   */
  logout(actor: Actor, tokenHash: string): Promise<void>;
  /**
   * Records the end of a session that nothing is sent to any more. What it was sent counts as seen,
   * if nothing older is still unread.
   * @param token its token, and whether that ends with it or was only used now; null if it has none
   */
  disconnect(actor: Actor, token: { hash: string; ends: boolean } | null): Promise<void>;
}

/**
 * The board's storage, as the server uses it. Every operation is atomic: it happens whole, or it
 * fails and nothing has changed. A promise of one that changes something is settled once the
 * change is on disk, after its events were published.
 *
 * All of them throw `STORAGE_FAILED` if the disk fails, `BANNED`, `USER_NOT_FOUND` or
 * `SESSION_ENDED` if the actor was banned, deleted or given another password since the session
 * began, and those about a group `GROUP_NOT_FOUND`; what else they throw is listed with each.
 */
export interface Repository {
  /** Groups in the order of their numbers: `limit` after the number `after`, or all. */
  groups(actor: Actor, page?: { after: number; limit: number }): Promise<GroupSummary[]>;
  /** How many messages posted up to `until` a member has not seen; 0 for one who is no member. */
  unread(user: User, group: Group, until: number): Promise<number>;
  /** @throws `ALREADY_MEMBER` */
  join(actor: Actor, group: GroupRef): Promise<{ group: Group; messages: Header[] } & MemberPage>;
  /** @throws `NOT_MEMBER` */
  leave(actor: Actor, group: GroupRef): Promise<{ group: Group }>;
  /** @throws `NOT_MEMBER` */
  members(
    actor: Actor,
    group: GroupRef,
    page?: { after: number; limit: number },
  ): Promise<{ group: Group } & MemberPage>;

  /** @throws `NOT_MEMBER`, and `KEY_REUSED` if the key was used for a message of another group */
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
  ): Promise<{ group: Group; messages: ListedMessage[]; more: boolean }>;
  /** Counts the messages up to `number` as seen. @throws `NOT_MEMBER` */
  markRead(actor: Actor, group: GroupRef, number: number): Promise<void>;

  /** Publishes the outside changes since the last call. */
  announceOutsideChanges(): Promise<void>;
}

/**
 * What keeps a board small while it runs. Each call is one step of a few milliseconds in a commit
 * with what members write, and says whether there is nothing more to do. Throws as `Repository` does.
 */
export interface Upkeep {
  /** Removes some tokens, and known networks, that were not used for too long. */
  removeStale(): Promise<boolean>;
  /** Removes the bans of networks that have ended. */
  removeEndedBans(): Promise<boolean>;
  /** Removes some messages that the rule of their group does not keep. */
  removeExpired(): Promise<boolean>;
  /** Gives some of the file's unused space back to the disk. */
  giveBack(): Promise<boolean>;
}
