/** What the rules speak of. Times are microseconds since the epoch, from the board's one clock. */

export interface User {
  readonly id: number;
  readonly name: string;
}

export interface Group {
  readonly id: number;
  readonly name: string;
}

/** A group as a command gives it: by its number, or by the key of its name. */
export type GroupRef = { readonly id: number } | { readonly key: string; readonly name: string };

/** `sender` and `senderId` are null where the user was removed. */
export interface Header {
  readonly number: number;
  readonly senderId: number | null;
  readonly sender: string | null;
  readonly postedAt: number;
  readonly subject: string;
}

export interface Message extends Header {
  readonly content: string;
}

/** One of a user's memberships, as a login lists it. */
interface Membership {
  readonly group: Group;
  readonly lastRead: number;
  readonly lastNumber: number;
}

export interface GroupSummary extends Group {
  readonly description: string;
  readonly members: number;
  readonly messages: number;
  readonly joined: boolean;
  /** The read mark and the newest number; 0 for a user who is not in the group. */
  readonly lastRead: number;
  readonly lastNumber: number;
}

/** What login has to know of a name that is taken. */
export interface Account {
  readonly user: User;
  readonly passwordHash: string | null;
  readonly bannedAt: number | null;
  readonly banReason: string | null;
}

/** Who has logged in: `since` is when that was, and notices of everything later reach the session. */
export interface Login {
  readonly user: User;
  readonly since: number;
  /**
   * The hash of the user's password, null without one, when the session was let in. Once it is
   * another one, the session is over. Only a name with a password may be connected several times.
   */
  readonly passwordHash: string | null;
  /** Identifies the session. Hash of the token that resumes it, if it has one. */
  readonly tokenHash: string;
}

/** What login gives. */
export interface OpenedLogin extends Login {
  readonly memberships: readonly Membership[];
  /** Nothing could be written, the token neither. */
  readonly readOnly?: true;
  /** The login has made the user. */
  readonly isNew?: true;
}

/** The session that asked for a change; null for one made from outside the server. */
export type Origin = number | null;

/** A change of the board. It is published after its commit, in the order of commits. */
export type BoardEvent =
  | { type: 'session.opened'; origin: Origin; login: OpenedLogin }
  /** The session was logged out: nothing that happens later is sent to it. */
  | { type: 'session.ended'; origin: Origin }
  /** By the session `origin`, which stays; the user's other sessions end. */
  | { type: 'password.changed'; origin: Origin; user: User; passwordHash: string }
  | { type: 'message.posted'; origin: Origin; group: Group; message: Header }
  | { type: 'member.joined'; origin: Origin; group: Group; user: User; lastNumber: number }
  /** The user has read up to `lastRead`. */
  | { type: 'marks.changed'; origin: Origin; group: Group; user: User; lastRead: number }
  | OutsideEvent;

/** A change by the operator. A command stores it in `outside_changes` for the server. */
export type OutsideEvent =
  | { type: 'member.left'; origin: Origin; group: Group; user: User }
  | { type: 'user.renamed'; user: User; was: string; groups: readonly Group[] }
  /** The user's sessions end, and are sent the reason. */
  | { type: 'user.expelled'; user: User; reason: string }
  | { type: 'group.changed'; group: Group; was: string; description: string }
  | { type: 'group.removed'; group: Group }
  /** The server enforces the rule at once. Members are notified when messages are deleted. */
  | { type: 'retention.changed'; group: Group }
  /** The server reads the bans of networks again, and ends the sessions that they are for. */
  | { type: 'networkBans.changed' }
  | {
      type: 'messages.purged';
      group: Group;
      count: number;
      first: number;
      last: number;
      /** Of retention: which rule it was, and when the last of them was posted. */
      by?: { rule: string; upTo: number };
    };
