import { z } from 'zod';
import { Expected } from '../protocol/expected.ts';
import { limits } from '../protocol/limits.ts';
import { parseRanges } from '../protocol/marks.ts';
import { everyone } from '../protocol/mentions.ts';
import { accesses, policies } from '../protocol/rights.ts';
import { postKey } from '../protocol/schemas.ts';
import { cleanComment, isFingerprint, sshKeyTypes } from '../protocol/ssh-key.ts';
import { checkedContent, checkedDescription, checkedReason, checkedSubject } from './board.ts';
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
import {
  closedLine,
  invitationLine,
  loggedLine,
  pinLine,
  reportLine,
  restrictionLine,
} from './export-moderation.ts';
import { checkedAbout } from './groups.ts';
import { hashProblem } from './passwords.ts';

// The lines of an export, as docs/export-format.md describes them.

export const exportFormat = 'corkboard-export';
export const exportVersion = 2;

/** Maximum length of a line of an export, in bytes. In JSON, one byte of content can take six. */
export const longestExportLine = 1024 * 1024;

const boardLine = z.strictObject({
  type: z.literal('board'),
  format: z.literal(exportFormat),
  version: z
    .int()
    .positive()
    .max(exportVersion, 'It was written by a newer corkboard; upgrade this one to read it'),
  /** Whether the export has all groups of the board. */
  whole: z.boolean(),
  /** Whether the export has the hashes of the passwords. */
  passwords: z.boolean(),
  users: count,
  groups: count,
  memberships: count,
  messages: count,
  /** From version 2 on: how many direct conversations, blocks, mutes and deleted messages there are; left out if there are none. */
  directs: count.optional(),
  blocks: count.optional(),
  mutes: count.optional(),
  deleted: count.optional(),
  /** How many texts there are from before edits. */
  revisions: count.optional(),
  /** What moderators have set, from version 2 on; left out if there is none. */
  restrictions: count.optional(),
  invitations: count.optional(),
  logged: count.optional(),
  closed: count.optional(),
  pins: count.optional(),
  reports: count.optional(),
  /** The highest number that a group ever had. */
  lastGroup: count,
});

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

const userLine = z.strictObject({
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

const groupLine = z.strictObject({
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
const directLine = z.strictObject({
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
const blockLine = z.strictObject({
  type: z.literal('block'),
  user,
  blocked: user,
  createdAt: time,
});

/** From version 2 on. The user has muted another user, or a thread of a group. */
const muteLine = z
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

const membershipLine = z.strictObject({
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

const messageLine = z.strictObject({
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
const revisionLine = z.strictObject({
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
const deletedLine = z.strictObject({
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

const endLine = z.strictObject({
  type: z.literal('end'),
  /** How many lines come before this one. */
  lines: count,
  /** The SHA-256 of the bytes of those lines, with their line ends. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});

/** The kinds of lines with their position: lines with a lower position come first. */
export const linePlaces = {
  board: 0,
  user: 1,
  group: 2,
  direct: 2,
  block: 3,
  mute: 3,
  membership: 3,
  restriction: 3,
  invitation: 3,
  message: 4,
  deleted: 4,
  revision: 4,
  // After the messages that they are about.
  logged: 5,
  closed: 5,
  pin: 5,
  report: 5,
  end: 6,
} as const;

const exportLine = z.discriminatedUnion('type', [
  boardLine,
  userLine,
  groupLine,
  directLine,
  blockLine,
  muteLine,
  membershipLine,
  restrictionLine,
  invitationLine,
  messageLine,
  deletedLine,
  revisionLine,
  loggedLine,
  closedLine,
  pinLine,
  reportLine,
  endLine,
]);

/** A line to write: times are RFC 3339. */
export type ExportLine = z.input<typeof exportLine>;
/** A line that was read and checked: times are microseconds since the epoch. */
export type ImportLine = z.output<typeof exportLine>;
export type LineOf<T extends ImportLine['type']> = Extract<ImportLine, { type: T }>;

/** An error in an export or in one of its lines. */
export class ExportError extends Expected {
  override readonly name = 'ExportError';
}

/** Reads and checks a line by itself. @throws ExportError */
export function parseExportLine(text: string): ImportLine {
  const { data, error } = exportLine.safeParse(parseJson(text));
  if (data) return data;
  const [issue] = error.issues;
  const field = issue?.path.join('.');
  throw new ExportError(`${field ? `${field}: ` : ''}${issue?.message}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new ExportError(`It is not JSON: ${(error as Error).message}`);
  }
}
