/** How many groups of each access, roles, restrictions in force, open invitations and open reports there are. */
export interface ModerationCounts {
  readonly openGroups: number;
  readonly inviteGroups: number;
  readonly secretGroups: number;
  /** Groups that users made, and that have no owner now. */
  readonly withoutOwner: number;
  readonly owners: number;
  readonly moderators: number;
  readonly barred: number;
  readonly silenced: number;
  readonly invitations: number;
  readonly reports: number;
}

/** Counts of stored messages. Times are microseconds since the epoch; days and hours are UTC. */
export interface Statistics {
  readonly at: number;
  readonly totals: {
    readonly users: number;
    readonly banned: number;
    readonly groups: number;
    /** Direct conversations. */
    readonly conversations: number;
    readonly memberships: number;
    readonly messages: number;
  };
  readonly moderation: ModerationCounts;
  /** How many of the stored messages were posted in the 1, 7 and 30 days before `at`. */
  readonly posted: {
    readonly lastDay: number;
    readonly lastWeek: number;
    readonly lastMonth: number;
  };
  /** When the oldest and the newest stored message were posted; null if there is none. */
  readonly oldest: number | null;
  readonly newest: number | null;
  readonly window: WindowStatistics;
}

/** The stored messages that were posted at `since` or later. */
export interface WindowStatistics {
  readonly since: number;
  readonly messages: number;
  /** The ten groups with the most of these messages. */
  readonly groups: readonly Share[];
  /** The ten users with the most of these messages. Messages of deleted users are not counted here. */
  readonly users: readonly Share[];
  /** Each day of the window, beginning with the day of the oldest stored message. */
  readonly days: readonly { readonly date: string; readonly messages: number }[];
  /** 24 counts, one for each hour of the day, over all days. */
  readonly hours: readonly number[];
}

export interface Share {
  readonly name: string;
  readonly messages: number;
}
