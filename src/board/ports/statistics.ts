/** What was posted, in counts; times are microseconds since the epoch, days and hours UTC. */
export interface Statistics {
  readonly at: number;
  readonly totals: {
    readonly users: number;
    readonly banned: number;
    readonly groups: number;
    readonly memberships: number;
    readonly messages: number;
  };
  /** How many of the stored messages were posted in the 1, 7 and 30 days before `at`. */
  readonly posted: {
    readonly lastDay: number;
    readonly lastWeek: number;
    readonly lastMonth: number;
  };
  /** When the oldest stored message was posted, and the newest; null where there is none. */
  readonly oldest: number | null;
  readonly newest: number | null;
  readonly window: WindowStatistics;
}

/** The stored messages that were posted from `since` on. */
export interface WindowStatistics {
  readonly since: number;
  readonly messages: number;
  /** The ten groups with most of them. */
  readonly groups: readonly Share[];
  /** The ten users with most of them; what deleted users posted counts for nobody. */
  readonly users: readonly Share[];
  /** Each day of the window, from that of the oldest stored message on. */
  readonly days: readonly { readonly date: string; readonly messages: number }[];
  /** 24 numbers: by the hour of the day, all days together. */
  readonly hours: readonly number[];
}

export interface Share {
  readonly name: string;
  readonly messages: number;
}
