import type { Marks, NumberRange } from '../../protocol/marks.ts';
import type { SearchQuery } from '../search/query.ts';
import type {
  Group,
  GroupRef,
  GroupRules,
  GroupSummary,
  Header,
  Membership,
  Message,
  Mutes,
  Notify,
  Standing,
  User,
} from '../types.ts';
import type { Actor } from './actor.ts';
import type { LongRead } from './long-read.ts';
import type { Edit, NewMessage, NewMessages, Posted, PostedRun, Receiver } from './posting.ts';
import type {
  Change,
  HeaderRow,
  ListedMessage,
  MemberPage,
  Page,
  Revision,
  UnreadCount,
} from './reading.ts';
import type { Search, SearchPage } from './search.ts';
import type { ThreadList, ThreadPage } from './threads.ts';

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
