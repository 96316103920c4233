import type { Role } from '../../protocol/rights.ts';
import type { Group, GroupRef, LogLine, User } from '../types.ts';
import type { Invitation, OnUser, Report } from './groups.ts';

/** A user who is barred from a group, or silenced in it. */
export interface Restriction {
  readonly kind: 'barred' | 'silenced';
  /** When it ends; null for one without an end. */
  readonly until: number | null;
  /** '' for none. */
  readonly reason: string;
}

export interface MemberRestriction extends Restriction {
  readonly user: string;
}

export interface UserRestriction extends Restriction {
  readonly group: string;
  readonly groupId: number;
}

/** What moderators have set in a group, and the newest lines of its log, oldest first. */
export interface ModerationDetails {
  readonly restrictions: readonly MemberRestriction[];
  readonly invitations: readonly Invitation[];
  /** Numbers of messages. */
  readonly pins: readonly number[];
  /** Numbers of threads. */
  readonly closedThreads: readonly number[];
  readonly openReports: number;
  readonly log: readonly LogLine[];
}

export interface OpenReport extends Report {
  readonly group: string;
  readonly groupId: number;
}

/**
 * The acts of moderators and owners, for the operator, who stands above all of them and needs no role. The lines of the
 * log name no author then. All of them throw `STORAGE_FAILED`, `GROUP_NOT_FOUND`, `DIRECT_FIXED` for a direct
 * conversation, and those about a user `USER_NOT_FOUND`.
 */
export interface Moderation {
  /**
   * Gives a member a role, or takes it. A new owner is the only one, and the one before becomes a moderator. The first
   * role in `news` lets only moderators post there: then `announcementsOnly` is true.
   * @throws `NOT_MEMBER` for the user, `NAME_UNPROTECTED`, `FORBIDDEN` for a banned user, `GROUP_LIMIT`
   */
  setRole(
    group: GroupRef,
    user: string,
    role: Role,
  ): Promise<{ group: Group; user: User; role: Role; announcementsOnly?: true }>;
  /** @throws `NOT_MEMBER` for the user */
  removeMember(group: GroupRef, on: OnUser): Promise<{ group: Group; user: User }>;
  bar(group: GroupRef, on: OnUser): Promise<{ group: Group; user: User }>;
  unbar(group: GroupRef, on: OnUser): Promise<{ group: Group; user: User }>;
  /** @throws `INVALID_PARAMS` for a time that is past, or too far away */
  silence(
    group: GroupRef,
    on: OnUser & { readonly until: number },
  ): Promise<{ group: Group; user: User }>;
  unsilence(group: GroupRef, on: OnUser): Promise<{ group: Group; user: User }>;
  /** @throws `ALREADY_MEMBER`, `BARRED` for the user, `INVITATION_LIMIT` */
  invite(group: GroupRef, user: string): Promise<{ group: Group; user: User }>;
  /** @throws `INVALID_PARAMS`, `INVITATION_LIMIT` */
  makeCode(
    group: GroupRef,
    code: { readonly code: string; readonly uses: number | null; readonly until: number | null },
  ): Promise<{ group: Group }>;
  /** Ends the invitation of a user, or all codes of the group. */
  revoke(group: GroupRef, user: string | undefined): Promise<{ group: Group; revoked: number }>;
  /** @param closed false to open it again @throws `MESSAGE_NOT_FOUND` */
  closeThread(
    group: GroupRef,
    thread: number,
    closed: boolean,
  ): Promise<{ group: Group; thread: number }>;
  /** @param pinned false to unpin it @throws `MESSAGE_NOT_FOUND`, `PINS_FULL` */
  pin(group: GroupRef, number: number, pinned: boolean): Promise<{ group: Group }>;
  /** The open reports of a group, or of all groups. */
  reports(group: GroupRef | undefined): Promise<OpenReport[]>;
  /** Closes the reports of a message. */
  closeReports(group: GroupRef, number: number): Promise<{ group: Group; closed: number }>;
  /** The newest lines of the log, oldest first. `more` says whether there are older ones. */
  log(
    group: GroupRef,
    page: { readonly before?: number; readonly limit: number },
  ): Promise<{ group: Group; lines: LogLine[]; more: boolean }>;
}
