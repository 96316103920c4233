import type { Name } from '../name-key.ts';
import type { NetworkBan } from '../network-bans.ts';
import type { StepControl } from '../steps.ts';
import type { Group, GroupRef, Header, Message, User } from '../types.ts';
import type { Page } from './repository.ts';

/** A group as the operator sees it: all of it, whoever is a member. */
export interface GroupDetails extends Group {
  readonly description: string;
  readonly members: number;
  readonly messages: number;
  readonly createdAt: number;
  /** The newest number given out. */
  readonly lastNumber: number;
  /** The newest messages that a server keeps; null for all. */
  readonly keepMessages: number | null;
  /** The days that a server keeps a message for; null for ever. */
  readonly keepDays: number | null;
}

/** What an operator changes of a group; what is left out stays. */
export type GroupChanges = Partial<Pick<GroupDetails, 'description' | 'keepMessages' | 'keepDays'>>;

/** What a server removes next by the rule of a group: what it does now, else its oldest message. */
export interface NextRemoval extends Omit<MessageSpan, 'group'> {
  /** When the last of them was posted. */
  readonly upTo: number;
  /** When they go by their age; null where they do not, or go now. */
  readonly at: number | null;
  /** After how many further posts they go, 0 for now; null where the number is not bounded. */
  readonly afterPosts: number | null;
}

/** A membership, told from the group's side. */
export interface GroupMember {
  readonly user: string;
  readonly joinedAt: number;
  readonly lastRead: number;
}

/** A membership, told from the user's side. */
export interface UserMembership {
  readonly group: string;
  readonly joinedAt: number;
  readonly lastRead: number;
  readonly lastNumber: number;
}

export interface UserDetails extends User {
  readonly createdAt: number;
  readonly lastSeenAt: number | null;
  /** Whether the name has a password. */
  readonly protected: boolean;
  readonly bannedAt: number | null;
  readonly banReason: string | null;
  /** How many groups the user is a member of. */
  readonly groups: number;
}

/** What happens to the messages of a user who is deleted: they stay without a sender, or are deleted. */
export type MessageDisposal = 'keep' | 'purge';

/** What a purge takes: what was posted before a time, all but the newest ones, or everything. */
export type PurgeRule = { readonly before: number } | { readonly keep: number } | 'all';

/** Messages of one group: how many, the lowest number and the highest; 0 and 0 where none. */
export interface MessageSpan {
  readonly group: Group;
  readonly count: number;
  readonly first: number;
  readonly last: number;
}

/** What a purge is going to delete, as it was planned. */
export interface PurgePlan extends MessageSpan {
  /** The rows up to this number are removed, those of messages deleted before among them. */
  readonly upTo: number;
}

/**
 * The board as an operator works on it, also while a server runs: what a server has to tell its
 * members of is left for it in the database, with the change itself. Every operation is atomic,
 * but for `purge`, `deleteGroup` and `deleteUser`, which go in small atomic steps, so that a
 * running server never waits for long.
 *
 * All of them throw `STORAGE_FAILED` where the disk fails, and those about a group
 * `GROUP_NOT_FOUND`, those about a user `USER_NOT_FOUND`; what else they throw stands with each.
 */
export interface Administration {
  groups(): Promise<GroupDetails[]>;
  group(
    group: GroupRef,
  ): Promise<GroupDetails & { memberships: GroupMember[]; nextRemoval: NextRemoval | null }>;
  /** @throws `GROUP_EXISTS`, `NAME_INVALID`, `NAME_TOO_SIMILAR` */
  createGroup(name: Name, description: string): Promise<GroupDetails>;
  editGroup(group: GroupRef, changes: GroupChanges): Promise<GroupDetails>;
  /** @throws `GROUP_EXISTS`, `NAME_INVALID`, `NAME_TOO_SIMILAR`, `GROUP_PROTECTED` for the public group */
  renameGroup(group: GroupRef, name: Name): Promise<GroupDetails>;
  /** A group that may be deleted. @throws `GROUP_PROTECTED` for the public group */
  deletableGroup(group: GroupRef): Promise<GroupDetails>;
  /**
   * Deletes the group with all that is in it. Stopped before its end, it has deleted the oldest
   * messages, and the group stands.
   * @throws `GROUP_PROTECTED` for the public group
   */
  deleteGroup(
    group: GroupRef,
    control: StepControl,
  ): Promise<{ group: GroupDetails; deleted: number; complete: boolean }>;

  /**
   * The last time at which a server trusted the clock, if that is more than a day ago by the clock of now;
   * else null. An age is not a safe thing to delete by then.
   */
  clockDoubt(): Promise<number | null>;
  /** What a purge would take. Messages posted later are never part of it. */
  planPurge(group: GroupRef, rule: PurgeRule): Promise<PurgePlan>;
  /** Deletes the messages up to the last one of `plan`, and says which went. */
  purge(plan: PurgePlan, control: StepControl): Promise<MessageSpan & { complete: boolean }>;

  users(): Promise<UserDetails[]>;
  user(name: string): Promise<UserDetails & { memberships: UserMembership[] }>;
  /** @param passwordHash null for a name without a password @throws `USER_EXISTS`, `NAME_INVALID`, `NAME_TOO_SIMILAR` */
  createUser(name: Name, passwordHash: string | null): Promise<UserDetails>;
  /** Ends the user's sessions and tokens with it. @param passwordHash null takes the password away */
  setPassword(name: string, passwordHash: string | null): Promise<UserDetails>;
  /** @throws `USER_EXISTS`, `NAME_INVALID`, `NAME_TOO_SIMILAR` */
  renameUser(name: string, to: Name): Promise<UserDetails>;
  /** Ends the user's sessions and tokens with it. @param reason '' for none */
  banUser(name: string, reason: string): Promise<UserDetails>;
  unbanUser(name: string): Promise<UserDetails>;
  /** A user, and how many messages are from them; that takes a look at every message there is. */
  deletableUser(name: string): Promise<{ user: UserDetails; messages: number }>;
  /**
   * Deletes the user with their memberships. Stopped before its end, it has seen to the oldest of
   * their messages, and the user stands.
   * @returns how many messages went, or are from nobody now
   */
  deleteUser(
    name: string,
    messages: MessageDisposal,
    control: StepControl,
  ): Promise<{ messages: number; complete: boolean }>;

  /** The bans of networks that have not ended, oldest first. */
  networkBans(): Promise<NetworkBan[]>;
  /** Ends the sessions from there with it. A ban of the same network before is replaced. */
  banNetwork(ban: Omit<NetworkBan, 'createdAt'>): Promise<NetworkBan>;
  /** The ban that was taken back; undefined if there was none of exactly this network. */
  unbanNetwork(network: string): Promise<NetworkBan | undefined>;

  /**
   * Headers, oldest first: from `after` on where that is given, else the newest ones. `more` says
   * whether there are further ones on the side where the page was cut.
   */
  messages(
    group: GroupRef,
    page: Page,
  ): Promise<{ group: Group; messages: Header[]; more: boolean }>;
  /** @throws `MESSAGE_NOT_FOUND`, which says when the message was deleted, if it was */
  message(group: GroupRef, number: number): Promise<{ group: Group; message: Message }>;
  /**
   * Deletes all of `numbers`, or none. Each keeps its number and time, and nothing else.
   * @throws `MESSAGE_NOT_FOUND` for the first that is not there
   */
  deleteMessages(group: GroupRef, numbers: readonly number[]): Promise<Group>;

  close(): void;
}
