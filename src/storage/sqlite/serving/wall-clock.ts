import type { Client } from '../file/connection.ts';
import { orm } from '../file/orm.ts';
import { wallClock } from '../file/schema.ts';
import { writeAtOnce } from '../file/write.ts';
import { clockTolerance } from './clock-watch.ts';
import { lastRowTime } from './last-time.ts';

/** The clock of this machine compared with the stored times, in microseconds since the epoch. */
export interface ClockState {
  readonly clock: number;
  /** The newest stored time of a message or a membership; null on a board without any. */
  readonly newest: number | null;
  /** How many messages and memberships are dated after `clock`. */
  readonly future: number;
  /** When a server last trusted the clock; null if no server has yet. */
  readonly trustedAt: number | null;
  /** Whether the clock is so far ahead of the last trusted time that retention by age waits. */
  readonly doubted: boolean;
}

/**
 * Columns with times of the past that decide no order between rows. `ended_tokens.issued_at` and `users.tokens_after` are not
 * among them: a token carries its time, and would be valid again.
 */
const otherTimes: readonly (readonly [table: string, columns: readonly string[]])[] = [
  ['users', ['created_at', 'last_seen_at', 'banned_at']],
  ['user_keys', ['added_at', 'last_used_at']],
  ['claimed_keys', ['added_at']],
  ['drafts', ['written_at']],
  ['groups', ['created_at', 'last_change']],
  ['memberships', ['role_since']],
  ['restrictions', ['created_at']],
  ['invitations', ['created_at']],
  ['closed_threads', ['closed_at']],
  ['pins', ['pinned_at']],
  ['reports', ['created_at', 'closed_at']],
  ['messages', ['deleted_at', 'changed']],
  ['blocks', ['created_at']],
  ['muted_users', ['created_at']],
  ['muted_threads', ['created_at']],
  ['tokens', ['used_at']],
  ['known_networks', ['used_at']],
  ['network_bans', ['created_at']],
];

const times = `SELECT 'messages' AS "table", id AS row, posted_at AS time FROM messages
  UNION ALL SELECT 'memberships', rowid, joined_at FROM memberships`;

/** @param clock microseconds since the epoch */
export function clockState(client: Client, clock: number): ClockState {
  const newest = lastRowTime(orm(client)) || null;
  const future = newest !== null && newest > clock ? countLater(client, clock) : 0;
  const trustedAt = trustedTime(client);
  const doubted = clock - (trustedAt ?? newest ?? clock) > clockTolerance;
  return { clock, newest, future, trustedAt, doubted };
}

/** When a server last trusted the clock; null if no server has yet. */
function trustedTime(client: Client): number | null {
  const row = orm(client).select({ trustedAt: wallClock.trustedAt }).from(wallClock).get();
  return row?.trustedAt ?? null;
}

function countLater(client: Client, clock: number): number {
  return client
    .prepare<[number], number>(`SELECT count(*) FROM (${times}) WHERE time > ?`)
    .pluck()
    .get(clock) as number;
}

/** Stores that the operator trusts the clock. A running server uses that at its next check. */
export function trustClock(client: Client, clock: number): void {
  writeAtOnce(client, () => storeTrusted(client, clock));
}

/**
 * Sets every stored time after `clock` to now. Messages, memberships and lines of the logs of groups keep their order, a
 * microsecond apart, so that all members see the same as before. Call it under the server's lock.
 * @returns how many messages and memberships were changed
 */
export function mendTimes(client: Client, clock: number): number {
  return writeAtOnce(client, () => {
    const rows = `${times} UNION ALL SELECT 'group_log', id, at FROM group_log`;
    const future = client
      .prepare<[number], Dated>(
        `SELECT "table", row, time FROM (${rows}) WHERE time > ? ORDER BY time`,
      )
      .all(clock);
    const last = client
      .prepare<[number], number | null>(`SELECT max(time) FROM (${rows}) WHERE time <= ?`)
      .pluck()
      .get(clock) as number | null;
    // An edit is later than its message: two microseconds are left for the versions of its text.
    const before = Math.max(clock - 2 - future.length, last ?? 0);
    const date = {
      messages: messageDater(client),
      memberships: dater(client, 'UPDATE memberships SET joined_at = :to WHERE rowid = :row'),
      group_log: dater(client, 'UPDATE group_log SET at = :to WHERE id = :row'),
    };
    // Oldest first, so that no row gets a time that another row still has.
    for (const [at, { table, row }] of future.entries()) date[table](row, before + at + 1);
    // Lines about messages that were removed since.
    client.prepare('UPDATE group_log SET posted_at = ? WHERE posted_at > ?').run(before, clock);
    // Times between those of the messages, which no order keeps in place. They are looked up by number again.
    client.exec('UPDATE memberships SET last_read_at = NULL');
    for (const [table, columns] of otherTimes) {
      for (const column of columns) {
        client
          .prepare(`UPDATE ${table} SET ${column} = :clock WHERE ${column} > :clock`)
          .run({ clock });
      }
    }
    mendEdits(client, clock);
    storeTrusted(client, clock);
    return future.filter(({ table }) => table !== 'group_log').length;
  });
}

/** A row with a time that orders it. */
interface Dated {
  readonly table: 'messages' | 'memberships' | 'group_log';
  readonly row: number;
  readonly time: number;
}

function dater(client: Client, update: string): (row: number, to: number) => void {
  const statement = client.prepare(update);
  return (row, to) => statement.run({ row, to });
}

/** Changes the time of a message wherever it is stored. */
function messageDater(client: Client): (row: number, to: number) => void {
  const message = client.prepare<[number], { group: number; number: number }>(
    'SELECT group_id AS "group", number FROM messages WHERE id = ?',
  );
  const updates = [
    'UPDATE messages SET posted_at = :to WHERE group_id = :group AND id = :row',
    'UPDATE mentions SET posted_at = :to WHERE group_id = :group AND number = :number',
    'UPDATE group_log SET posted_at = :to WHERE group_id = :group AND number = :number AND posted_at IS NOT NULL',
  ].map((update) => client.prepare(update));
  return (row, to) => {
    const found = message.get(row);
    for (const update of updates) update.run({ ...found, row, to });
  };
}

/** An edit is later than its message, and than the versions of the text before it. */
function mendEdits(client: Client, clock: number): void {
  client
    .prepare('UPDATE messages SET edited_at = max(:clock, posted_at + 2) WHERE edited_at > :clock')
    .run({ clock });
  client
    .prepare(
      `UPDATE revisions SET written_at = edit.edited_at - 1 FROM messages AS edit
       WHERE written_at > :clock AND edit.group_id = revisions.group_id AND edit.number = revisions.number`,
    )
    .run({ clock });
}

function storeTrusted(client: Client, clock: number): void {
  client
    .prepare('INSERT OR REPLACE INTO wall_clock (id, trusted_at, doubted_for) VALUES (1, ?, NULL)')
    .run(clock);
}
