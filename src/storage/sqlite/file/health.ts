import { shortened } from '../../../protocol/errors.ts';
import { areRanges, parseRanges } from '../../../protocol/marks.ts';
import { formatTime } from '../../../protocol/time.ts';
import { clockTolerance } from '../serving/clock-watch.ts';
import { clockState } from '../serving/wall-clock.ts';
import type { Client } from './connection.ts';
import { isStorageFailure } from './failure.ts';
import { type HealthCheck, rule } from './health-check.ts';
import { messageChecks } from './message-check.ts';
import { moderationChecks } from './moderation-check.ts';
import { findIndexProblems } from './search-check.ts';

/** The checks for a database of any schema. */
export const soundnessChecks: readonly HealthCheck[] = [
  {
    name: 'integrity',
    find: (client) =>
      client
        .prepare<[], string>('PRAGMA integrity_check')
        .pluck()
        .all()
        .filter((line) => line !== 'ok'),
  },
  rule<{ table: string; rowid: number; parent: string }>(
    'foreign keys',
    'PRAGMA foreign_key_check',
    ({ table, rowid, parent }) => `row ${rowid} of ${table} refers to no row of ${parent}`,
  ),
];

function wrongRanges(client: Client): string[] {
  interface Row {
    readonly group: string;
    readonly user: string;
    readonly read: number;
    readonly ranges: string;
    readonly last: number;
  }
  const rows = client
    .prepare<[], Row>(
      `SELECT groups.name AS "group", users.name AS user, last_read_number AS read,
         read_ranges AS ranges, last_number AS last
       FROM memberships JOIN groups ON groups.id = group_id JOIN users ON users.id = user_id
       WHERE read_ranges <> ''`,
    )
    .all();
  return rows
    .filter(({ ranges: written, read, last }) => {
      const ranges = parseRanges(written);
      const end = ranges?.at(-1)?.[1] ?? 0;
      return !ranges || !areRanges(ranges, read) || end > last;
    })
    .map(
      ({ group, user, ranges, read, last }) =>
        `${user} has read "${shortened(ranges)}" in ${group}, which does not ascend from ${read} to ${last}`,
    );
}

/** All checks of `db check`. Each reads one state of the database, also while a server runs. */
export const healthChecks: readonly HealthCheck[] = [
  ...soundnessChecks,
  rule<{ name: string; says: number; are: number }>(
    'members',
    `SELECT * FROM (
       SELECT name, member_count AS says,
         (SELECT count(*) FROM memberships WHERE group_id = groups.id) AS are
       FROM groups WHERE kind <> 'removed')
     WHERE says <> are`,
    ({ name, says, are }) => `${name} says it has ${says}, and has ${are}`,
  ),
  rule<{ name: string; says: number; are: number }>(
    'SSH keys',
    `SELECT * FROM (
       SELECT name, key_count AS says, (SELECT count(*) FROM user_keys WHERE user_id = users.id) AS are
       FROM users)
     WHERE says <> are`,
    ({ name, says, are }) =>
      `${name} says it has ${says} SSH keys, and has ${are}, so that the name is protected or is not`,
  ),
  rule<{ fingerprint: string }>(
    'fingerprints',
    `SELECT fingerprint FROM (SELECT fingerprint FROM user_keys UNION SELECT fingerprint FROM claimed_keys)
     WHERE fingerprint NOT GLOB 'SHA256:*' OR length(fingerprint) <> 50`,
    ({ fingerprint }) => `"${shortened(fingerprint)}" is no fingerprint of an SSH key`,
  ),
  rule<{ name: string }>(
    'direct conversations',
    `SELECT name FROM (
       SELECT name, name_key, last_number, kind, count(user_id) AS members, min(user_id) AS one, max(user_id) AS other
       FROM groups LEFT JOIN memberships ON group_id = id
       WHERE kind = 'direct' OR (name LIKE '@%' AND kind <> 'removed') GROUP BY id) AS direct
     WHERE kind <> 'direct' OR name <> name_key OR members > 2
       OR (members = 2 AND name <> '@' || one || ',' || other)
       OR (members = 1 AND name NOT LIKE '@' || one || ',%' AND name NOT LIKE '@%,' || one)
       OR (members < 2 AND EXISTS (SELECT 1 FROM users WHERE id <> coalesce(one, 0)
         AND id IN (CAST(substr(direct.name, 2) AS INTEGER),
           CAST(substr(direct.name, instr(direct.name, ',') + 1) AS INTEGER))))`,
    ({ name }) => `the name of the direct conversation ${name} does not agree with its members`,
  ),
  ...messageChecks,
  rule<{ group: string; user: string; read: number; last: number }>(
    'read marks',
    `SELECT groups.name AS "group", users.name AS user, last_read_number AS read,
       last_number AS last
     FROM memberships JOIN groups ON groups.id = group_id JOIN users ON users.id = user_id
     WHERE last_read_number > last_number`,
    ({ group, user, read, last }) =>
      `${user} has read up to ${read} in ${group}, where ${last} is the last number`,
  ),
  { name: 'read ranges', find: wrongRanges },
  rule<{ group: string; user: string }>(
    'times of read marks',
    `SELECT groups.name AS "group", users.name AS user
     FROM memberships JOIN groups ON groups.id = group_id JOIN users ON users.id = user_id
     WHERE (SELECT number FROM messages
         WHERE messages.group_id = groups.id AND posted_at <= last_read_at AND deleted_at IS NULL
         ORDER BY posted_at DESC LIMIT 1) > last_read_number
       OR (SELECT number FROM messages
         WHERE messages.group_id = groups.id AND posted_at > last_read_at AND deleted_at IS NULL
         ORDER BY posted_at LIMIT 1) <= last_read_number`,
    ({ group, user }) =>
      `the time up to which ${user} has read ${group} is not that of the read mark, so that counts are wrong`,
  ),
  rule<{ name: string; number: number }>(
    'mentions',
    `SELECT name, number FROM (
       SELECT group_id, number, value AS user_id, posted_at FROM messages, json_each(messages.mentions)
       WHERE mentions IS NOT NULL AND value IN (SELECT id FROM users)
       EXCEPT SELECT group_id, number, user_id, posted_at FROM mentions)
     JOIN groups ON groups.id = group_id
     UNION SELECT name, number FROM (
       SELECT group_id, number, user_id, posted_at FROM mentions
       EXCEPT SELECT group_id, number, value, posted_at FROM messages, json_each(messages.mentions)
       WHERE mentions IS NOT NULL)
     LEFT JOIN groups ON groups.id = group_id`,
    ({ name, number }) =>
      `message ${number} of ${name} and the list of mentions do not mention the same users`,
  ),
  rule<{ name: string; number: number }>(
    'mentions of all',
    `SELECT name, number FROM groups JOIN messages ON group_id = groups.id
     WHERE mentions IS NOT NULL AND EXISTS (
       SELECT 1 FROM json_each(mentions) WHERE value = 0 AND (key > 0 OR kind = 'direct'))`,
    ({ name, number }) =>
      `message ${number} of ${name} mentions all members, and is a direct message or names a user before them`,
  ),
  rule<{ name: string; number: number }>(
    'senders of direct messages',
    `SELECT name, number FROM groups JOIN messages ON group_id = groups.id
     WHERE kind = 'direct' AND sender_id IS NOT NULL
       AND name NOT LIKE '@' || sender_id || ',%' AND name NOT LIKE '@%,' || sender_id`,
    ({ name, number }) =>
      `message ${number} of the direct conversation ${name} is from neither of its users`,
  ),
  rule<{ group: string; user: string; thread: number }>(
    'muted threads',
    `SELECT groups.name AS "group", users.name AS user, muted_threads.thread
     FROM muted_threads JOIN groups ON groups.id = muted_threads.group_id JOIN users ON users.id = muted_threads.user_id
     WHERE groups.kind <> 'removed' AND (muted_threads.thread > last_number
       OR NOT EXISTS (SELECT 1 FROM memberships
         WHERE memberships.group_id = groups.id AND memberships.user_id = users.id))
     UNION SELECT groups.name, users.name, muted_threads.thread
     FROM messages CROSS JOIN muted_threads
       ON muted_threads.group_id = messages.group_id AND muted_threads.thread = messages.number
     JOIN groups ON groups.id = messages.group_id JOIN users ON users.id = muted_threads.user_id
     WHERE messages.thread IS NOT NULL AND groups.kind <> 'removed'`,
    ({ group, user, thread }) =>
      `${user} has muted thread ${thread} of ${group}, which is no thread, or no group of that user`,
  ),
  ...moderationChecks,
  { name: 'index of words', find: findIndexProblems },
];

/** Compares what is stored with the clock of this machine. An import is not refused for this. */
export const clockCheck: HealthCheck = {
  name: 'clock',
  find: (client) => {
    const { clock, newest, future } = clockState(client, Date.now() * 1000);
    if (newest === null || newest <= clock + clockTolerance) return [];
    return [
      `${future} dates are later than the clock (${formatTime(clock)}), the last ${formatTime(newest)}, and new ` +
        'messages are dated after it; if the clock is right: corkboard db clock --mend',
    ];
  },
};

/** The problems that `check` finds. If damage makes the check fail, that failure is the problem. */
export function problemsOf({ find }: HealthCheck, client: Client): string[] {
  try {
    return find(client);
  } catch (error) {
    if (isStorageFailure(error)) return [error.message];
    throw error;
  }
}
