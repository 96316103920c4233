/** Limits of what the board keeps for the screen of a user. */
export const screenLimits = {
  /** Drafts of a user. The oldest are dropped. */
  drafts: 50,
  /** Bytes of UTF-8 of a user's drafts together. The oldest are dropped. */
  draftBytes: 256 * 1024,
  /** Length of one text, in UTF-16 code units: somewhat more than a message may have. */
  text: 48 * 1024,
  /** Length of a subject, in UTF-16 code units. */
  subject: 1000,
  /** Length of a place such as `news#17`, in UTF-16 code units. */
  place: 300,
  /** Length of a keys.toml, in UTF-16 code units. */
  keys: 8 * 1024,
  /** Drafts that were not changed for this long are removed, in days. */
  draftDays: 365,
} as const;
