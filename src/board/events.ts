import type { Marks } from '../protocol/marks.ts';
import type { MuteChange } from '../protocol/muted.ts';
import type { GroupField } from '../protocol/rights.ts';
import type {
  Group,
  GroupRules,
  Header,
  LogLine,
  Membership,
  Notify,
  OpenedLogin,
  Origin,
  User,
} from './types.ts';

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
   * An SSH key was added by the session `origin`, which goes on. If it is the `first` key of an unprotected name, the
   * user's other sessions end, and `opened` is as for `password.changed`.
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
  /** The marks of the user in the group are now `marks`. */
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
      /** The session of who changed it; missing for the operator. */
      origin?: Origin;
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
  /** A group that a user made has lost its owner, and no member could become the owner. It concerns the operator only. */
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

/** The events of one type. */
export type EventOf<T extends BoardEvent['type']> = Extract<BoardEvent, { type: T }>;
