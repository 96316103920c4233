import { sql } from 'drizzle-orm';
import {
  blob,
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';

// Times are microseconds since the epoch, from the board's one clock (clock.ts). Ids of users and groups are
// AUTOINCREMENT: a new user or group never gets the id of a deleted one, and inherits nothing from it.

/**
 * The skeletons of a name and of its key: see `skeleton`. Old names may have the same skeleton. A new name must not have that
 * of another name. It is empty for a name that was inserted by hand, and then counts as similar to no other.
 */
const looks = {
  skeleton: text().notNull().default(''),
  keySkeleton: text('key_skeleton').notNull().default(''),
};

export const users = sqliteTable(
  'users',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    name: text().notNull(),
    /** The key that makes the name unique: see `nameKey`. */
    nameKey: text('name_key').notNull().unique(),
    ...looks,
    passwordHash: text('password_hash'),
    /** How many SSH keys the user has, kept with the user; `db check` compares. */
    keyCount: integer('key_count').notNull().default(0),
    /** 1 for a protected name: nobody can log in under it by the name alone. This is the one definition. */
    isProtected: integer('is_protected').generatedAlwaysAs(
      sql`(password_hash is not null or key_count > 0)`,
      { mode: 'virtual' },
    ),
    createdAt: integer('created_at').notNull(),
    lastSeenAt: integer('last_seen_at'),
    bannedAt: integer('banned_at'),
    banReason: text('ban_reason'),
    /** Raised to end all tokens of the user. */
    tokenEpoch: integer('token_epoch').notNull().default(0),
    /** Tokens that were issued up to this time have ended, whatever their epoch. */
    tokensAfter: integer('tokens_after').notNull().default(0),
  },
  (table) => [
    index('users_skeleton').on(table.skeleton),
    index('users_key_skeleton').on(table.keySkeleton),
  ],
);

/** The SSH keys by which users log in. Removing one ends the sessions and the tokens that rest on its id. */
export const userKeys = sqliteTable(
  'user_keys',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    /** `SHA256:` and the hash of the key in base64: see `protocol/ssh-key.ts`. A key belongs to one user. */
    fingerprint: text().notNull().unique(),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    type: text().notNull(),
    comment: text().notNull(),
    addedAt: integer('added_at').notNull(),
    lastUsedAt: integer('last_used_at'),
  },
  (table) => [index('user_keys_user').on(table.userId)],
);

/**
 * SSH keys that users have added as a line, and that nobody has proven to hold. Such a key protects nothing. Several users may
 * have added the same key. The first user who proves to hold it gets it, and the rows of the others are removed.
 */
export const claimedKeys = sqliteTable(
  'claimed_keys',
  {
    fingerprint: text().notNull(),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    type: text().notNull(),
    comment: text().notNull(),
    addedAt: integer('added_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.fingerprint, table.userId] }),
    index('claimed_keys_user').on(table.userId),
  ],
);

/** Texts that users have written and not sent, on the screen that they get over ssh. */
export const drafts = sqliteTable(
  'drafts',
  {
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** Where the text is written, such as `news`, `news#17` and `news#17 edit`. */
    place: text().notNull(),
    /** Null for a text without a subject of its own, such as a reply. */
    subject: text(),
    content: text().notNull(),
    writtenAt: integer('written_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.place] }),
    index('drafts_time').on(table.writtenAt),
  ],
);

/** The keys.toml of users, for the screen that they get over ssh. */
export const screenKeys = sqliteTable('screen_keys', {
  userId: integer('user_id')
    .primaryKey()
    .references(() => users.id, { onDelete: 'cascade' }),
  text: text().notNull(),
});

export const groups = sqliteTable(
  'groups',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    name: text().notNull(),
    nameKey: text('name_key').notNull().unique(),
    ...looks,
    description: text().notNull().default(''),
    createdAt: integer('created_at').notNull(),
    /** The newest number given out; it only grows, so that no number is used twice. */
    lastNumber: integer('last_number').notNull().default(0),
    /**
     * How many members and messages there are. Kept with them, because counting ten million rows
     * for `%groups` would stop everyone; `db check` compares.
     */
    memberCount: integer('member_count').notNull().default(0),
    messageCount: integer('message_count').notNull().default(0),
    keepMessages: integer('keep_messages'),
    keepDays: integer('keep_days'),
    /**
     * A direct conversation is a group of two members that no list shows. A removed group exists for no user. Its roles,
     * invitations and member count are removed with it, and its other rows in steps, from its reports to its memberships and
     * messages, and then the group itself.
     */
    kind: text({ enum: ['group', 'direct', 'removed'] })
      .notNull()
      .default('group'),
    /**
     * Who can join: everyone, those who were invited, or those who were invited, while the group does not exist for
     * anyone else. The `name_key` of a secret group ends with its id, such as `plans#12`: so its name stays free for others.
     */
    access: text({ enum: ['open', 'invite', 'secret'] })
      .notNull()
      .default('open'),
    /** Who can begin a thread, and who can reply: all members, or only moderators and the owner. */
    posting: text({ enum: ['members', 'moderators'] })
      .notNull()
      .default('members'),
    replying: text({ enum: ['members', 'moderators'] })
      .notNull()
      .default('members'),
    /** A longer description, for those who may join. */
    about: text().notNull().default(''),
    /** The id of the user who made it; null for a group that the operator made. */
    createdBy: integer('created_by'),
    /** Counts the edits and deletions of messages: see `messages.changed`. */
    lastChange: integer('last_change').notNull().default(0),
  },
  (table) => [
    index('groups_skeleton').on(table.skeleton),
    index('groups_key_skeleton').on(table.keySkeleton),
    // So that a list of groups does not step through direct conversations.
    index('groups_kind').on(table.kind),
    index('groups_created_by')
      .on(table.createdBy, table.createdAt)
      .where(sql`${table.createdBy} is not null`),
  ],
);

export const memberships = sqliteTable(
  'memberships',
  {
    groupId: integer('group_id')
      .notNull()
      .references(() => groups.id, { onDelete: 'cascade' }),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    joinedAt: integer('joined_at').notNull(),
    /** Starts at the group's last number, so what is unread was posted after joining. */
    lastReadNumber: integer('last_read_number').notNull(),
    /** A time between the last message up to `last_read_number` and the next one; null if it was not looked up. */
    lastReadAt: integer('last_read_at'),
    /** Ranges of numbers that were read after `last_read_number`, such as `14-17,20`. */
    readRanges: text('read_ranges').notNull().default(''),
    /** Of which messages the member wants to be notified. */
    notify: text({ enum: ['all', 'mentions', 'none'] })
      .notNull()
      .default('all'),
    /** It ends when the name of the member is no longer protected: see `protocol/rights.ts`. */
    role: text({ enum: ['member', 'moderator', 'owner'] })
      .notNull()
      .default('member'),
    /** When the member got the role; null for a member without one. */
    roleSince: integer('role_since'),
  },
  (table) => [
    primaryKey({ columns: [table.groupId, table.userId] }),
    index('memberships_user').on(table.userId, table.groupId),
    index('memberships_role')
      .on(table.groupId, table.roleSince)
      .where(sql`${table.roleSince} is not null`),
    index('memberships_owner').on(table.userId).where(sql`${table.role} = 'owner'`),
  ],
);

/** What a moderator has forbidden to a user in a group. It holds after the user has left and joined again. */
export const restrictions = sqliteTable(
  'restrictions',
  {
    groupId: integer('group_id')
      .notNull()
      .references(() => groups.id, { onDelete: 'cascade' }),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** `barred`: the user cannot join. `silenced`: the user cannot write. */
    kind: text({ enum: ['barred', 'silenced'] }).notNull(),
    /** When it ends; null for one without an end. */
    until: integer(),
    reason: text().notNull().default(''),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupId, table.userId, table.kind] }),
    index('restrictions_user').on(table.userId),
  ],
);

/** Invitations to a group: for one user, or for everybody who has the code. */
export const invitations = sqliteTable(
  'invitations',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    groupId: integer('group_id')
      .notNull()
      .references(() => groups.id, { onDelete: 'cascade' }),
    /** The user who is invited; null for a code. */
    userId: integer('user_id').references(() => users.id, { onDelete: 'cascade' }),
    /** The SHA-256 of the code, in hex; null for an invitation of a user. */
    codeHash: text('code_hash').unique(),
    /** How many users can still join by the code; null for any number. */
    uses: integer(),
    /** When the code ends; null for one without an end. */
    until: integer(),
    /** The id of the user who invites; null for the operator. */
    invitedBy: integer('invited_by').references(() => users.id, { onDelete: 'set null' }),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    uniqueIndex('invitations_user').on(table.userId, table.groupId),
    index('invitations_group').on(table.groupId),
    index('invitations_invited_by').on(table.invitedBy),
  ],
);

/** What moderators, owners and the operator did in a group. The oldest lines of a long log are removed. */
export const groupLog = sqliteTable(
  'group_log',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    groupId: integer('group_id')
      .notNull()
      .references(() => groups.id, { onDelete: 'cascade' }),
    at: integer().notNull(),
    /** One of `logActs` in `protocol/rights.ts`. */
    act: text().notNull(),
    /** The name of who did it, at that time; null for the operator. */
    by: text(),
    /** The name of the user whom it concerns, at that time. */
    user: text(),
    /** The message or thread that it concerns, and when it was posted: those who cannot see it do not see the line. */
    number: integer(),
    postedAt: integer('posted_at'),
    /** The end of a silence, in microseconds. */
    until: integer(),
    /** The reason or the new setting, such as `access: secret`. Never a text of a message. */
    detail: text().notNull().default(''),
  },
  (table) => [index('group_log_group').on(table.groupId, table.id)],
);

/** Threads in which only moderators can post. */
export const closedThreads = sqliteTable(
  'closed_threads',
  {
    groupId: integer('group_id')
      .notNull()
      .references(() => groups.id, { onDelete: 'cascade' }),
    thread: integer().notNull(),
    closedAt: integer('closed_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupId, table.thread] })],
);

/** Messages that moderators have pinned. Members see those that the rule of visibility lets them see. */
export const pins = sqliteTable(
  'pins',
  {
    groupId: integer('group_id')
      .notNull()
      .references(() => groups.id, { onDelete: 'cascade' }),
    number: integer().notNull(),
    pinnedAt: integer('pinned_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupId, table.number] })],
);

/** Messages that members have reported to the moderators. */
export const reports = sqliteTable(
  'reports',
  {
    id: integer().primaryKey({ autoIncrement: true }),
    groupId: integer('group_id')
      .notNull()
      .references(() => groups.id, { onDelete: 'cascade' }),
    number: integer().notNull(),
    /** Who reports it; null if the user was deleted. */
    userId: integer('user_id').references(() => users.id, { onDelete: 'set null' }),
    reason: text().notNull(),
    createdAt: integer('created_at').notNull(),
    closedAt: integer('closed_at'),
  },
  (table) => [
    uniqueIndex('reports_user').on(table.userId, table.groupId, table.number),
    index('reports_group').on(table.groupId, table.number),
    index('reports_open').on(table.id).where(sql`${table.closedAt} is null`),
  ],
);

/**
 * Rows are appended. A post to a group changes one page of one index that begins with the group: each
 * such page is written with the commit, and most of a post's processor time is the writing of pages.
 */
export const messages = sqliteTable(
  'messages',
  {
    /** Grows with time. The id of a deleted row may be used again: see docs/decisions/023-one-message-index.md. */
    id: integer().primaryKey(),
    groupId: integer('group_id')
      .notNull()
      .references(() => groups.id, { onDelete: 'cascade' }),
    number: integer().notNull(),
    senderId: integer('sender_id').references(() => users.id, { onDelete: 'set null' }),
    postedAt: integer('posted_at').notNull(),
    subject: text().notNull(),
    content: text().notNull(),
    postKey: text('post_key'),
    /**
     * Set for a tombstone: a deleted message that keeps its row, number and time, and has no sender,
     * subject, content or key. Without its row, an older message would become visible: see visibility.ts.
     */
    deletedAt: integer('deleted_at'),
    /**
     * 1 for about every 64th message of a group: see numbers.ts. Numbers and times of a group grow together, so
     * the milestones next to a number bound the time of its message.
     */
    milestone: integer(),
    /** The number of the message that this one replies to, in the same group. */
    replyTo: integer('reply_to'),
    /** The number of the first message of the thread; null for a message that begins one. */
    thread: integer(),
    /**
     * The ids of the users whom the message mentions, as a JSON array such as `[12,34]`; null without any. It begins with a
     * 0 if the message mentions all members.
     */
    mentions: text(),
    editedAt: integer('edited_at'),
    /** How many times it was edited. The versions before are in `revisions`. */
    edits: integer().notNull().default(0),
    /** Of a tombstone: the id of the user who deleted the message; null for the operator. */
    deletedBy: integer('deleted_by'),
    /** What `groups.last_change` became by the last edit, or by the deletion. */
    changed: integer(),
  },
  (table) => [
    // Two indexes, so that a list is a range of messages however many tombstones are between them,
    // and a post still changes one. Sender and thread decide whether a message is unread.
    index('messages_posted')
      .on(table.groupId, table.postedAt, table.number, table.senderId, table.thread)
      .where(sql`${table.deletedAt} is null`),
    uniqueIndex('messages_deleted')
      .on(table.groupId, table.postedAt, table.number)
      .where(sql`${table.deletedAt} is not null`),
    index('messages_milestone')
      .on(table.groupId, table.number, table.postedAt)
      .where(sql`${table.milestone} is not null`),
    uniqueIndex('messages_post_key')
      .on(table.senderId, table.postKey)
      .where(sql`${table.postKey} is not null`),
    // Partial, so that a message that is neither a reply nor changed costs no page of them.
    index('messages_thread')
      .on(table.groupId, table.thread, table.postedAt, table.number, table.senderId)
      .where(sql`${table.thread} is not null and ${table.deletedAt} is null`),
    // The condition is that of `isToAll`.
    index('messages_to_all')
      .on(table.groupId, table.postedAt, table.number, table.senderId, table.thread)
      .where(sql`substr(${table.mentions}, 1, 2) = '[0'`),
    index('messages_changed')
      .on(table.groupId, table.changed)
      .where(sql`${table.changed} is not null`),
  ],
);

/** The texts of a message before each of its edits. */
export const revisions = sqliteTable(
  'revisions',
  {
    groupId: integer('group_id')
      .notNull()
      .references(() => groups.id, { onDelete: 'cascade' }),
    number: integer().notNull(),
    /** 0 for the text that was posted. */
    revision: integer().notNull(),
    /** When this text was posted or edited. */
    writtenAt: integer('written_at').notNull(),
    subject: text().notNull(),
    content: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.groupId, table.number, table.revision] })],
);

/** Which messages mention a user. */
export const mentions = sqliteTable(
  'mentions',
  {
    groupId: integer('group_id')
      .notNull()
      .references(() => groups.id, { onDelete: 'cascade' }),
    number: integer().notNull(),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    /** When the message was posted. */
    postedAt: integer('posted_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.groupId, table.number, table.userId] }),
    // With another index on user and time, SQLite would choose that one, and step through the mentions of all groups.
    index('mentions_membership').on(table.userId, table.groupId, table.postedAt),
  ],
);

/** Users who may not write to `user_id` directly. */
export const blocks = sqliteTable(
  'blocks',
  {
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    blockedId: integer('blocked_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.blockedId] }),
    index('blocks_blocked').on(table.blockedId),
  ],
);

/** Users whose messages are not unread for `user_id`. */
export const mutedUsers = sqliteTable(
  'muted_users',
  {
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    mutedId: integer('muted_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.mutedId] }),
    index('muted_users_muted').on(table.mutedId),
  ],
);

/** Threads whose messages are not unread for `user_id`. */
export const mutedThreads = sqliteTable(
  'muted_threads',
  {
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    groupId: integer('group_id')
      .notNull()
      .references(() => groups.id, { onDelete: 'cascade' }),
    thread: integer().notNull(),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.groupId, table.thread] }),
    index('muted_threads_group').on(table.groupId, table.thread),
  ],
);

/**
 * Which messages are in the index of words (`message_index`, a table of FTS5 that a migration makes, because drizzle-kit
 * knows no virtual tables), in one row: those with ids from `oldest` to `newest`. See docs/decisions/025-search.md.
 */
export const searchIndex = sqliteTable('search_index', {
  id: integer().primaryKey(),
  newest: integer().notNull(),
  oldest: integer().notNull(),
  /** How texts were cut into words: see `wordsVersion`. If a server cuts them in another way, it makes the index again. */
  version: text().notNull(),
});

/** The key of all tokens, in one row: see `Tokens`. A board without one is given one when a server opens it. */
export const tokenKey = sqliteTable('token_key', {
  id: integer().primaryKey(),
  key: blob({ mode: 'buffer' }).notNull(),
});

/**
 * When a token was last used, if that was more than a day after it was issued; most tokens have no row. Whatever has
 * ended a token has removed its row, so a token with a row is valid in any epoch.
 */
export const tokens = sqliteTable(
  'tokens',
  {
    /** The id of the token; the SHA-256 of the text of a token of an earlier version. */
    hash: text().primaryKey(),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    usedAt: integer('used_at').notNull(),
  },
  (table) => [
    index('tokens_user').on(table.userId, table.usedAt),
    index('tokens_used').on(table.usedAt),
  ],
);

/** Tokens without a row that were logged out, until they would have ended by their age. */
export const endedTokens = sqliteTable(
  'ended_tokens',
  {
    id: text().primaryKey(),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    issuedAt: integer('issued_at').notNull(),
  },
  (table) => [
    index('ended_tokens_user').on(table.userId, table.issuedAt),
    index('ended_tokens_issued').on(table.issuedAt),
  ],
);

/**
 * The networks (see `networkOf`) from which a user has given the right password. Whoever guesses the
 * password from elsewhere does not slow these down.
 */
export const knownNetworks = sqliteTable(
  'known_networks',
  {
    userId: integer('user_id')
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    network: text().notNull(),
    usedAt: integer('used_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.userId, table.network] }),
    index('known_networks_used').on(table.usedAt),
  ],
);

/** Networks that the operator has banned: the server refuses connections from their addresses. */
export const networkBans = sqliteTable('network_bans', {
  /** In CIDR notation and canonical, such as `192.0.2.0/24` or `2001:db8::/32`: see `Network`. */
  network: text().primaryKey(),
  reason: text(),
  createdAt: integer('created_at').notNull(),
  /** Null for a ban without an end. */
  endsAt: integer('ends_at'),
});

/** The state of the clock of the machine, in one row: see `ClockWatch`. */
export const wallClock = sqliteTable('wall_clock', {
  id: integer().primaryKey(),
  /** The last time at which the clock was trusted. */
  trustedAt: integer('trusted_at').notNull(),
  /** For how many microseconds the server has run since the clock jumped; null while it is trusted. */
  doubtedFor: integer('doubted_for'),
});

/**
 * What administration commands did while a server may be running: one event each, as JSON. The
 * server reads, acts on and removes them; a server that starts has no session to notify, and removes them.
 */
export const outsideChanges = sqliteTable('outside_changes', {
  id: integer().primaryKey({ autoIncrement: true }),
  event: text().notNull(),
});
