import { z } from 'zod';
import { limits } from '../protocol/limits.ts';
import { parseRanges } from '../protocol/marks.ts';
import { accesses, policies } from '../protocol/rights.ts';
import { cleanComment, isFingerprint, sshKeyTypes } from '../protocol/ssh-key.ts';
import {
  conversation,
  count,
  deletedUser,
  group,
  groupOwnName,
  kept,
  number,
  time,
  user,
} from './export-fields.ts';
import { hashProblem } from './passwords.ts';
import { checkedAbout, checkedDescription, checkedReason } from './texts.ts';

const limit = z.int().positive().nullable();

const passwordHash = z.string().superRefine((hash, context) => {
  const problem = hashProblem(hash);
  if (problem) {
    const message = `The password hash cannot be used: ${problem}`;
    context.addIssue({ code: 'custom', message });
  }
});

const sshKey = z.strictObject({
  fingerprint: z.string().refine(isFingerprint, 'It takes SHA256: and 43 characters'),
  type: z.enum(sshKeyTypes),
  comment: kept(cleanComment),
  addedAt: time,
  lastUsedAt: time.nullable(),
});

export const userLine = z.strictObject({
  type: z.literal('user'),
  name: user,
  createdAt: time,
  lastSeenAt: time.nullable(),
  bannedAt: time.nullable(),
  banReason: kept(checkedReason).nullable(),
  passwordHash: passwordHash.nullable().optional(),
  /** From version 2 on: the SSH keys, in the order in which they were added; left out if there is none. */
  keys: z.array(sshKey).min(1).max(limits.sshKeys).optional(),
  /** From version 2 on: the SSH keys that the user has added as a line and has not come by; left out if there is none. */
  claimedKeys: z
    .array(sshKey.omit({ lastUsedAt: true }))
    .min(1)
    .max(limits.sshKeys)
    .optional(),
});

export const groupLine = z.strictObject({
  type: z.literal('group'),
  id: z.int().positive(),
  name: groupOwnName,
  description: kept(checkedDescription),
  createdAt: time,
  lastNumber: count,
  keepMessages: limit,
  keepDays: limit,
  /** From version 2 on; left out if it is as in a new group of the operator. */
  access: z.enum(accesses).optional(),
  posting: z.enum(policies).optional(),
  replying: z.enum(policies).optional(),
  about: kept(checkedAbout).optional(),
  createdBy: z.union([z.literal(deletedUser), user]).optional(),
});

/** From version 2 on. */
export const directLine = z.strictObject({
  type: z.literal('direct'),
  id: z.int().positive(),
  name: conversation,
  /** The two users, or the one who is left of them. */
  users: z.array(user).min(1).max(2),
  /** Who began it. Null if that user was deleted. */
  createdBy: user.nullable(),
  createdAt: time,
  lastNumber: count,
  keepMessages: limit,
  keepDays: limit,
});

/** From version 2 on. The user blocks the other. */
export const blockLine = z.strictObject({
  type: z.literal('block'),
  user,
  blocked: user,
  createdAt: time,
});

/** From version 2 on. The user has muted another user, or a thread of a group. */
export const muteLine = z
  .strictObject({
    type: z.literal('mute'),
    user,
    muted: user.optional(),
    group: group.optional(),
    thread: number.optional(),
    createdAt: time,
  })
  .refine(
    ({ muted, group, thread }) =>
      (group === undefined) === (thread === undefined) &&
      (muted === undefined) !== (thread === undefined),
    'It takes either muted, or group and thread',
  );

export const membershipLine = z.strictObject({
  type: z.literal('membership'),
  group,
  user,
  joinedAt: time,
  lastRead: count,
  /** From version 2 on: the role of the member, and since when; left out without one. */
  role: z.enum(['moderator', 'owner']).optional(),
  roleSince: time.optional(),
  /** From version 2 on: of which messages the member is notified, if not of all. */
  notify: z.enum(['mentions', 'none']).optional(),
  /** From version 2 on: what was read after `lastRead`, such as `14-17,20`; left out if nothing was. */
  ranges: z
    .string()
    .min(1)
    .refine((text) => parseRanges(text) !== undefined, 'It is no list of ranges such as 14-17,20')
    .optional(),
});
