import { rmSync } from 'node:fs';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StepControl } from '../../../board/steps.ts';
import { endOfTime } from '../../../board/times.ts';
import type { GroupRef } from '../../../board/types.ts';
import { findGroup } from '../acts/access.ts';
import { type Client, createPrivately, DatabaseError } from '../file/connection.ts';
import { isStorageFailure } from '../file/failure.ts';
import { openShared } from '../file/open.ts';
import { statementsOnUse } from '../statements/statements.ts';

// Messages of one step: a few milliseconds of work.
const stepSize = 5000;

const tables = `
  CREATE TABLE snap.users (id INTEGER PRIMARY KEY, name, created_at, last_seen_at, banned_at,
    ban_reason, password_hash, keys, claimed_keys);
  CREATE TABLE snap.groups (id INTEGER PRIMARY KEY, name, ref, description, created_at, last_number,
    keep_messages, keep_days, kind, created_by, access, posting, replying, about);
  CREATE TABLE snap.restrictions (group_id, user_id, kind, until, reason, created_at);
  CREATE TABLE snap.invitations (id INTEGER PRIMARY KEY, group_id, user_id, code_hash, uses, until, invited_by, created_at);
  CREATE TABLE snap.group_log (id INTEGER PRIMARY KEY, group_id, at, act, by, user, number, posted_at, until, detail);
  CREATE TABLE snap.closed_threads (group_id, thread, closed_at);
  CREATE TABLE snap.pins (group_id, number, pinned_at);
  CREATE TABLE snap.reports (id INTEGER PRIMARY KEY, group_id, number, user_id, reason, created_at, closed_at);
  CREATE TABLE snap.blocks (user_id, blocked_id, created_at);
  CREATE TABLE snap.memberships (group_id, user_id, joined_at, last_read_number, read_ranges, notify,
    role, role_since);
  CREATE TABLE snap.mutes (user_id, muted_id, group_id, thread, created_at);
  CREATE TABLE snap.messages (id INTEGER PRIMARY KEY, group_id, number, sender_id, posted_at,
    subject, content, post_key, deleted_at, reply_to, thread, edited_at, edits, deleted_by, changed,
    mentions);
  CREATE TABLE snap.revisions (group_id, number, revision, written_at, subject, content,
    PRIMARY KEY (group_id, number, revision))`;

const copyMessages = `
  INSERT INTO snap.messages
    SELECT id, group_id, number, sender_id, posted_at, subject, content, post_key, deleted_at,
      reply_to, thread, edited_at, edits, deleted_by, changed, mentions
    FROM main.messages`;

const copyUsers = `
  INSERT INTO snap.users
    SELECT id, name, created_at, last_seen_at, banned_at, ban_reason, password_hash,
      iif(key_count = 0, '[]', (SELECT json_group_array(json_object('fingerprint', fingerprint, 'type', type,
        'comment', comment, 'addedAt', added_at, 'lastUsedAt', last_used_at) ORDER BY id)
        FROM main.user_keys WHERE user_id = users.id)),
      (SELECT json_group_array(json_object('fingerprint', fingerprint, 'type', type, 'comment', comment,
        'addedAt', added_at) ORDER BY added_at, fingerprint)
        FROM main.claimed_keys WHERE user_id = users.id)
    FROM main.users`;

/** The blocks between users of the snapshot. */
const copyBlocks = `
  INSERT INTO snap.blocks
    SELECT user_id, blocked_id, created_at FROM main.blocks
    WHERE user_id IN (SELECT id FROM snap.users) AND blocked_id IN (SELECT id FROM snap.users)`;

/** What users of the snapshot have muted of it. */
const copyMutes = `
  INSERT INTO snap.mutes
    SELECT user_id, muted_id, NULL, NULL, created_at FROM main.muted_users
    WHERE user_id IN (SELECT id FROM snap.users) AND muted_id IN (SELECT id FROM snap.users)
    UNION ALL SELECT user_id, NULL, group_id, thread, created_at FROM main.muted_threads
    WHERE user_id IN (SELECT id FROM snap.users) AND group_id IN (SELECT id FROM snap.groups)`;

/** The numbers of rows in a snapshot. */
export interface SnapshotCounts {
  readonly users: number;
  readonly groups: number;
  readonly directs?: number;
  readonly blocks?: number;
  readonly mutes?: number;
  readonly restrictions?: number;
  readonly invitations?: number;
  readonly logged?: number;
  readonly closed?: number;
  readonly pins?: number;
  readonly reports?: number;
  readonly memberships: number;
  readonly messages: number;
  readonly deleted: number;
  readonly revisions: number;
}

/**
 * The state of a board at one instant, from which an export is read. It is a copy of the rows, in a file beside
 * the database that loses its name when it is open. So no file remains, however the process ends.
 *
 * A read transaction is open on the board only while the copy is made, which takes seconds for a million
 * messages. It does not matter how slowly the export is read.
 */
export class Snapshot {
  private constructor(
    readonly client: Client,
    readonly counts: SnapshotCounts,
    /** The highest number that a group ever had. */
    readonly lastGroup: number,
  ) {}

  /**
   * @param file the database; a server may use it
   * @param only the groups to copy, with their members and senders; undefined for the whole board
   * @throws DatabaseError if there is no board, or no room for the copy; BoardError `GROUP_NOT_FOUND`; the
   * reason of `control.signal` if it is aborted
   */
  static async take(
    file: string,
    only: readonly GroupRef[] | undefined,
    control: StepControl,
  ): Promise<Snapshot> {
    const client = openShared(file);
    try {
      attachUnnamed(client, `${file}.export-${process.pid}`);
      client.exec('BEGIN');
      const statements = statementsOnUse(client);
      const wanted = only && [...new Set(only.map((ref) => findGroup(statements, ref).id))];
      client.exec(tables);
      copyGroups(client, wanted);
      for (const copied of copyInSteps(client, wanted)) {
        control.progress(copied);
        await nextTurn();
        control.signal.throwIfAborted();
      }
      client.exec(wanted ? `${copyUsers} WHERE id IN (${usersOfSnapshot})` : copyUsers);
      client.exec(copyBlocks);
      client.exec(copyMutes);
      const snapshot = new Snapshot(client, countRows(client), lastGroup(client));
      client.exec('COMMIT');
      return snapshot;
    } catch (error) {
      client.close();
      throw isStorageFailure(error) ? snapshotError(file, error) : error;
    }
  }

  close(): void {
    this.client.close();
  }
}

function snapshotError(file: string, { message }: Error): DatabaseError {
  return new DatabaseError(`The board cannot be copied beside ${file} to export it: ${message}.`);
}

/** The system frees a deleted file when the last process closes it, however that process ends. */
function attachUnnamed(client: Client, path: string): void {
  createPrivately(path);
  try {
    client.prepare('ATTACH ? AS snap').run(path);
    client.pragma('snap.journal_mode = MEMORY');
    client.pragma('snap.synchronous = OFF');
  } finally {
    rmSync(path, { force: true });
  }
}

function copyGroups(client: Client, wanted: readonly number[] | undefined): void {
  const ids = wanted ? JSON.stringify(wanted) : null;
  const isWanted = (column: string) =>
    `WHERE :ids IS NULL OR ${column} IN (SELECT value FROM json_each(:ids))`;
  const copyOf = (table: string, columns: string) =>
    `INSERT INTO snap.${table} SELECT ${columns} FROM main.${table}
      WHERE group_id IN (SELECT id FROM snap.groups) AND (:ids IS NULL OR 1)`;
  for (const copy of [
    `INSERT INTO snap.groups
      SELECT id, iif(kind = 'direct', '@' || id, name), iif(kind = 'direct', '@' || id, iif(access = 'secret', name || '#' || id, name)),
        description, created_at, last_number, keep_messages, keep_days, kind, created_by, access, posting, replying, about
      FROM main.groups ${isWanted('id')}`,
    // Its messages are still being deleted.
    "DELETE FROM snap.groups WHERE :ids IS NULL AND kind = 'removed'",
    `INSERT INTO snap.memberships
      SELECT group_id, user_id, joined_at, last_read_number, read_ranges, notify, role, role_since
      FROM main.memberships WHERE group_id IN (SELECT id FROM snap.groups) AND (:ids IS NULL OR 1)`,
    `INSERT INTO snap.revisions
      SELECT group_id, number, revision, written_at, subject, content
      FROM main.revisions
      WHERE group_id IN (SELECT id FROM snap.groups) AND (:ids IS NULL OR 1)`,
    copyOf('restrictions', 'group_id, user_id, kind, until, reason, created_at'),
    copyOf('invitations', 'id, group_id, user_id, code_hash, uses, until, invited_by, created_at'),
    copyOf('group_log', 'id, group_id, at, act, by, user, number, posted_at, until, detail'),
    copyOf('closed_threads', 'group_id, thread, closed_at'),
    copyOf('pins', 'group_id, number, pinned_at'),
    copyOf('reports', 'id, group_id, number, user_id, reason, created_at, closed_at'),
  ]) {
    client.prepare(copy).run({ ids });
  }
}

/** Copies the messages, and yields after each step how many are copied. */
function* copyInSteps(client: Client, wanted: readonly number[] | undefined) {
  let copied = 0;
  for (const copiedNow of wanted ? copyMessagesOf(client, wanted) : copyAllMessages(client)) {
    copied += copiedNow;
    yield copied;
  }
}

/** In the order of ids. */
function* copyAllMessages(client: Client) {
  const copy = client.prepare<[number, number]>(
    `${copyMessages} WHERE id > ? AND id <= ? AND group_id IN (SELECT id FROM snap.groups)`,
  );
  const last = highest(client, 'SELECT max(id) FROM main.messages');
  for (let from = 0; from < last; from += stepSize) yield copy.run(from, from + stepSize).changes;
}

/** In the order of times in each group: first its messages, then its tombstones, because each have an index. */
function* copyMessagesOf(client: Client, groups: readonly number[]) {
  for (const isNull of ['IS NULL', 'IS NOT NULL']) {
    const where = `WHERE group_id = ? AND deleted_at ${isNull} AND posted_at > ?`;
    const end = client
      .prepare<[number, number], number>(
        `SELECT posted_at FROM main.messages ${where} ORDER BY posted_at LIMIT 1 OFFSET ${stepSize}`,
      )
      .pluck();
    const copy = client.prepare<[number, number, number]>(
      `${copyMessages} ${where} AND posted_at <= ?`,
    );
    for (const group of groups) {
      let from = -1;
      while (from < endOfTime) {
        const to = end.get(group, from) ?? endOfTime;
        yield copy.run(group, from, to).changes;
        from = to;
      }
    }
  }
}

const usersOfSnapshot = `SELECT user_id FROM snap.memberships
  UNION SELECT sender_id FROM snap.messages UNION SELECT deleted_by FROM snap.messages
  UNION SELECT user_id FROM snap.restrictions UNION SELECT user_id FROM snap.invitations
  UNION SELECT invited_by FROM snap.invitations UNION SELECT user_id FROM snap.reports
  UNION SELECT value FROM snap.messages, json_each(mentions) WHERE mentions IS NOT NULL`;

function countRows(client: Client): SnapshotCounts {
  const rows = (table: string) => highest(client, `SELECT count(*) FROM snap.${table}`);
  const directs = rows("groups WHERE kind = 'direct'");
  const blocks = rows('blocks');
  const mutes = rows('mutes');
  const moderation = Object.entries({
    restrictions: rows('restrictions'),
    invitations: rows('invitations'),
    logged: rows('group_log'),
    closed: rows('closed_threads'),
    pins: rows('pins'),
    reports: rows('reports'),
  }).filter(([, count]) => count > 0);
  return {
    users: rows('users'),
    groups: rows("groups WHERE kind = 'group'"),
    ...(directs > 0 && { directs }),
    ...(blocks > 0 && { blocks }),
    ...(mutes > 0 && { mutes }),
    ...Object.fromEntries(moderation),
    memberships: rows('memberships'),
    messages: rows('messages WHERE deleted_at IS NULL'),
    deleted: rows('messages WHERE deleted_at IS NOT NULL'),
    revisions: rows('revisions'),
  };
}

function lastGroup(client: Client): number {
  return highest(client, "SELECT seq FROM main.sqlite_sequence WHERE name = 'groups'");
}

function highest(client: Client, query: string): number {
  return client.prepare<[], number | null>(query).pluck().get() ?? 0;
}
