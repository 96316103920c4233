import type { Access, GroupCreation, Role } from '../../protocol/rights.ts';
import type { Name } from '../name-key.ts';
import type { Group, GroupRef, GroupRules, Header, LogLine, User } from '../types.ts';
import type { Actor } from './actor.ts';

/** The fields of a group that its owner changes. Fields that are left out stay as they are. */
export interface GroupEdit extends Partial<GroupRules> {
  readonly description?: string;
  readonly about?: string;
}

/** A group as a user sees it who may know of it. */
export interface GroupView extends GroupRules {
  readonly group: Group;
  readonly description: string;
  readonly about: string;
  /** 0 of a secret group to which the user is only invited. Then `owner` is null, and `moderators` is empty. */
  readonly members: number;
  readonly isMember: boolean;
  /** The user's role, if it has effect. */
  readonly role: Role;
  readonly invited: boolean;
  readonly owner: string | null;
  readonly moderators: readonly string[];
  /** The pinned messages that the user can see; none for a user who is not a member. */
  readonly pins: readonly Header[];
  /** When the user may write again; null if they may. */
  readonly silencedUntil: number | null;
}

/** An invitation of a group, as its moderators see it. */
export interface Invitation {
  readonly id: number;
  /** The user who is invited; null for a code. */
  readonly user: string | null;
  /** Who invites; null for the operator. */
  readonly by: string | null;
  /** How many users can still join by the code; null for any number. */
  readonly uses: number | null;
  readonly until: number | null;
  readonly createdAt: number;
}

/** An invitation, as the invited user sees it. It shows nothing of the messages of the group. */
export interface ReceivedInvitation extends Group {
  readonly description: string;
  readonly access: Access;
  readonly by: string | null;
}

export interface Report {
  readonly id: number;
  readonly number: number;
  /** Who reports the message; null if the user was deleted. */
  readonly user: string | null;
  readonly reason: string;
  readonly createdAt: number;
}

/** A user, and the reason of an act on them; '' for none. */
export interface OnUser {
  readonly user: string;
  readonly reason: string;
}

/**
 * The groups that users make and look after. Like `Repository`, whose errors all methods throw. A method that needs a
 * right throws `NOT_MEMBER`, or `FORBIDDEN` if the actor's role does not have it (see `rights.ts`). A method that names
 * a user throws `USER_NOT_FOUND`, and `FORBIDDEN` if the actor does not stand above that user.
 */
export interface GroupRepository {
  /**
   * Makes a group, whose owner is the actor.
   * @throws `FORBIDDEN`, `NAME_UNPROTECTED`, `GROUP_LIMIT`, `GROUP_EXISTS`, `NAME_INVALID`, `NAME_TOO_SIMILAR`
   */
  create(
    actor: Actor,
    group: { readonly name: Name; readonly description: string; readonly access: Access },
    creation: GroupCreation,
  ): Promise<{ group: Group; joinedAt: number }>;
  /** @throws `GROUP_PROTECTED`, `DIRECT_FIXED`, `GROUP_EXISTS`, `NAME_INVALID`, `NAME_TOO_SIMILAR` */
  edit(
    actor: Actor,
    group: GroupRef,
    edit: { readonly name: Name | undefined; readonly changes: GroupEdit },
  ): Promise<{ group: Group }>;
  /** Removes the group, whose messages are deleted later, in steps. @throws `GROUP_PROTECTED` */
  delete(actor: Actor, group: GroupRef): Promise<{ group: Group }>;
  /** For everybody who may know of the group. */
  show(actor: Actor, group: GroupRef): Promise<GroupView>;

  /** @throws `ALREADY_MEMBER`, `BARRED` for the user, `BLOCKED` if the user blocks the actor, `INVITATION_LIMIT` */
  invite(actor: Actor, group: GroupRef, user: string): Promise<{ group: Group; user: User }>;
  /**
   * Makes a code by which users can join.
   * @param uses how many can; null for any number
   * @param until when the code ends; null for no end
   * @throws `INVALID_PARAMS`, `INVITATION_LIMIT`
   */
  makeCode(
    actor: Actor,
    group: GroupRef,
    code: { readonly code: string; readonly uses: number | null; readonly until: number | null },
  ): Promise<{ group: Group }>;
  /** Ends the invitation of a user, or all codes of the group. The user who is invited can end that invitation too. */
  revoke(
    actor: Actor,
    group: GroupRef,
    user: string | undefined,
  ): Promise<{ group: Group; revoked: number }>;
  /** The invitations of a group, for those who can invite. */
  invitations(actor: Actor, group: GroupRef): Promise<{ group: Group; invitations: Invitation[] }>;
  /** The groups to which the actor is invited. */
  received(actor: Actor): Promise<ReceivedInvitation[]>;

  /** Ends a membership. @throws `NOT_MEMBER` for the user, `INVALID_PARAMS` for the actor's own name */
  removeMember(actor: Actor, group: GroupRef, on: OnUser): Promise<{ group: Group; user: User }>;
  /** Ends a membership, and lets the user not join again. @throws `INVALID_PARAMS` */
  bar(actor: Actor, group: GroupRef, on: OnUser): Promise<{ group: Group; user: User }>;
  unbar(actor: Actor, group: GroupRef, on: OnUser): Promise<{ group: Group; user: User }>;
  /** Lets a user write nothing in the group until a time. @throws `INVALID_PARAMS` */
  silence(
    actor: Actor,
    group: GroupRef,
    on: OnUser & { readonly until: number },
  ): Promise<{ group: Group; user: User }>;
  unsilence(actor: Actor, group: GroupRef, on: OnUser): Promise<{ group: Group; user: User }>;
  /**
   * Gives a member a role, or takes it. A new owner is the only one, and the owner before becomes a moderator. If the
   * owner steps down, `owner` is the new owner, or null if nobody owns the group now.
   * @throws `NOT_MEMBER` for the user, `NAME_UNPROTECTED`, `GROUP_LIMIT`
   */
  setRole(
    actor: Actor,
    group: GroupRef,
    user: string,
    role: Role,
  ): Promise<{ group: Group; user: User; role: Role; owner?: User | null }>;

  /** @param closed false to open it again @throws `MESSAGE_NOT_FOUND` if no message of the thread is visible */
  closeThread(
    actor: Actor,
    group: GroupRef,
    thread: number,
    closed: boolean,
  ): Promise<{ group: Group; thread: number }>;
  /** @param pinned false to unpin it @throws `MESSAGE_NOT_FOUND`, `PINS_FULL` */
  pin(actor: Actor, group: GroupRef, number: number, pinned: boolean): Promise<{ group: Group }>;

  /** Reports a message to the moderators. A second one of the same user replaces the first, and is announced if that was closed. @throws `MESSAGE_NOT_FOUND`, `REPORT_LIMIT` */
  report(actor: Actor, group: GroupRef, number: number, reason: string): Promise<{ group: Group }>;
  /** The open reports of the messages that the actor can see. */
  reports(actor: Actor, group: GroupRef): Promise<{ group: Group; reports: Report[] }>;
  /** Closes the reports of a message. @throws `MESSAGE_NOT_FOUND` */
  closeReports(
    actor: Actor,
    group: GroupRef,
    number: number,
  ): Promise<{ group: Group; closed: number }>;

  /**
   * Lines of the group's log with ids below `before`, newest first. A member without a role sees those since they joined,
   * and of messages those that they can see.
   */
  log(
    actor: Actor,
    group: GroupRef,
    page: { readonly before: number; readonly limit: number },
  ): Promise<{ group: Group; lines: LogLine[]; more: boolean }>;
}
