import { deletedUser } from '../../../board/export-fields.ts';
import { type ExportLine, exportFormat, exportVersion } from '../../../board/export-format.ts';
import type { Notify } from '../../../board/types.ts';
import type { Access, Policy, Role } from '../../../protocol/rights.ts';
import type { SshKey } from '../../../protocol/ssh-key.ts';
import { formatTime } from '../../../protocol/time.ts';
import {
  type MessageRow,
  messageLine,
  messageQuery,
  type RevisionRow,
  revisionLine,
  revisionQuery,
} from './export-messages.ts';
import { curationLines, restrictionLines } from './export-moderation.ts';
import type { Snapshot } from './export-snapshot.ts';

/** The contents of an export. */
export interface ExportScope {
  /** Whether the export has the whole board. */
  readonly whole: boolean;
  /** Whether the export has the hashes of passwords. */
  readonly passwords: boolean;
}

/**
 * The lines of an export, without the last one, in the order of docs/export-format.md. The same board gives the
 * same lines.
 */
export function* exportLines(snapshot: Snapshot, scope: ExportScope): Generator<ExportLine> {
  const { counts, lastGroup } = snapshot;
  const format = { type: 'board', format: exportFormat, version: exportVersion } as const;
  yield { ...format, ...scope, ...counts, lastGroup };
  for (const row of rows<UserRow>(snapshot, userQuery)) yield userLine(row, scope);
  for (const row of rows<OwnGroupRow>(snapshot, groupQuery)) yield groupLine(row);
  for (const row of rows<DirectRow>(snapshot, directQuery)) yield directLine(row);
  for (const row of rows<BlockRow>(snapshot, blockQuery)) yield blockLine(row);
  for (const row of rows<MuteRow>(snapshot, muteQuery)) yield muteLine(row);
  for (const row of rows<MembershipRow>(snapshot, membershipQuery))
    yield membershipLine(row, scope);
  yield* restrictionLines(snapshot.client);
  const revisions = snapshot.client.prepare<[number, number], RevisionRow>(revisionQuery);
  const name = snapshot.client.prepare<[number], string>(nameQuery).pluck();
  for (const row of rows<MessageRow>(snapshot, messageQuery)) {
    yield messageLine(row, (user) => name.get(user));
    if (row.edits === 0) continue;
    for (const revision of revisions.iterate(row.group_id, row.number)) {
      yield revisionLine(row, revision);
    }
  }
  yield* curationLines(snapshot.client);
}

function rows<Row>({ client }: Snapshot, query: string): IterableIterator<Row> {
  return client.prepare<[], Row>(query).iterate();
}

interface UserRow {
  name: string;
  created_at: number;
  last_seen_at: number | null;
  banned_at: number | null;
  ban_reason: string | null;
  password_hash: string | null;
  /** The SSH keys as JSON, with times in microseconds. */
  keys: string;
  /** Those that nobody has proven to hold, without a last use. */
  claimed_keys: string;
}

const userQuery = 'SELECT * FROM snap.users ORDER BY id';
const nameQuery = 'SELECT name FROM snap.users WHERE id = ?';

function userLine(row: UserRow, { passwords }: ExportScope): ExportLine {
  return {
    type: 'user',
    name: row.name,
    createdAt: formatTime(row.created_at),
    lastSeenAt: optionalTime(row.last_seen_at),
    bannedAt: optionalTime(row.banned_at),
    banReason: row.ban_reason,
    ...(passwords && { passwordHash: row.password_hash }),
    ...(passwords && row.keys !== '[]' && { keys: keysOf(row) }),
    ...(passwords && row.claimed_keys !== '[]' && { claimedKeys: claimedKeysOf(row) }),
  };
}

interface KeyRow extends Pick<SshKey, 'fingerprint' | 'type' | 'comment'> {
  addedAt: number;
  lastUsedAt: number | null;
}

function keysOf({ keys }: UserRow) {
  return (JSON.parse(keys) as KeyRow[]).map(({ addedAt, lastUsedAt, ...key }) => ({
    ...key,
    addedAt: formatTime(addedAt),
    lastUsedAt: optionalTime(lastUsedAt),
  }));
}

function claimedKeysOf({ claimed_keys: keys }: UserRow) {
  return (JSON.parse(keys) as Omit<KeyRow, 'lastUsedAt'>[]).map(({ addedAt, ...key }) => ({
    ...key,
    addedAt: formatTime(addedAt),
  }));
}

interface GroupRow {
  id: number;
  name: string;
  description: string;
  created_at: number;
  last_number: number;
  keep_messages: number | null;
  keep_days: number | null;
}

interface OwnGroupRow extends GroupRow {
  access: Access;
  posting: Policy;
  replying: Policy;
  about: string;
  created_by: number | null;
  creator: string | null;
}

const groupQuery = `
  SELECT g.*, (SELECT name FROM snap.users WHERE id = g.created_by) AS creator
  FROM snap.groups g WHERE kind = 'group' ORDER BY id`;

function groupLine(row: OwnGroupRow): ExportLine {
  return {
    type: 'group',
    id: row.id,
    name: row.name,
    description: row.description,
    createdAt: formatTime(row.created_at),
    lastNumber: row.last_number,
    keepMessages: row.keep_messages,
    keepDays: row.keep_days,
    ...(row.access !== 'open' && { access: row.access }),
    ...(row.posting !== 'members' && { posting: row.posting }),
    ...(row.replying !== 'members' && { replying: row.replying }),
    ...(row.about !== '' && { about: row.about }),
    ...(row.created_by !== null && { createdBy: row.creator ?? deletedUser }),
  };
}

interface DirectRow extends GroupRow {
  /** The names of the users, as a JSON array. */
  users: string;
  creator: string | null;
}

const directQuery = `
  SELECT g.*,
    (SELECT json_group_array(name) FROM (
      SELECT u.name FROM snap.memberships m JOIN snap.users u ON u.id = m.user_id
      WHERE m.group_id = g.id ORDER BY u.id)) AS users,
    (SELECT name FROM snap.users WHERE id = g.created_by) AS creator
  FROM snap.groups g WHERE kind = 'direct' ORDER BY id`;

function directLine(row: DirectRow): ExportLine {
  return {
    type: 'direct',
    id: row.id,
    name: row.name,
    users: JSON.parse(row.users) as string[],
    createdBy: row.creator,
    createdAt: formatTime(row.created_at),
    lastNumber: row.last_number,
    keepMessages: row.keep_messages,
    keepDays: row.keep_days,
  };
}

interface MuteRow {
  user: string;
  muted: string | null;
  group: string | null;
  thread: number | null;
  created_at: number;
}

const muteQuery = `
  SELECT u.name AS user, o.name AS muted, g.ref AS "group", m.thread, m.created_at
  FROM snap.mutes m JOIN snap.users u ON u.id = m.user_id LEFT JOIN snap.users o ON o.id = m.muted_id
    LEFT JOIN snap.groups g ON g.id = m.group_id
  ORDER BY m.user_id, m.muted_id, m.group_id, m.thread`;

function muteLine({ user, muted, group, thread, created_at }: MuteRow): ExportLine {
  return {
    ...{ type: 'mute', user },
    ...(muted !== null && { muted }),
    ...(group !== null && thread !== null && { group, thread }),
    createdAt: formatTime(created_at),
  };
}

interface BlockRow {
  user: string;
  blocked: string;
  created_at: number;
}

const blockQuery = `
  SELECT u.name AS user, o.name AS blocked, b.created_at
  FROM snap.blocks b JOIN snap.users u ON u.id = b.user_id JOIN snap.users o ON o.id = b.blocked_id
  ORDER BY b.user_id, b.blocked_id`;

function blockLine({ user, blocked, created_at }: BlockRow): ExportLine {
  return { type: 'block', user, blocked, createdAt: formatTime(created_at) };
}

interface MembershipRow {
  group: string;
  user: string;
  joined_at: number;
  last_read_number: number;
  read_ranges: string;
  notify: Notify;
  role: Role;
  role_since: number | null;
}

const membershipQuery = `
  SELECT g.ref AS "group", u.name AS user, m.joined_at, m.last_read_number, m.read_ranges, m.notify,
    m.role, m.role_since
  FROM snap.memberships m JOIN snap.groups g ON g.id = m.group_id
    JOIN snap.users u ON u.id = m.user_id
  ORDER BY m.joined_at, m.group_id, m.user_id`;

function membershipLine(row: MembershipRow, { passwords }: ExportScope): ExportLine {
  const { role, role_since: since } = row;
  return {
    type: 'membership',
    group: row.group,
    user: row.user,
    joinedAt: formatTime(row.joined_at),
    lastRead: row.last_read_number,
    ...(row.read_ranges && { ranges: row.read_ranges }),
    ...(row.notify !== 'all' && { notify: row.notify }),
    // A name without a password has no role.
    ...(passwords && role !== 'member' && since !== null && { role, roleSince: formatTime(since) }),
  };
}

function optionalTime(time: number | null): string | null {
  return time === null ? null : formatTime(time);
}
