import Sqlite from 'better-sqlite3';

/** A group that was imported, with the newest number and time of its messages so far. */
export interface KnownGroup {
  readonly id: number;
  readonly lastNumber: number;
  number: number;
  postedAt: number;
}

/** The message that was imported last, with how many of its revisions are missing. */
export interface Edited {
  readonly group: number;
  readonly number: number;
  readonly edits: number;
  readonly postedAt: number;
  readonly editedAt: number | null;
  /** How many revisions were read. */
  revisions: number;
}

/** How many rows of each kind an import has made. The users and groups are known by their names. */
export interface ImportCounts {
  directs: number;
  blocks: number;
  mutes: number;
  memberships: number;
  messages: number;
  deleted: number;
  revisions: number;
  restrictions: number;
  invitations: number;
  logged: number;
  closed: number;
  pins: number;
  reports: number;
}

/** A column of the newest message of `groups.id`, or of its newest tombstone. */
function newest(column: string, deletedAt: 'IS NULL' | 'IS NOT NULL', none: number): string {
  return `coalesce((SELECT ${column} FROM messages WHERE group_id = groups.id AND deleted_at ${deletedAt}
    ORDER BY posted_at DESC LIMIT 1), ${none})`;
}

/** The statements of an import. The lists and the counts are for one that was interrupted. */
export interface ImportStatements
  extends Record<
    | 'addUser'
    | 'addKey'
    | 'addClaim'
    | 'addGroup'
    | 'addDirect'
    | 'addBlock'
    | 'muteUser'
    | 'muteThread'
    | 'addMembership'
    | 'addMessage'
    | 'addRevision'
    | 'raise'
    | 'addMention'
    | 'addDeleted'
    | 'addRestriction'
    | 'addInvitation'
    | 'addLogged'
    | 'addClosed'
    | 'addPin'
    | 'addReport',
    Sqlite.Statement<unknown[]>
  > {
  readonly users: Sqlite.Statement<[], { name: string; id: number }>;
  readonly groups: Sqlite.Statement<[], { name: string } & KnownGroup>;
  readonly counts: Sqlite.Statement<[], ImportCounts>;
  readonly isProtected: Sqlite.Statement<[number], number>;
  readonly ownerOf: Sqlite.Statement<[number], number>;
  readonly isParty: Sqlite.Statement<[{ group: number; user: number }], number>;
  readonly logged: Sqlite.Statement<[], { group: number; lines: number }>;
  readonly lastJoin: Sqlite.Statement<[], number>;
  readonly lastMessage: Sqlite.Statement<[], Edited>;
}

/** An id that grows and tells nothing of other groups, as `idFrom` gives. */
function idOf(table: string, at: string): string {
  return `max(${at}, coalesce((SELECT max(id) FROM ${table}), 0) + 1)`;
}

export function prepareImport(client: Sqlite.Database): ImportStatements {
  return {
    users: client.prepare<[], { name: string; id: number }>('SELECT name, id FROM users'),
    groups: client.prepare<[], { name: string } & KnownGroup>(`
      SELECT iif(kind = 'direct', '@' || id, iif(access = 'secret', name || '#' || id, name)) AS name, id, last_number AS lastNumber,
        max(${newest('number', 'IS NULL', 0)}, ${newest('number', 'IS NOT NULL', 0)}) AS number,
        max(${newest('posted_at', 'IS NULL', -1)}, ${newest('posted_at', 'IS NOT NULL', -1)}) AS postedAt
      FROM groups`),
    lastJoin: client
      .prepare<[], number>('SELECT coalesce(max(joined_at), 0) FROM memberships')
      .pluck(),
    counts: client.prepare<[], ImportCounts>(`
      SELECT (SELECT count(*) FROM memberships) AS memberships,
        (SELECT count(*) FROM groups WHERE kind = 'direct') AS directs,
        (SELECT count(*) FROM blocks) AS blocks,
        (SELECT count(*) FROM muted_users) + (SELECT count(*) FROM muted_threads) AS mutes,
        (SELECT count(*) FROM messages WHERE deleted_at IS NULL) AS messages,
        (SELECT count(*) FROM messages WHERE deleted_at IS NOT NULL) AS deleted,
        (SELECT count(*) FROM revisions) AS revisions,
        (SELECT count(*) FROM restrictions) AS restrictions, (SELECT count(*) FROM invitations) AS invitations,
        (SELECT count(*) FROM group_log) AS logged, (SELECT count(*) FROM closed_threads) AS closed,
        (SELECT count(*) FROM pins) AS pins, (SELECT count(*) FROM reports) AS reports`),
    addUser: client.prepare(`
      INSERT INTO users (name, name_key, skeleton, key_skeleton, password_hash, key_count, created_at, last_seen_at,
        banned_at, ban_reason)
      VALUES (:name, :nameKey, :skeleton, :keySkeleton, :passwordHash, :keyCount, :createdAt, :lastSeenAt, :bannedAt,
        :banReason)`),
    addKey: client.prepare(`
      INSERT INTO user_keys (fingerprint, user_id, type, comment, added_at, last_used_at)
      VALUES (:fingerprint, :user, :type, :comment, :addedAt, :lastUsedAt)`),
    addClaim: client.prepare(`
      INSERT INTO claimed_keys (fingerprint, user_id, type, comment, added_at)
      VALUES (:fingerprint, :user, :type, :comment, :addedAt)`),
    addGroup: client.prepare(`
      INSERT INTO groups (id, name, name_key, skeleton, key_skeleton, description, created_at, last_number, keep_messages,
        keep_days, access, posting, replying, about, created_by)
      VALUES (:id, :name, :nameKey, :skeleton, :keySkeleton, :description, :createdAt, :lastNumber, :keepMessages, :keepDays,
        :access, :posting, :replying, :about, :creator)`),
    addDirect: client.prepare(`
      INSERT INTO groups (id, name, name_key, skeleton, key_skeleton, description, created_at, last_number, keep_messages,
        keep_days, kind, created_by)
      VALUES (:id, :stored, :stored, :stored, :stored, '', :createdAt, :lastNumber, :keepMessages, :keepDays, 'direct',
        :creator)`),
    addBlock: client.prepare(
      'INSERT INTO blocks (user_id, blocked_id, created_at) VALUES (:user, :blocked, :createdAt)',
    ),
    muteUser: client.prepare(
      'INSERT INTO muted_users (user_id, muted_id, created_at) VALUES (:user, :muted, :createdAt)',
    ),
    muteThread: client.prepare(`
      INSERT INTO muted_threads (user_id, group_id, thread, created_at)
      VALUES (:user, :group, :thread, :createdAt)`),
    addMembership: client.prepare(`
      INSERT INTO memberships (group_id, user_id, joined_at, last_read_number, read_ranges, notify, role, role_since)
      VALUES (:group, :user, :joinedAt, :lastRead, :ranges, :notify, :role, :roleSince)`),
    isProtected: client
      .prepare<[number], number>('SELECT is_protected FROM users WHERE id = ?')
      .pluck(),
    ownerOf: client
      .prepare<[number], number>(
        "SELECT user_id FROM memberships WHERE group_id = ? AND role = 'owner'",
      )
      .pluck(),
    logged: client.prepare<[], { group: number; lines: number }>(
      'SELECT group_id AS "group", count(*) AS lines FROM group_log GROUP BY group_id',
    ),
    addRestriction: client.prepare(`
      INSERT INTO restrictions (group_id, user_id, kind, until, reason, created_at)
      VALUES (:group, :user, :kind, :until, :reason, :createdAt)`),
    addInvitation: client.prepare(`
      INSERT INTO invitations (id, group_id, user_id, code_hash, uses, until, invited_by, created_at)
      VALUES (${idOf('invitations', ':createdAt')}, :group, :user, :codeHash, :uses, :until, :by, :createdAt)`),
    addLogged: client.prepare(`
      INSERT INTO group_log (id, group_id, at, act, by, user, number, posted_at, until, detail)
      VALUES (${idOf('group_log', ':at')}, :group, :at, :act, :by, :user, :number, :postedAt, :until, :detail)`),
    addClosed: client.prepare(
      'INSERT INTO closed_threads (group_id, thread, closed_at) VALUES (:group, :thread, :closedAt)',
    ),
    addPin: client.prepare(
      'INSERT INTO pins (group_id, number, pinned_at) VALUES (:group, :number, :pinnedAt)',
    ),
    addReport: client.prepare(`
      INSERT INTO reports (id, group_id, number, user_id, reason, created_at, closed_at)
      VALUES (${idOf('reports', ':createdAt')}, :group, :number, :user, :reason, :createdAt, :closedAt)`),
    addMessage: client.prepare(`
      INSERT INTO messages (group_id, number, sender_id, posted_at, subject, content, post_key, milestone,
        reply_to, thread, edited_at, edits, changed, mentions)
      VALUES (:group, :number, :user, :postedAt, :subject, :content, :key, :milestone, :replyTo, :thread, :editedAt, :edits, :editedAt, :mentions)`),
    addRevision: client.prepare(`
      INSERT INTO revisions (group_id, number, revision, written_at, subject, content)
      VALUES (:group, :number, :revision, :writtenAt, :subject, :content)`),
    raise: client.prepare(
      'UPDATE groups SET last_change = max(last_change, :change) WHERE id = :group',
    ),
    lastMessage: client.prepare<[], Edited>(`
      SELECT group_id AS "group", number, edits, posted_at AS postedAt, edited_at AS editedAt,
        (SELECT count(*) FROM revisions
          WHERE revisions.group_id = messages.group_id AND revisions.number = messages.number) AS revisions
      FROM messages ORDER BY id DESC LIMIT 1`),
    /** Whether a user is one of the two of a direct conversation, whose name has their ids: see `storedName`. */
    isParty: client
      .prepare<[{ group: number; user: number }], number>(`
        SELECT 1 FROM groups WHERE id = :group
          AND (name LIKE '@' || CAST(:user AS INTEGER) || ',%' OR name LIKE '@%,' || CAST(:user AS INTEGER))`)
      .pluck(),
    addMention: client.prepare(`
      INSERT INTO mentions (group_id, number, user_id, posted_at)
      VALUES (:group, :number, :user, :postedAt)`),
    addDeleted: client.prepare(`
      INSERT INTO messages (group_id, number, posted_at, subject, content, deleted_at, milestone, thread,
        deleted_by, changed)
      VALUES (:group, :number, :postedAt, '', '', :deletedAt, :milestone, :thread, :by, :change)`),
  };
}

/** Whether an error says that a row is there already. */
export function isConflict(error: unknown): boolean {
  return error instanceof Sqlite.SqliteError && error.code.startsWith('SQLITE_CONSTRAINT');
}
