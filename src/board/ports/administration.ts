import type { Access, Role } from '../../protocol/rights.ts';
import type { Name } from '../name-key.ts';
import type { NetworkBan } from '../network-bans.ts';
import type { StepControl } from '../steps.ts';
import type {
  ClaimedKey,
  Group,
  GroupRef,
  GroupRules,
  Header,
  Message,
  NewKey,
  StoredKey,
  User,
} from '../types.ts';
import type { ReceivedInvitation } from './groups.ts';
import type { Moderation, ModerationDetails, UserRestriction } from './moderation.ts';
import type { Page, Revision } from './reading.ts';
import type { FoundPage, SearchPage } from './search.ts';

/** A group as the operator sees it, without being a member. */
export interface GroupDetails extends Group, GroupRules {
  /** A direct conversation is a group of two users, and has their names, such as `@alice,@dave`. */
  readonly kind: 'group' | 'direct';
  readonly description: string;
  /** A longer description. */
  readonly about: string;
  readonly members: number;
  readonly messages: number;
  readonly createdAt: number;
  /** The id of the user who made it; null for a group that the operator made. */
  readonly createdBy: number | null;
  /** The name of the owner. A group that a user made has lost its owner if this is null. */
  readonly owner: string | null;
  /** The newest number that a message got. */
  readonly lastNumber: number;
  /** How many of the newest messages a server keeps; null for all. */
  readonly keepMessages: number | null;
  /** For how many days a server keeps a message; null for ever. */
  readonly keepDays: number | null;
}

/** The fields of a group to change. Fields that are left out stay as they are. */
export type GroupChanges = Partial<
  Pick<GroupDetails, 'description' | 'about' | 'keepMessages' | 'keepDays' | keyof GroupRules>
>;

/** The messages that a server removes next by the rule of a group: all that are due now, or else the oldest one. */
export interface NextRemoval extends Omit<MessageSpan, 'group'> {
  /** When the last of these messages was posted. */
  readonly upTo: number;
  /** When they are removed for their age; null if they are not, or are due now. */
  readonly at: number | null;
  /** After how many further posts they are removed, 0 for now; null if the group keeps any number. */
  readonly afterPosts: number | null;
}

/** A membership in a list of a group's members. */
export interface GroupMember {
  readonly user: string;
  readonly role: Role;
  readonly joinedAt: number;
  readonly lastRead: number;
}

/** A membership in a list of a user's groups. */
export interface UserMembership {
  readonly group: string;
  readonly groupId: number;
  readonly role: Role;
  readonly joinedAt: number;
  readonly lastRead: number;
  readonly lastNumber: number;
}

export interface UserDetails extends User {
  readonly createdAt: number;
  readonly lastSeenAt: number | null;
  /** Whether nobody can log in by the name alone: it has a password or an SSH key. */
  readonly protected: boolean;
  readonly hasPassword: boolean;
  /** How many SSH keys the user has. */
  readonly keys: number;
  readonly bannedAt: number | null;
  readonly banReason: string | null;
  /** How many groups the user is a member of. */
  readonly groups: number;
}

/** What happens to the messages of a user who is deleted: they stay without a sender, or are deleted. */
export type MessageDisposal = 'keep' | 'purge';

/** The messages that a purge deletes: those posted before a time, all but the newest ones, or all. */
export type PurgeRule = { readonly before: number } | { readonly keep: number } | 'all';

/** Messages of one group: how many, the lowest number and the highest; 0 and 0 if there are none. */
export interface MessageSpan {
  readonly group: Group;
  readonly count: number;
  readonly first: number;
  readonly last: number;
  /** The highest change counter of the messages, if they have left tombstones. */
  readonly change?: number;
}

/** The messages that a purge is going to delete. */
export interface PurgePlan extends MessageSpan {
  /** The purge removes rows up to this number, also those of messages that were deleted earlier. */
  readonly upTo: number;
}

/**
 * The board as an operator works on it, also while a server runs: the events of a change are stored for the server,
 * in the transaction of the change. A server can use this too, and publishes the events itself. Every operation is
 * atomic, except `purge`, `deleteGroup` and `deleteUser`. These run in small atomic steps, so that a server never
 * waits for long.
 *
 * All of them throw `STORAGE_FAILED` if the disk fails, and those about a group
 * `GROUP_NOT_FOUND`, and those about a user `USER_NOT_FOUND`. Each method lists its other errors.
 */
export interface Administration {
  /** What moderators and owners do in groups. */
  readonly moderation: Moderation;

  groups(kind?: 'group' | 'direct'): Promise<GroupDetails[]>;
  group(group: GroupRef): Promise<
    GroupDetails & {
      memberships: GroupMember[];
      nextRemoval: NextRemoval | null;
      moderation: ModerationDetails;
    }
  >;
  /** @throws `GROUP_EXISTS`, `NAME_INVALID`, `NAME_TOO_SIMILAR` */
  createGroup(name: Name, description: string, access?: Access): Promise<GroupDetails>;
  editGroup(group: GroupRef, changes: GroupChanges): Promise<GroupDetails>;
  /** @throws `GROUP_EXISTS`, `NAME_INVALID`, `NAME_TOO_SIMILAR`, `GROUP_PROTECTED` for the public group */
  renameGroup(group: GroupRef, name: Name): Promise<GroupDetails>;
  /** Finds a group that is about to be deleted. @throws `GROUP_PROTECTED` for the public group */
  deletableGroup(group: GroupRef): Promise<GroupDetails>;
  /**
   * Deletes the group with its messages and memberships. If it is stopped before `complete`, the oldest messages are
   * deleted and the group still exists.
   * @returns `complete`: whether the group is deleted. `hasRest`: whether rows of it are left, which the upkeep of a server
   * deletes; so it is if the deletion was stopped, or the disk failed, after the group was removed for everybody.
   * @throws `GROUP_PROTECTED` for the public group
   */
  deleteGroup(
    group: GroupRef,
    control: StepControl,
  ): Promise<{ group: GroupDetails; deleted: number; complete: boolean; hasRest: boolean }>;

  /**
   * The last time at which a server trusted the clock, if that is more than a day before the present time;
   * otherwise null. If it is not null, the clock may be wrong, and messages should not be deleted by age.
   */
  clockDoubt(): Promise<number | null>;
  /** Finds the messages that a purge would delete. Messages posted later are not part of the plan. */
  planPurge(group: GroupRef, rule: PurgeRule): Promise<PurgePlan>;
  /** Deletes the messages of `plan`. @returns which messages were deleted */
  purge(plan: PurgePlan, control: StepControl): Promise<MessageSpan & { complete: boolean }>;

  users(): Promise<UserDetails[]>;
  user(name: string): Promise<
    UserDetails & {
      memberships: UserMembership[];
      invitations: ReceivedInvitation[];
      restrictions: UserRestriction[];
      /**
       * First the user's own keys, then those that the user has added as a line and has not logged in by. Both are in the order
       * in which they were added.
       */
      sshKeys: (StoredKey | ClaimedKey)[];
    }
  >;
  /** @param passwordHash null for a name without a password @throws `USER_EXISTS`, `NAME_INVALID`, `NAME_TOO_SIMILAR` */
  createUser(name: Name, passwordHash: string | null): Promise<UserDetails>;
  /** Also ends the user's sessions and tokens. @param passwordHash null removes the password */
  setPassword(name: string, passwordHash: string | null): Promise<UserDetails>;
  /**
   * Adds an SSH key; one that the user has stays as it is. The sessions of a name that was unprotected end.
   * @throws `SSH_KEY_TAKEN`, `SSH_KEY_LIMIT`
   */
  addUserKey(name: string, key: NewKey): Promise<{ user: User; key: StoredKey }>;
  /**
   * Removes an SSH key, with the sessions and tokens that rest on it. If nothing else protects the name, all sessions of the
   * user end, and the roles of the user are lost.
   * @throws `SSH_KEY_NOT_FOUND`
   */
  removeUserKey(
    name: string,
    fingerprint: string,
  ): Promise<{ user: User; key: StoredKey | ClaimedKey; isProtected: boolean }>;
  /** @throws `USER_EXISTS`, `NAME_INVALID`, `NAME_TOO_SIMILAR` */
  renameUser(name: string, to: Name): Promise<UserDetails>;
  /** Also ends the user's sessions and tokens. @param reason '' for none */
  banUser(name: string, reason: string): Promise<UserDetails>;
  unbanUser(name: string): Promise<UserDetails>;
  /** Finds a user and counts their messages. It reads every message of the board. */
  deletableUser(name: string): Promise<{ user: UserDetails; messages: number }>;
  /**
   * Deletes the user with their memberships. If it is stopped, the oldest of their messages are handled and
   * the user still exists.
   * @param user by name, or as the operator was asked about: another user may have the name by now
   * @returns how many messages were deleted, or have no sender now
   */
  deleteUser(
    user: string | User,
    messages: MessageDisposal,
    control: StepControl,
  ): Promise<{ messages: number; complete: boolean }>;

  /** The bans of networks that have not ended, oldest first. */
  networkBans(): Promise<NetworkBan[]>;
  /** Also ends the sessions from that network. The ban replaces an earlier ban of the same network. */
  banNetwork(ban: Omit<NetworkBan, 'createdAt'>): Promise<NetworkBan>;
  /** @returns the ban that was removed; undefined if there was none of exactly this network */
  unbanNetwork(network: string): Promise<NetworkBan | undefined>;

  /**
   * Headers, oldest first: those after `after` if it is given, otherwise the newest ones. `more` says
   * whether there are further messages past that end of the page.
   */
  messages(
    group: GroupRef,
    page: Page,
  ): Promise<{ group: Group; messages: Header[]; more: boolean }>;
  /**
   * Searches all groups, or the one that the query names, complete down to the page's end. Messages that are not indexed
   * yet are read one by one.
   * @throws `INVALID_PARAMS` for a query that cannot be read, or asks what is unread or mentions a user
   */
  search(query: string, page: SearchPage): Promise<FoundPage>;
  /** @throws `MESSAGE_NOT_FOUND`, which says when the message was deleted, if it was */
  message(group: GroupRef, number: number): Promise<{ group: Group; message: Message }>;
  /** All texts of a message, the present one last. @throws as `message` does */
  history(group: GroupRef, number: number): Promise<readonly Revision[]>;
  /**
   * Deletes all of `numbers`, or none. Of a deleted message only the number and time remain.
   * @param reason for the members who could see the messages, '' for none. It is announced, and not stored.
   * @throws `MESSAGE_NOT_FOUND` for the first message that does not exist
   */
  deleteMessages(group: GroupRef, numbers: readonly number[], reason?: string): Promise<Group>;

  /** Deletes the index of words. A server makes it again, in the background. */
  rebuildSearchIndex(): Promise<void>;

  close(): void;
}
