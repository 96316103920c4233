import { milestoneSpacing } from '../milestones.ts';
import { type HealthCheck, rule } from './health-check.ts';

/** Group, number and time of every message and tombstone, from the indexes alone. */
const messageTimes = `
  SELECT group_id, number, posted_at FROM messages INDEXED BY messages_posted WHERE deleted_at IS NULL
  UNION ALL
  SELECT group_id, number, posted_at FROM messages INDEXED BY messages_deleted WHERE deleted_at IS NOT NULL`;

/** The checks of messages, their texts from before edits, their numbers and their threads. */
export const messageChecks: readonly HealthCheck[] = [
  rule<{ name: string; says: number; are: number }>(
    'messages',
    `SELECT * FROM (
       SELECT name, message_count AS says,
         (SELECT count(*) FROM messages WHERE group_id = groups.id AND deleted_at IS NULL) AS are
       FROM groups)
     WHERE says <> are`,
    ({ name, says, are }) => `${name} says it has ${says}, and has ${are}`,
  ),
  rule<{ name: string; number: number }>(
    'deleted messages',
    `SELECT name, number FROM messages JOIN groups ON groups.id = group_id
     WHERE deleted_at IS NOT NULL
       AND (sender_id IS NOT NULL OR subject <> '' OR content <> '' OR post_key IS NOT NULL
         OR mentions IS NOT NULL OR edits <> 0
         OR EXISTS (SELECT 1 FROM mentions WHERE mentions.group_id = messages.group_id AND mentions.number = messages.number)
         OR EXISTS (SELECT 1 FROM revisions WHERE revisions.group_id = messages.group_id AND revisions.number = messages.number))`,
    ({ name, number }) => `message ${number} of ${name} was deleted, and not all of it is gone`,
  ),
  rule<{ name: string; number: number; edits: number; revisions: number }>(
    'edits',
    `SELECT * FROM (
       SELECT name, messages.number, edits, count(revision) AS revisions,
         coalesce(max(revision), -1) + 1 AS next
       FROM messages JOIN groups ON groups.id = messages.group_id
         LEFT JOIN revisions ON revisions.group_id = messages.group_id AND revisions.number = messages.number
       WHERE changed IS NOT NULL OR edits <> 0
       GROUP BY messages.id)
     WHERE edits <> revisions OR edits <> next`,
    ({ name, number, edits, revisions }) =>
      `message ${number} of ${name} was edited ${edits} times, and has ${revisions} texts from before`,
  ),
  rule<{ name: string; number: number }>(
    'texts from before edits',
    `SELECT DISTINCT coalesce(name, 'group ' || group_id) AS name, number
     FROM revisions LEFT JOIN groups ON groups.id = group_id
     WHERE (group_id, number) NOT IN (SELECT group_id, number FROM messages WHERE changed IS NOT NULL)`,
    ({ name, number }) => `message ${number} of ${name} is gone, and a text of it is not`,
  ),
  rule<{ name: string; number: number }>(
    'changes',
    `SELECT name, number FROM messages JOIN groups ON groups.id = group_id
     WHERE changed IS NOT NULL AND changed > last_change`,
    ({ name, number }) =>
      `message ${number} of ${name} was changed after the last change of ${name}`,
  ),
  rule<{ name: string; last: number; highest: number }>(
    'numbers',
    `SELECT name, last_number AS last, max(number) AS highest
     FROM (${messageTimes}) JOIN groups ON groups.id = group_id
     GROUP BY group_id HAVING highest > last`,
    ({ name, last, highest }) => `${name} has given out ${last}, and has a message ${highest}`,
  ),
  rule<{ name: string; first: number; wrong: number }>(
    'order',
    `SELECT name, min(number) AS first, count(*) AS wrong
     FROM groups JOIN (
       SELECT group_id, number, posted_at, lag(number) OVER numbered AS number_before,
         lag(posted_at) OVER numbered AS before
       FROM (${messageTimes})
       WINDOW numbered AS (PARTITION BY group_id ORDER BY number, posted_at)) ON group_id = groups.id
     WHERE posted_at <= before OR number = number_before
     GROUP BY groups.id`,
    ({ name, first, wrong }) =>
      `${name} has ${wrong} messages that do not follow the one before in number and time, from number ${first} on`,
  ),
  rule<{ name: string; rows: number }>(
    'milestones',
    `SELECT name, max(rows) AS rows
     FROM groups JOIN (
       SELECT group_id, sum(milestone = 0) AS rows
       FROM (
         SELECT group_id, milestone,
           sum(milestone) OVER (PARTITION BY group_id ORDER BY number) AS stretch
         FROM (
           SELECT group_id, number, 0 AS milestone FROM (${messageTimes})
           UNION ALL
           SELECT group_id, number, 1 FROM messages WHERE milestone IS NOT NULL))
       GROUP BY group_id, stretch) ON group_id = groups.id
     WHERE rows > ${2 * milestoneSpacing}
     GROUP BY group_id`,
    ({ name, rows }) =>
      `${name} has ${rows} messages in a row without a milestone, so that a message is found slowly by its number`,
  ),
  rule<{ name: string; number: number }>(
    'threads',
    // The thread of a reply is that of its parent, and the first message of a thread is no reply. A purge may have
    // removed both.
    `WITH places AS MATERIALIZED (
       SELECT group_id, number, iif(deleted_at IS NULL, coalesce(thread, number), thread) AS thread
       FROM messages)
     SELECT name, reply.number
     FROM messages AS reply JOIN groups ON groups.id = reply.group_id
       LEFT JOIN places AS parent ON parent.group_id = reply.group_id AND parent.number = reply.reply_to
       LEFT JOIN places AS root ON root.group_id = reply.group_id AND root.number = reply.thread
     WHERE reply.deleted_at IS NULL AND (reply.thread IS NOT NULL OR reply.reply_to IS NOT NULL)
       AND (reply.thread IS NULL OR reply.reply_to IS NULL OR reply.thread > reply.reply_to
         OR reply.reply_to >= reply.number OR parent.thread <> reply.thread OR root.thread <> reply.thread)`,
    ({ name, number }) => `message ${number} of ${name} is not in the thread that it replies to`,
  ),
];
