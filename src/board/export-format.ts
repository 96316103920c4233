import { z } from 'zod';
import { isDirectName } from '../protocol/direct.ts';
import { BoardError } from '../protocol/errors.ts';
import { Expected } from '../protocol/expected.ts';
import { limits } from '../protocol/limits.ts';
import { parseRanges } from '../protocol/marks.ts';
import { postKey } from '../protocol/schemas.ts';
import { parseTime } from '../protocol/time.ts';
import { checkedContent, checkedDescription, checkedReason, checkedSubject } from './board.ts';
import { groupName, userName } from './names.ts';
import { hashProblem } from './passwords.ts';

// The lines of an export, as docs/export-format.md describes them.

export const exportFormat = 'corkboard-export';
export const exportVersion = 2;

/** Maximum length of a line of an export, in bytes. In JSON, one byte of content can take six. */
export const longestExportLine = 1024 * 1024;

/** The `deletedBy` of a message that was deleted by a user who does not exist any more. No user has such a name. */
export const deletedUser = '[deleted]';

/** Text that a board would store unchanged. `check` returns the cleaned text, which must be the same. */
function kept(check: (text: string) => string) {
  return z.string().superRefine((text, context) => {
    const problem = problemOf(text, check);
    if (problem) context.addIssue({ code: 'custom', message: problem });
  });
}

function problemOf(text: string, check: (text: string) => string): string | undefined {
  try {
    return check(text) === text ? undefined : 'It is not as a board would keep it';
  } catch (error) {
    if (error instanceof BoardError) return error.message.replace(/\.$/, '');
    throw error;
  }
}

// JavaScript represents microseconds exactly up to the year 2255. This leaves the clock of an imported board a century.
const latest = parseTime('2150-01-01T00:00:00.000000Z');

const time = z.string().transform((text, context) => {
  const micros = parseTime(text);
  if (Number.isNaN(micros)) {
    context.addIssue('It takes a time in UTC with microseconds, 2026-01-01T12:00:00.000000Z');
  }
  if (micros > latest) context.addIssue('It lies behind the year 2150');
  return micros;
});
const count = z.int().nonnegative();
const limit = z.int().positive().nullable();
const number = z.int().positive();
const user = kept((text) => userName(text).name);
const groupOwnName = kept((text) => groupName(text).name);
// A direct conversation is `@` and its number, because its two users have different names for it.
const conversation = z.string().regex(/^@\d{1,15}$/, 'It takes @ and the number of a conversation');
const group = z.string().superRefine((text, context) => {
  const { error } = (isDirectName(text) ? conversation : groupOwnName).safeParse(text);
  if (error) context.addIssue({ code: 'custom', message: error.issues[0]?.message ?? '' });
});

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
  /** The highest number that a group ever had. */
  lastGroup: count,
});

const passwordHash = z.string().superRefine((hash, context) => {
  const problem = hashProblem(hash);
  if (problem) {
    const message = `The password hash cannot be used: ${problem}`;
    context.addIssue({ code: 'custom', message });
  }
});

const userLine = z.strictObject({
  type: z.literal('user'),
  name: user,
  createdAt: time,
  lastSeenAt: time.nullable(),
  bannedAt: time.nullable(),
  banReason: kept(checkedReason).nullable(),
  passwordHash: passwordHash.nullable().optional(),
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
  /** From version 2 on: what was read after `lastRead`, such as `14-17,20`; left out if nothing was. */
  /** From version 2 on: of which messages the member is notified, if not of all. */
  notify: z.enum(['mentions', 'none']).optional(),
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
  /** The users whom it mentions. */
  mentions: z.array(user).min(1).max(limits.mentions).optional(),
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
  message: 4,
  deleted: 4,
  revision: 4,
  end: 5,
} as const;

const exportLine = z.discriminatedUnion('type', [
  boardLine,
  userLine,
  groupLine,
  directLine,
  blockLine,
  muteLine,
  membershipLine,
  messageLine,
  deletedLine,
  revisionLine,
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
