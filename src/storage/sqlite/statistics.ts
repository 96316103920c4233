import { setImmediate as turn } from 'node:timers/promises';
import type { Share, Statistics, WindowStatistics } from '../../board/ports/statistics.ts';
import type { StepControl } from '../../board/steps.ts';
import { day, hour } from '../../board/times.ts';
import { formatTime } from '../../protocol/time.ts';
import type { Client } from './file/connection.ts';
import { countModeration } from './moderation-counts.ts';
import { firstIdSince } from './statements/ids.ts';

// Ids of one step: some 30 ms of work.
const stepSize = 50_000;
const topSize = 10;

interface Edge {
  readonly id: number;
  readonly at: number;
}

interface Bucket {
  readonly groupId: number;
  readonly senderId: number | null;
  readonly hour: number;
  readonly messages: number;
}

/** The range of ids that the count of a window reads; empty if `first` is greater than `last`. */
export interface Window {
  readonly since: number;
  readonly first: number;
  readonly last: number;
}

/** The ids of messages posted at `since` or later. */
export function findWindow(client: Client, since: number): Window {
  const next = client.prepare<[number], Edge>(
    'SELECT id, posted_at AS at FROM messages WHERE id >= ? ORDER BY id LIMIT 1',
  );
  const last = edge(client, 'DESC')?.id ?? 0;
  return { since, first: firstIdSince(since, last, (id) => next.get(id)), last };
}

/**
 * Reads the stored counts, and counts, in steps, the messages of the window. It locks nothing, so while a server runs the
 * parts may differ by some messages.
 * @returns null if it was stopped before the end
 */
export async function readStatistics(
  client: Client,
  window: Window,
  control: StepControl,
): Promise<Statistics | null> {
  const at = Date.now() * 1000;
  const oldest = edge(client, 'ASC')?.at ?? null;
  const newest = edge(client, 'DESC')?.at ?? null;
  const counts = await countWindow(client, window, control);
  if (!counts) return null;
  return {
    at,
    totals: readTotals(client),
    moderation: countModeration(client, at),
    posted: {
      lastDay: postedSince(client, at - day),
      lastWeek: postedSince(client, at - 7 * day),
      lastMonth: postedSince(client, at - 30 * day),
    },
    oldest,
    newest,
    window: describe(client, window, counts, oldest === null ? null : { oldest, at }),
  };
}

function edge(client: Client, direction: 'ASC' | 'DESC'): Edge | undefined {
  return client
    .prepare<[], Edge>(
      `SELECT id, posted_at AS at FROM messages WHERE deleted_at IS NULL ORDER BY id ${direction} LIMIT 1`,
    )
    .get();
}

function readTotals(client: Client): Statistics['totals'] {
  return client
    .prepare(
      `SELECT (SELECT count(*) FROM users) AS users,
              (SELECT count(banned_at) FROM users) AS banned,
              count(*) FILTER (WHERE kind = 'group') AS groups,
              count(*) FILTER (WHERE kind = 'direct') AS conversations,
              ifnull(sum(member_count), 0) AS memberships,
              ifnull(sum(message_count), 0) AS messages
       FROM groups`,
    )
    .get() as Statistics['totals'];
}

/** Reads a range of the index on (group_id, posted_at) for each group. */
function postedSince(client: Client, since: number): number {
  return client
    .prepare<[number]>(
      `SELECT ifnull(sum((SELECT count(*) FROM messages
                          WHERE group_id = groups.id AND posted_at >= ?
                            AND deleted_at IS NULL)), 0) FROM groups`,
    )
    .pluck()
    .get(since) as number;
}

class Counts {
  messages = 0;
  readonly groups = new Map<number, number>();
  readonly users = new Map<number, number>();
  readonly days = new Map<number, number>();
  readonly hours = Array.from({ length: 24 }, () => 0);

  add({ groupId, senderId, hour: at, messages }: Bucket): void {
    this.messages += messages;
    increase(this.groups, groupId, messages);
    if (senderId !== null) increase(this.users, senderId, messages);
    increase(this.days, Math.floor(at / 24), messages);
    this.hours[at % 24] = (this.hours[at % 24] ?? 0) + messages;
  }
}

function increase(counts: Map<number, number>, key: number, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}

async function countWindow(
  client: Client,
  { first, last, since }: Window,
  control: StepControl,
): Promise<Counts | null> {
  const step = client.prepare<[number, number, number], Bucket>(
    `SELECT group_id AS groupId, sender_id AS senderId, posted_at / ${hour} AS hour,
            count(*) AS messages
     FROM messages WHERE id BETWEEN ? AND ? AND posted_at >= ? AND deleted_at IS NULL
     GROUP BY 1, 2, 3`,
  );
  const counts = new Counts();
  for (let from = first; from <= last; from += stepSize) {
    const to = Math.min(last, from + stepSize - 1);
    for (const bucket of step.iterate(from, to, since)) counts.add(bucket);
    control.progress(to - first + 1);
    await turn();
    if (control.signal.aborted) return null;
  }
  return counts;
}

function describe(
  client: Client,
  { since }: Window,
  { messages, groups, users, days, hours }: Counts,
  stored: { oldest: number; at: number } | null,
): WindowStatistics {
  return {
    since,
    messages,
    groups: top(client, 'groups', groups),
    users: top(client, 'users', users),
    days: stored ? everyDay(days, Math.max(since, stored.oldest), stored.at) : [],
    hours,
  };
}

/** The entries with the highest counts; equal counts in the order of ids. Direct conversations are left out. */
function top(client: Client, table: 'groups' | 'users', counts: Map<number, number>): Share[] {
  const isListed = table === 'groups' ? "AND kind = 'group'" : '';
  const name = client
    .prepare<[number], string>(`SELECT name FROM ${table} WHERE id = ? ${isListed}`)
    .pluck();
  const shares: Share[] = [];
  const ordered = [...counts].sort(
    ([id, messages], [other, most]) => most - messages || id - other,
  );
  for (const [id, messages] of ordered) {
    if (shares.length === topSize) break;
    // The row may have been deleted during the count.
    const found = name.get(id);
    if (found !== undefined) shares.push({ name: found, messages });
  }
  return shares;
}

function everyDay(days: Map<number, number>, from: number, to: number): WindowStatistics['days'] {
  const first = Math.floor(from / day);
  const length = Math.max(0, Math.floor(to / day) - first + 1);
  return Array.from({ length }, (_, index) => ({
    date: formatTime((first + index) * day).slice(0, 10),
    messages: days.get(first + index) ?? 0,
  }));
}
