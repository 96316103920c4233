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

// Columns with times of the past whose order does not matter.
const otherTimes: readonly (readonly [table: string, column: string])[] = [
  ['users', 'created_at'],
  ['users', 'last_seen_at'],
  ['users', 'banned_at'],
  ['groups', 'created_at'],
  ['groups', 'last_change'],
  ['messages', 'deleted_at'],
  ['messages', 'edited_at'],
  ['messages', 'changed'],
  ['revisions', 'written_at'],
  ['tokens', 'used_at'],
  ['known_networks', 'used_at'],
  ['network_bans', 'created_at'],
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
 * Sets every stored time after `clock` to now. Messages and memberships keep their order, a
 * microsecond apart, so that all members see the same messages as before. Call it under the server's lock.
 * @returns how many messages and memberships were changed
 */
export function mendTimes(client: Client, clock: number): number {
  return writeAtOnce(client, () => {
    const future = client
      .prepare<[number], { table: string; row: number }>(
        `SELECT "table", row FROM (${times}) WHERE time > ? ORDER BY time`,
      )
      .all(clock);
    const last = client
      .prepare<[number], number | null>(`SELECT max(time) FROM (${times}) WHERE time <= ?`)
      .pluck()
      .get(clock) as number | null;
    const before = Math.max(clock - future.length, last ?? 0);
    const date = {
      messages: client.prepare('UPDATE messages SET posted_at = ? WHERE id = ?'),
      memberships: client.prepare('UPDATE memberships SET joined_at = ? WHERE rowid = ?'),
    };
    // Oldest first, so that no row gets a time that another row still has.
    for (const [at, { table, row }] of future.entries()) {
      date[table as keyof typeof date].run(before + at + 1, row);
    }
    // Times between those of the messages, which no order keeps in place. They are looked up by number again.
    client.exec('UPDATE memberships SET last_read_at = NULL');
    for (const [table, column] of otherTimes) {
      client.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${column} > ?`).run(clock, clock);
    }
    storeTrusted(client, clock);
    return future.length;
  });
}

function storeTrusted(client: Client, clock: number): void {
  client
    .prepare('INSERT OR REPLACE INTO wall_clock (id, trusted_at, doubted_for) VALUES (1, ?, NULL)')
    .run(clock);
}
