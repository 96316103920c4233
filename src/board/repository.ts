import type { Name } from './names.ts';
import type {
  Group,
  GroupRef,
  GroupSummary,
  Header,
  Login,
  Message,
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

/**
 * The board's storage, as the server uses it. Every operation is atomic: it happens whole, or it
 * fails and nothing has changed. A promise of one that changes something is settled once the
 * change is on disk, and its events have been told just before.
 *
 * All of them throw `STORAGE_FAILED` where the disk fails, and those about a group
 * `GROUP_NOT_FOUND`; what else they throw stands with each.
 */
export interface Repository {
  /** Finds the user, or creates one. */
  login(name: Name, origin: Origin): Promise<Login>;
  /** Ends a session: what it was told of counts as seen, if nothing older is still unread. */
  logout(actor: Actor): Promise<void>;

  groups(actor: Actor): Promise<GroupSummary[]>;
  /** @throws `ALREADY_MEMBER` */
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
