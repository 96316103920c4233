import { z } from 'zod';
import { limits } from '../protocol/limits.ts';
import { everyone } from '../protocol/mentions.ts';
import { postKey } from '../protocol/schemas.ts';
import { count, deletedUser, group, kept, number, time, user } from './export-fields.ts';
import { checkedContent, checkedSubject } from './texts.ts';

export const messageLine = z.strictObject({
  type: z.literal('message'),
  group,
  number: z.int().positive(),
  /** Null if the user was deleted. */
  sender: user.nullable(),
  postedAt: time,
  subject: kept(checkedSubject),
  content: kept(checkedContent),
  key: postKey.optional(),
  /** Of a reply: the number of the message that it replies to, and of the first message of the thread. */
  replyTo: number.optional(),
  thread: number.optional(),
  /** The users whom it mentions, and `@all` for all members. */
  mentions: z
    .array(z.union([z.literal(everyone), user]))
    .min(1)
    .max(limits.mentions + 1)
    .optional(),
  /** When it was last edited, and how often. As many revisions follow. */
  editedAt: time.optional(),
  edits: z.int().positive().max(limits.edits).optional(),
});

/** A text of the message above from before an edit, the first one first. */
export const revisionLine = z.strictObject({
  type: z.literal('revision'),
  group,
  number: z.int().positive(),
  /** 0 for the text that was posted. */
  revision: count,
  writtenAt: time,
  subject: kept(checkedSubject),
  content: kept(checkedContent),
});

/** From version 2 on. A deleted message, of which only the number and times remain: see `deletedAt` in the schema. */
export const deletedLine = z.strictObject({
  type: z.literal('deleted'),
  group,
  number: z.int().positive(),
  postedAt: time,
  deletedAt: time,
  /** Of a reply: the first message of the thread. */
  thread: number.optional(),
  /** The user who deleted it; left out for the operator. */
  deletedBy: z.union([z.literal(deletedUser), user]).optional(),
  /** The change counter: see `messages.changed` in the schema. */
  changedAt: time.optional(),
});
