import type { Marks, NumberRange } from '../../protocol/marks.ts';
import type { Admission } from '../admission.ts';
import type { NameCandidates } from '../mentions.ts';
import type { Name } from '../name-key.ts';
import type { SearchQuery } from '../search/query.ts';
import type { PresentedToken } from '../tokens.ts';
import type {
  Account,
  Group,
  GroupRef,
  GroupRules,
  GroupSummary,
  Header,
  Membership,
  Message,
  Mutes,
  NewKey,
  Notify,
  OpenedLogin,
  Origin,
  Proof,
  SessionToken,
  Standing,
  User,
} from '../types.ts';
import type { LongRead } from './long-read.ts';
import type { Search, SearchPage } from './search.ts';
import type { ThreadList, ThreadPage } from './threads.ts';

/** The connection that is charged for the cost of writes. */
export interface Payer {
  /** @param milliseconds of processor time that so many writes took, once they are committed or refused */
  charge(milliseconds: number, writes: number): void;
}

/**
 * Receives the results of requests that are made without a promise. It is called for each request, in their order; a result
 * can be that of several requests. Its methods never throw.
 */
export interface Receiver<T> {
  resolve(value: T): void;
  reject(error: unknown): void;
}

/** A message that was posted, and its group. */
export interface Posted {
  readonly group: Group;
  readonly message: Header;
}

/**
 * Several messages that were posted one after the other, none of them a reply or with a mention. The first has `number` and the time
 * `postedAt`, and each of the others the number and the microsecond after the one before it.
 */
export interface PostedRun {
  readonly group: Group;
  readonly number: number;
  readonly postedAt: number;
  readonly count: number;
}

export function isRun(posted: PostedRun | Posted): posted is PostedRun {
  return 'count' in posted;
}

/** The user and the session that make a request. */
export interface Actor {
  readonly user: User;
  readonly origin: Origin;
  readonly proof: Proof;
  readonly payer?: Payer | undefined;
}

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

/** A message to post. A reply without a subject gets one that is made from that of its thread. */
export type NewMessage = NewContent &
  (
    | { readonly subject: string; readonly replyTo?: undefined }
    | {
        readonly subject: string | undefined;
        /** The number of the message that it replies to, in the same group. */
        readonly replyTo: number;
      }
  );

interface NewContent {
  readonly content: string;
  /** A message with the same key is posted once, however often it is sent. */
  readonly key?: string | undefined;
  /** The words that may name members: see `mentionsIn`. */
  readonly mentions?: readonly NameCandidates[] | undefined;
}

/**
 * Messages that a user posts to one group, in this order. Lists of texts take less time than a list of objects, because thousands
 * of messages wait for one commit: `{ subjects: ['Lunch', 'Dinner'], contents: ['When?', '@dave?'], extras: new Map([[1, { mentions }]]) }`.
 */
export interface NewMessages {
  /** Of each message; '' for a reply that has none of its own. */
  readonly subjects: readonly string[];
  readonly contents: readonly string[];
  /** What a message has beside its texts, by its index. */
  readonly extras: ReadonlyMap<number, Extras>;
}

/** What few messages have. */
export interface Extras extends Pick<NewContent, 'key' | 'mentions'> {
  readonly replyTo?: number | undefined;
  /** Whether it is a reply whose subject is made from that of its thread. */
  readonly isUntitled?: boolean | undefined;
}

/** A new text for a message. What is left out stays as it is. */
export interface Edit {
  readonly subject?: string | undefined;
  readonly content?: string | undefined;
  /** How often the message had been edited when its text was read. Another number means that it has changed since. */
  readonly revision?: number | undefined;
}

/** A text that a message has or had. */
export interface Revision {
  /** 0 for the text that was posted. */
  readonly revision: number;
  readonly writtenAt: number;
  readonly subject: string;
  readonly content: string;
}

/** An edit or a deletion of a message; of several, the last one. */
export interface Change {
  readonly number: number;
  /** The change counter: see `messages.changed` in the schema. */
  readonly change: number;
  /** The message as it is now; undefined if it was deleted. */
  readonly message: Header | undefined;
  /** Who deleted it; null for the operator. */
  readonly by: string | null;
}

/** The token of a session whose connection has ended. */
export interface EndingToken {
  readonly token: SessionToken;
  /** Whether it ends too: nothing shall resume the session. */
  readonly ends: boolean;
}

/** Some members of a group. */
export interface MemberPage {
  readonly members: User[];
  /** How many members the group has. */
  readonly total: number;
  /** If there are more: the `after` of the next page. */
  readonly next: number | undefined;
}

/** Which of the visible messages: those with numbers between the two bounds, without the bounds. */
export interface Page {
  readonly before?: number | undefined;
  readonly after?: number | undefined;
  /** Only messages posted at this time or later, in microseconds since the epoch. */
  readonly since?: number | undefined;
  readonly limit: number;
  /**
   * Include contents, with a limit of bytes. The page ends early, with `more`, before its subjects and contents
   * have more bytes of UTF-8 than this. It has at least one message.
   */
  readonly contentBytes?: number | undefined;
}

/** The unread messages of one group, counted up to `limits.unread`, and what the count was made from. */
export interface UnreadCount extends Marks {
  readonly group: number;
  readonly unread: number;
  /** How many of them mention the user. */
  readonly mentions: number;
  readonly lastNumber: number;
  /** Set if the count has passed many messages of the user after the read mark: the number up to which there are no others. */
  readonly ownUpTo?: number;
}

/** The columns of a header: see `Header`. */
export type HeaderRow = readonly [
  number: number,
  senderId: number | null,
  sender: string | null,
  postedAt: number,
  subject: string,
  thread: number,
  replyTo: number | null,
  editedAt: number | null,
  mentions: string | null,
];

/** `content` is present if the request asked for it. */
export interface ListedMessage extends Header {
  readonly content?: string;
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

/**
 * The board's storage, as the server uses it. Every operation is atomic: it is done completely, or it fails
 * and nothing has changed. The promise of a change settles after the change is on disk and its events
 * were published.
 *
 * All of them throw `STORAGE_FAILED` if the disk fails, `BANNED`, `USER_NOT_FOUND` or
 * `SESSION_ENDED` if the actor was banned, deleted or got another password since the session began.
 * Methods about a group throw `GROUP_NOT_FOUND`. Each method lists its other errors.
 */
export interface Repository {
  /** What a login of the actor would show now. */
  standing(actor: Actor): Promise<Standing>;
  /** Groups in the order of their numbers: `limit` after the number `after`, or all. */
  groups(actor: Actor, page?: { after: number; limit: number }): Promise<GroupSummary[]>;
  /**
   * Counts the messages posted up to `until` that are unread in some groups. Those that the user is not in are left out.
   * @param groups their ids
   */
  unread(user: User, until: number, groups: readonly number[]): LongRead<UnreadCount[]>;
  /**
   * Finds the oldest unread message: of the given thread if it has one, otherwise of the group.
   * @param read ranges that count as read as well
   * @throws `NOT_MEMBER`
   */
  nextUnread(
    actor: Actor,
    group: GroupRef,
    from: { thread?: number | undefined; read: readonly NumberRange[] },
  ): LongRead<{ group: Group; message: Message | undefined }>;
  /**
   * @param code of an invitation
   * @throws `ALREADY_MEMBER`, `INVITATION_NEEDED`, `INVITATION_INVALID`, `BARRED`, and `GROUP_EXISTS` if the actor is in
   * another group of that name
   */
  join(
    actor: Actor,
    group: GroupRef,
    code?: string,
  ): Promise<
    { group: Group; rules: GroupRules; joinedAt: number; messages: Header[] } & MemberPage
  >;
  /**
   * Ends a membership. If the actor owned the group, `owner` is the new owner, or null if nobody owns it now.
   * @throws `NOT_MEMBER`, `DIRECT_FIXED`
   */
  leave(actor: Actor, group: GroupRef): Promise<{ group: Group; owner?: User | null }>;
  /** @throws `NOT_MEMBER` */
  members(
    actor: Actor,
    group: GroupRef,
    page?: { after: number; limit: number },
  ): Promise<{ group: Group } & MemberPage>;

  /**
   * Finds the direct conversation with a user, or makes it. A conversation that exists is found whatever has happened
   * since it was made.
   * @param check makes nothing: if there is no conversation, the group has the id 0
   * @throws `USER_NOT_FOUND`, `DIRECT_TO_SELF`, `NAME_UNPROTECTED` for either of the two, `BLOCKED` if either blocks the
   * other, `DIRECT_LIMIT`
   */
  openDirect(actor: Actor, user: string, check?: boolean): Promise<{ group: Group; user: User }>;
  /** The direct conversations of the user in the order of their numbers: `limit` after the number `after`. */
  directs(actor: Actor, page: { after: number; limit: number }): Promise<Membership[]>;
  /** Blocks a user, who can then write no direct message to the actor. @throws `USER_NOT_FOUND`, `DIRECT_TO_SELF`, `TOO_MANY_BLOCKS` */
  block(actor: Actor, user: string): Promise<User>;
  /** @throws `USER_NOT_FOUND` */
  unblock(actor: Actor, user: string): Promise<User>;
  /** The users whom the actor blocks, in the order of their ids. */
  blocked(actor: Actor): Promise<User[]>;

  /**
   * @throws `NOT_MEMBER`, `KEY_REUSED` if the key was used for a message of another group, `MESSAGE_NOT_FOUND` if it is
   * a reply to a message that is not visible to the actor, `SILENCED`, `THREAD_CLOSED`, `FORBIDDEN` if only moderators post
   * or reply, and in a direct conversation what `openDirect` throws
   */
  post(actor: Actor, group: GroupRef, message: NewMessage): Promise<Posted>;
  /**
   * Posts messages as `post` does. If some messages are refused, the others are posted. The receiver is called in the order of
   * the messages, and not before this returns. An error and a `Posted` settle one message, a `PostedRun` settles several.
   */
  enqueuePosts(
    actor: Actor,
    group: GroupRef,
    messages: NewMessages,
    receiver: Receiver<PostedRun | Posted>,
  ): void;
  /** @throws `NOT_MEMBER`, `MESSAGE_NOT_FOUND`, also for a message that is not visible to the actor */
  message(
    actor: Actor,
    group: GroupRef,
    number: number,
  ): Promise<{ group: Group; message: Message }>;
  /**
   * Replaces the text of a message of the actor. An edit that changes nothing does nothing.
   * @param editTime how long after its posting a message can be edited, in microseconds; 0 for not at all
   * @throws `NOT_MEMBER`, `MESSAGE_NOT_FOUND`, `NOT_AUTHOR`, `SILENCED`, `EDIT_CONFLICT`, `EDIT_TOO_LATE`, `TOO_MANY_EDITS`
   */
  edit(
    actor: Actor,
    group: GroupRef,
    number: number,
    edit: Edit,
    editTime: number,
  ): Promise<{ group: Group; message: Header; revision: number }>;
  /**
   * Makes a message a tombstone: one of the actor, or any that a moderator can see.
   * @param reason for the members who could see the message, '' for none. It is announced; that of a moderator goes to the
   * log of the group too.
   * @throws `NOT_MEMBER`, `MESSAGE_NOT_FOUND`, `NOT_AUTHOR`
   */
  delete(actor: Actor, group: GroupRef, number: number, reason?: string): Promise<{ group: Group }>;
  /**
   * The texts of a visible message from the revision `from` on, the present one last. The page ends early, with `more`,
   * before it has more than `bytes` of subjects and contents; it has at least one text.
   * @throws `NOT_MEMBER`, `MESSAGE_NOT_FOUND`
   */
  history(
    actor: Actor,
    group: GroupRef,
    number: number,
    page: { from: number; bytes: number },
  ): Promise<{ group: Group; revisions: Revision[]; more: boolean }>;
  /**
   * The visible ones of the next messages of a group that were edited or deleted after a change counter, in the order
   * of the counters. It looks at a few hundred changes.
   * @returns `change` is the counter up to which it has looked, and `more` says whether there are later changes
   * @throws `NOT_MEMBER`
   */
  changes(
    actor: Actor,
    group: GroupRef,
    after: number,
  ): Promise<{ group: Group; changes: Change[]; change: number; more: boolean }>;
  /**
   * Visible headers, oldest first: those after `after` if it is given, otherwise the newest ones. `more`
   * says whether there are further messages beyond the end where the page was cut.
   * @throws `NOT_MEMBER`
   */
  messages(
    actor: Actor,
    group: GroupRef,
    page: Page,
  ): Promise<{ group: Group; messages: ListedMessage[]; more: boolean }>;
  /** The headers of `messages` as rows, for lists that are written straight from them. The page has no `contentBytes`. */
  headerRows(
    actor: Actor,
    group: GroupRef,
    page: Page,
  ): Promise<{ group: Group; rows: HeaderRow[]; more: boolean }>;
  /**
   * Begins a search in the groups of the user. Its steps are read one by one, so that others have their turn in between.
   * @param inGroup the only group to search
   * @throws `GROUP_NOT_FOUND`, also for a group that the user is not in, and `INVALID_PARAMS` if too many words begin
   * as the query says
   */
  search(actor: Actor, query: SearchQuery, page: SearchPage, inGroup: GroupRef | undefined): Search;
  /**
   * Lists the threads of a group, those with the newest visible messages first: at most `limit`. `before` is a number:
   * only threads without a visible message from there on.
   * @throws `NOT_MEMBER`
   */
  threads(
    actor: Actor,
    group: GroupRef,
    page: { before?: number | undefined; limit: number },
  ): LongRead<ThreadList>;
  /**
   * Visible headers of a thread with numbers above `after`.
   * @param thread the number of a visible message of the thread, or of the first message
   * @throws `NOT_MEMBER`, `MESSAGE_NOT_FOUND` if no message of it is visible
   */
  thread(
    actor: Actor,
    group: GroupRef,
    thread: number,
    page: { after?: number | undefined; limit: number },
  ): Promise<ThreadPage>;
  /** Sets of which messages of a group the actor is notified. @throws `NOT_MEMBER` */
  setNotify(
    actor: Actor,
    group: GroupRef,
    notify: Notify,
  ): Promise<{ group: Group; lastNumber: number }>;
  /**
   * Mutes a thread, or ends that. Its messages are not unread.
   * @param thread the number of its first message, or of a visible message of it
   * @throws `NOT_MEMBER`, `MESSAGE_NOT_FOUND` if no message of it is visible, `TOO_MANY_MUTES`
   */
  muteThread(
    actor: Actor,
    group: GroupRef,
    thread: number,
    muted: boolean,
  ): Promise<{ group: Group; thread: number }>;
  /** Mutes a user, or ends that. Their messages are not unread. @throws `USER_NOT_FOUND`, `INVALID_PARAMS`, `TOO_MANY_MUTES` */
  muteUser(actor: Actor, user: string, muted: boolean): Promise<User>;
  mutes(actor: Actor): Promise<Mutes>;
  /** Lists the messages that mention the user and that the user can see, in steps as a search. */
  mentions(actor: Actor, page: SearchPage): Search;
  /** Marks messages as read. Numbers after the group's newest number are left out. @throws `NOT_MEMBER` */
  markRead(actor: Actor, group: GroupRef, ranges: readonly NumberRange[]): Promise<Marks>;
  /** Marks all messages of a group as read. @returns what was read before, and after @throws `NOT_MEMBER` */
  markAllRead(actor: Actor, group: GroupRef): Promise<{ group: Group; was: Marks; marks: Marks }>;
  /** Sets what is read of a group. Numbers after the group's newest number are left out. @throws `NOT_MEMBER` */
  restoreMarks(actor: Actor, group: GroupRef, marks: Marks): Promise<Marks>;

  /** Publishes the outside changes since the last call. */
  announceOutsideChanges(): Promise<void>;
}

/**
 * Removes old data while the board runs. Each call is one step of a few milliseconds, in one commit with the
 * writes of members, and resolves with whether all work is done. It throws the same errors as `Repository`.
 */
export interface Upkeep {
  /** Stores when users and tokens were used, unless a login has stored it already. */
  keepUses(): Promise<boolean>;
  /** Removes some tokens and known networks that have not been used for too long. */
  removeStale(): Promise<boolean>;
  /** Removes the bans of networks that have ended. */
  removeEndedBans(): Promise<boolean>;
  /** Removes some messages that are over the limits of their group's retention. */
  removeExpired(): Promise<boolean>;
  /** Removes some messages of a group that its owner has deleted, and at last the group. */
  removeGroups(): Promise<boolean>;
  /** Puts some messages into the index of words. */
  indexMessages(): Promise<boolean>;
  /** Gives some of the file's unused space back to the disk. */
  giveBack(): Promise<boolean>;
}
