import { deletedUser } from '../../../board/export-fields.ts';
import type { ExportLine } from '../../../board/export-format.ts';
import { everyoneId } from '../../../board/mentions.ts';
import { everyone } from '../../../protocol/mentions.ts';
import { formatTime } from '../../../protocol/time.ts';

export interface MessageRow {
  group_id: number;
  group: string;
  number: number;
  sender: string | null;
  posted_at: number;
  subject: string;
  content: string;
  post_key: string | null;
  deleted_at: number | null;
  reply_to: number | null;
  thread: number | null;
  edited_at: number | null;
  edits: number;
  deleted_by: number | null;
  deleter: string | null;
  changed: number | null;
  /** The ids of users as a JSON array; `everyoneId` for all. */
  mentions: string | null;
}

// CROSS JOIN makes the messages the outer loop, so that they come in the order of their ids without sorting. The names
// of those mentioned are looked up one by one: `json_each` belongs to the board's own database, and this query would
// hold a snapshot of it, and so its log, for as long as the export is read.
export const messageQuery = `
  SELECT m.group_id, g.ref AS "group", m.number, u.name AS sender, m.posted_at, m.subject,
    m.content, m.post_key, m.deleted_at, m.edited_at, m.edits, m.deleted_by, m.changed,
    m.reply_to, m.thread, m.mentions,
    (SELECT name FROM snap.users WHERE id = m.deleted_by) AS deleter
  FROM snap.messages m CROSS JOIN snap.groups g ON g.id = m.group_id
    LEFT JOIN snap.users u ON u.id = m.sender_id
  ORDER BY m.id`;

/** @param nameOf the name of a user of the export */
export function messageLine(
  row: MessageRow,
  nameOf: (user: number) => string | undefined,
): ExportLine {
  const { group, number, deleted_at } = row;
  const postedAt = formatTime(row.posted_at);
  const thread = row.thread !== null && { thread: row.thread };
  if (deleted_at !== null) {
    const { deleted_by, deleter, changed } = row;
    return {
      ...{ type: 'deleted', group, number, postedAt, deletedAt: formatTime(deleted_at) },
      ...(deleted_by !== null && { deletedBy: deleter ?? deletedUser }),
      ...(changed !== null && { changedAt: formatTime(changed) }),
      ...thread,
    };
  }
  const mentioned: number[] = JSON.parse(row.mentions ?? '[]');
  const mentions = mentioned
    .map((user) => (user === everyoneId ? everyone : nameOf(user)))
    .filter((name) => name !== undefined);
  return {
    type: 'message',
    group,
    number,
    sender: row.sender,
    postedAt,
    subject: row.subject,
    content: row.content,
    ...(row.post_key !== null && { key: row.post_key }),
    ...(row.reply_to !== null && { replyTo: row.reply_to }),
    ...thread,
    ...(row.edited_at !== null && { editedAt: formatTime(row.edited_at), edits: row.edits }),
    ...(mentions.length > 0 && { mentions }),
  };
}

export interface RevisionRow {
  revision: number;
  written_at: number;
  subject: string;
  content: string;
}

export const revisionQuery = `
  SELECT revision, written_at, subject, content FROM snap.revisions
  WHERE group_id = ? AND number = ? ORDER BY revision`;

export function revisionLine({ group, number }: MessageRow, row: RevisionRow): ExportLine {
  const { revision, written_at, subject, content } = row;
  const writtenAt = formatTime(written_at);
  return { type: 'revision', group, number, revision, writtenAt, subject, content };
}
