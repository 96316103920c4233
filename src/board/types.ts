import type { ErrorCode } from '../protocol/errors.ts';
import type { Marks, StoredMarks } from '../protocol/marks.ts';
import type { Mutes as NumberedMutes } from '../protocol/muted.ts';
import type { Access, LogAct, Policy, Role } from '../protocol/rights.ts';

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
  /** The author's name at that time; null for the operator, and for acts of the board by its rules. */
  readonly by: string | null;
  /** The user whom it concerns, by the name at that time. */
  readonly user: string | null;
  /** The message or the thread that it concerns. */
  readonly number: number | null;
  /** When a silence or a code ends. */
  readonly until: number | null;
  /** A reason, a role, or a new setting. */
  readonly detail: string;
}

/** One of a user's memberships, as a login lists it. Its marks are read when it is listed: very many are listed in pieces. */
export interface Membership extends StoredMarks {
  readonly lastRead: number;
  readonly group: Group;
  /** Left out for a group that is open and in which all members write. */
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
 * What a session depends on. When the stored account no longer agrees with it, the session ends. It is plain data, and one object
 * for all requests of a session.
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
