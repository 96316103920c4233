import type { ErrorCode } from '../protocol/errors.ts';
import type { Marks, StoredMarks } from '../protocol/marks.ts';
import type { MuteChange, Mutes as NumberedMutes } from '../protocol/muted.ts';
import type { Access, GroupField, LogAct, Policy, Role } from '../protocol/rights.ts';

/** The types of the board's rules. Times are microseconds since the epoch, from the clock of the board. */

export interface User {
  readonly id: number;
  readonly name: string;
}

export interface Group {
  readonly id: number;
  readonly name: string;
}

/** A group as a request names it: by its number, or by the key of its name. */
export type GroupRef = { readonly id: number } | { readonly key: string; readonly name: string };

/** `sender` and `senderId` are null if the user was deleted. */
export interface Header {
  readonly number: number;
  readonly senderId: number | null;
  readonly sender: string | null;
  readonly postedAt: number;
  readonly subject: string;
  /** The number of the first message of its thread: its own number if it begins the thread. */
  readonly thread: number;
  /** The number of the message of the same group that it replies to. */
  readonly replyTo: number | null;
  readonly editedAt: number | null;
  /** The names of the users whom it mentions, as a JSON array, such as `["@all","dave"]`; null without any. */
  readonly mentions: string | null;
}

/** The fields of a header that a message has which is neither a reply nor edited and mentions nobody. */
export const plainFields = { replyTo: null, editedAt: null, mentions: null } as const;

/** The header of a new message that has `plainFields`. */
export function plainHeader(
  { id, name }: User,
  { number, postedAt, subject }: Pick<Header, 'number' | 'postedAt' | 'subject'>,
): Header {
  // Each field is written out: spreading an object into another takes longer than all else here.
  return {
    number,
    senderId: id,
    sender: name,
    postedAt,
    subject,
    thread: number,
    replyTo: null,
    editedAt: null,
    mentions: null,
  };
}

export interface Message extends Header {
  readonly content: string;
  /** How many times it was edited. */
  readonly edits: number;
}

/** Of which messages of a group a member is notified. */
export type Notify = 'all' | 'mentions' | 'none';

/** Who can join a group, and who can write in it. */
export interface GroupRules {
  readonly access: Access;
  /** Who can begin a thread. */
  readonly posting: Policy;
  readonly replying: Policy;
}

/** The rules of a group that says nothing else, and of a direct conversation. */
export const openRules = { access: 'open', posting: 'members', replying: 'members' } as const;

/** A line of a group's log: what somebody did to the group, its members or its messages. It has no text of a message. */
export interface LogLine {
  readonly id: number;
  readonly at: number;
  readonly act: LogAct;
  /** The name of who did it, at that time; null for the operator, and for what the board did by its rules. */
  readonly by: string | null;
  /** The user whom it concerns, by the name at that time. */
  readonly user: string | null;
  /** The message or the thread that it concerns. */
  readonly number: number | null;
  /** When a silence or a code ends. */
  readonly until: number | null;
  /** A reason, a role, or what was set. */
  readonly detail: string;
}

/** One of a user's memberships, as a login lists it. Its marks are read when it is listed: very many are listed in pieces. */
export interface Membership extends StoredMarks {
  readonly lastRead: number;
  readonly group: Group;
  /** What is left out is `open`, or a group in which all members write. */
  readonly rules?: GroupRules;
  /** The user's role, if it has effect. */
  readonly role?: Role;
  /** How many messages are unread; null or left out if `Repository.unread` has to count them. */
  readonly unread?: number | null;
  /** How many of them mention the user; null or left out together with `unread`. */
  readonly mentions?: number | null;
  /** Of which messages the user is notified. */
  readonly notify: Notify;
  readonly lastNumber: number;
  readonly joinedAt: number;
}

/** What a user has muted. */
export interface Mutes {
  readonly groups: readonly (Group & { readonly notify: Notify })[];
  readonly threads: readonly { readonly group: Group; readonly thread: number }[];
  readonly users: readonly User[];
}

/** A group in a list for a user. Nothing is read, and the newest number is 0, for a user who is not in the group. */
export interface GroupSummary extends Group, Marks, GroupRules {
  readonly description: string;
  /** The user's role, if it has effect. */
  readonly role: Role;
  /** Whether the user has an invitation to the group. */
  readonly invited: boolean;
  readonly members: number;
  /** How many messages were posted so far. */
  readonly messages: number;
  readonly joined: boolean;
  readonly notify: Notify;
  readonly lastNumber: number;
  /** The change counter up to which everything is stored; 0 for a user who is not in the group. */
  readonly change: number;
}

/** The state of an existing name that a login checks. */
export interface Account {
  readonly user: User;
  readonly passwordHash: string | null;
  /** Whether nobody can log in by the name alone: see `users.isProtected` in the schema. */
  readonly isProtected: boolean;
  readonly bannedAt: number | null;
  readonly banReason: string | null;
}

/** An SSH key to store: see `protocol/ssh-key.ts`. */
export interface NewKey {
  readonly fingerprint: string;
  readonly type: string;
  readonly comment: string;
}

/** An SSH key of a user. Times are in microseconds. */
export interface StoredKey extends NewKey {
  readonly id: number;
  readonly addedAt: number;
  /** When it was last used for a login; null if it was never used. */
  readonly lastUsedAt: number | null;
}

/** An SSH key that its user has added as a line, and that nobody has proven to hold. It protects nothing, and opens nothing. */
export interface ClaimedKey extends NewKey {
  readonly id: null;
  readonly addedAt: number;
  readonly lastUsedAt: null;
}

/** The data of a session's token, without its user. */
export interface SessionToken {
  /** Identifies the session. */
  readonly id: string;
  /** The user's token epoch when it was issued; -1 for a token of an earlier version. */
  readonly epoch: number;
  /** When it was issued, in microseconds; 0 for a token of an earlier version. */
  readonly issuedAt: number;
}

/**
 * What a session rests on. When the stored account no longer agrees with it, the session ends. Plain data, and one object for
 * all requests of a session.
 */
export interface Proof {
  /** The hash of the user's password when the session began; null without a password. */
  readonly passwordHash: string | null;
  /** The id of the SSH key that the session came by; null if it came by none. */
  readonly key: number | null;
  /** Whether the name is protected. If not, anybody may take it, so it has no role and no direct conversations. */
  readonly isProtected: boolean;
}

/** A user's session. `since` is when it began: the session is notified of everything later. */
export interface Login {
  readonly user: User;
  readonly since: number;
  /** Only a protected name can have several sessions at once. */
  readonly proof: Proof;
  /** The token that resumes the session, if it was given one. */
  readonly token: SessionToken;
}

/** What a login shows its user. `since` is the time up to which it is true. */
export interface Standing {
  readonly user: User;
  readonly since: number;
  readonly memberships: readonly Membership[];
  /** The users and threads that the user has muted; missing without any. */
  readonly mutes?: NumberedMutes;
  /** Whether anybody has invited the user to a group. */
  readonly invited?: true;
  /** The board cannot write at the moment. */
  readonly readOnly?: true;
}

/** The result of a login. */
export interface OpenedLogin extends Login, Standing {
  /** Whether the login has made the user. */
  readonly isNew?: true;
  /** Set if the login was to store an SSH key, and could not. */
  readonly notRemembered?: NotRemembered;
}

/** Why an SSH key was not stored by the login that was to store it. */
export interface NotRemembered {
  /** `SSH_KEY_LIMIT` or `SSH_KEY_TAKEN`. */
  readonly code: ErrorCode;
  readonly message: string;
}

/** The session that made a change; null for a change from outside the server. */
export type Origin = number | null;

/** A change of the board. It is published after its commit, in the order of commits. */
export type BoardEvent =
  | { type: 'session.opened'; origin: Origin; login: OpenedLogin }
  /** The session was logged out: nothing that happens later is sent to it. */
  | { type: 'session.ended'; origin: Origin }
  /**
   * Made by the session `origin`, which goes on; the user's other sessions end. `opened` are the direct conversations
   * that the session could not use before, because the name was unprotected.
   */
  | {
      type: 'password.changed';
      origin: Origin;
      user: User;
      passwordHash: string;
      opened: readonly Membership[];
    }
  /**
   * An SSH key was added by the session `origin`, which goes on. `cameBy` is the id of the key if the session came by it, and
   * then depends on it; null otherwise. If it is the `first` key of an unprotected name, the user's other sessions end, and
   * `opened` is as for `password.changed`.
   */
  | {
      type: 'key.added';
      origin: Origin;
      user: User;
      key: number;
      first: boolean;
      opened: readonly Membership[];
    }
  /** Messages were posted together: see `PostedRun`. */
  | {
      type: 'messages.posted';
      origin: Origin;
      group: Group;
      sender: User;
      /** Of the first of them. */
      number: number;
      postedAt: number;
      /** Of each, in the order of their numbers. */
      subjects: readonly string[];
    }
  /** A reply, or a message that mentions members, was posted. */
  | {
      type: 'message.posted';
      origin: Origin;
      group: Group;
      message: Header;
      /** The ids of the users whom the message mentions; 0 for all members; missing without any. */
      mentioned?: readonly number[];
    }
  /** The user has a direct conversation with `other` from now on, and joined it at the time `at`. Its name is the one in the database: see `storedName`. */
  | {
      type: 'direct.opened';
      origin: Origin;
      group: Group;
      user: User;
      other: User;
      at: number;
    }
  /** It concerns the members who joined before `until`. `change` is the counter of `messages.changed`. */
  | {
      type: 'message.edited';
      origin: Origin;
      group: Group;
      message: Header;
      change: number;
      until: number;
    }
  /** The user joined at the time `at`. */
  | {
      type: 'member.joined';
      origin: Origin;
      group: Group;
      user: User;
      lastNumber: number;
      at: number;
    }
  /** Of which messages of the group the user is notified. `lastNumber` is the group's newest number at that time. */
  | {
      type: 'notify.changed';
      origin: Origin;
      group: Group;
      user: User;
      notify: Notify;
      lastNumber: number;
    }
  /** The user has muted a user or a thread, or has ended that. */
  | { type: 'mutes.changed'; origin: Origin; user: User; change: MuteChange }
  /** A member has reported a message. It concerns the moderators of the group, whose ids are given. */
  | {
      type: 'message.reported';
      origin: Origin;
      group: Group;
      number: number;
      user: User;
      reason: string;
      moderators: readonly number[];
    }
  /** What the user has read of the group is now `marks`. */
  | { type: 'marks.changed'; origin: Origin; group: Group; user: User; marks: Marks }
  | OutsideEvent;

/** A change by the operator. A command stores it in `outside_changes` for the server. */
export type OutsideEvent =
  | { type: 'member.left'; origin: Origin; group: Group; user: User }
  | { type: 'user.renamed'; user: User; was: string; groups: readonly Group[] }
  /** The user's sessions end, and are sent the reason. */
  | { type: 'user.expelled'; user: User; reason: string }
  /** An SSH key with the id `key` was removed: the sessions that came by it end. */
  | { type: 'key.removed'; origin: Origin; user: User; key: number }
  | {
      type: 'group.changed';
      group: Group;
      was: string;
      description: string;
      rules: GroupRules;
      /** The name of who changed it; missing for the operator. */
      by?: string;
      /** Missing in an event of an older version. */
      changed?: readonly GroupField[];
    }
  /**
   * A line was added to the group's log. If it is about a message, it concerns the members who joined before `until`.
   */
  | {
      type: 'group.logged';
      origin: Origin;
      group: Group;
      line: LogLine;
      until?: number;
    }
  /** The user was removed from the group, or barred. `by` is null for the operator. */
  | {
      type: 'membership.ended';
      origin: Origin;
      group: Group;
      user: User;
      act: 'remove' | 'bar';
      by: string | null;
      reason: string;
    }
  /** The owner of a group that a user made is gone, and nobody could follow. It concerns the operator only. */
  | { type: 'group.ownerLost'; group: Group }
  /** The user was invited to the group. */
  | { type: 'group.invited'; user: User; group: Group; by: string | null; description: string }
  /** `by` is the name of the owner who deleted it; left out for the operator. */
  | { type: 'group.removed'; group: Group; by?: string; origin?: Origin }
  /** The list of groups has changed that everybody sees: all but the secret ones. */
  | { type: 'groups.changed' }
  /** The server enforces the rule at once. Members are notified when messages are deleted. */
  | { type: 'retention.changed'; group: Group }
  /** The server reads the bans of networks again, and ends the sessions of banned networks. */
  | { type: 'networkBans.changed' }
  /**
   * A message was deleted that was posted at `postedAt`. It concerns the members who joined before `until`. `by` is the
   * name of the user who deleted it; null for the operator.
   */
  | {
      type: 'message.deleted';
      origin: Origin;
      group: Group;
      number: number;
      postedAt: number;
      by: string | null;
      /** Missing if none was given. */
      reason?: string;
      change: number;
      until: number;
    }
  | {
      type: 'messages.purged';
      group: Group;
      count: number;
      first: number;
      last: number;
      /** Members who joined before this time could see all of the messages. Missing in a change of an earlier version. */
      firstUntil?: number;
      /** Members who joined before this time could see the last of the messages. Missing as `firstUntil` is. */
      until?: number;
      /** Set if tombstones are left of the messages: their change counters are not above this one. */
      change?: number;
      /** Set by retention: the rule, and when the last of the messages was posted. */
      by?: { rule: string; upTo: number };
    };
