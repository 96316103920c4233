/**
 * Removes old data while the board runs. Each call is one step of a few milliseconds, in one commit with the
 * writes of members, and resolves with whether all work is done. It throws the same errors as `Repository`.
 */
export interface Upkeep {
  /** Stores when users and tokens were used, unless a login has stored it already. */
  keepUses(): Promise<boolean>;
  /** Removes some tokens and known networks that have not been used for too long. */
  removeStale(): Promise<boolean>;
  /** Removes the bans of networks that have ended. */
  removeEndedBans(): Promise<boolean>;
  /** Removes some messages that are over the limits of their group's retention. */
  removeExpired(): Promise<boolean>;
  /** Removes some messages of a group that its owner has deleted, and at last the group. */
  removeGroups(): Promise<boolean>;
  /** Puts some messages into the index of words. */
  indexMessages(): Promise<boolean>;
  /** Gives some of the file's unused space back to the disk. */
  giveBack(): Promise<boolean>;
}
