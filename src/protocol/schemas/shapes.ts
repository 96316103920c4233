import { z } from 'zod';
import { limits } from '../limits.ts';
import { accesses, logActs, policies, roles } from '../rights.ts';
import { parsePlace } from '../search-place.ts';
import { isFingerprint } from '../ssh-key.ts';
import { parseTime } from '../time.ts';

// Without it, zod would only report that the input is invalid.
const groupRule = 'give a name, or a number from 1 up';
/** A group, by its name or by its number. */
export const group = z.union(
  [z.string().min(1, groupRule), z.int(groupRule).positive(groupRule)],
  groupRule,
);
/** A user by name, with or without the `@` of a direct conversation. */
export const user = z.string().min(1, 'give the name of a user');
export const number = z.int().positive();
export const reason = z.string().optional();
export const time = z
  .string()
  .max(27)
  .refine(
    (text) => !Number.isNaN(parseTime(text)),
    'give a time such as 2026-11-22T19:36:12.345678Z',
  );
const place = z
  .string()
  .max(43)
  .refine((text) => parsePlace(text) !== undefined, 'give the "next" of the page before');
export const none = z.strictObject({});
/** The first and the last number of some messages. */
export const range = z
  .tuple([number, number])
  .refine(([first, last]) => first <= last, 'the first number is not after the last');
/** What a member has read: the messages up to `lastRead`, and those of the ranges after it. */
export const marks = { lastRead: z.int(), ranges: z.array(z.tuple([z.int(), z.int()])) };

/** A message without its content. If the sender was deleted, `sender` is `[deleted]` and `senderId` is null. */
export const header = z.object({
  number: z.int(),
  senderId: z.int().nullable(),
  sender: z.string(),
  postedAt: z.string(),
  subject: z.string(),
  /** The first message of its thread: its own number if it begins one. 0 from a server without threads. */
  thread: z.int().default(0),
  /** The message of the same group that it replies to. The reader may not be able to see it. */
  replyTo: z.int().optional(),
  /** When it was last edited. */
  editedAt: z.string().optional(),
  /** The names of the members whom it mentions; first `@all` if it mentions everybody who can see it. */
  mentions: z.array(z.string()).optional(),
});
/** Of which messages of a group a member is notified. */
export const notify = z.enum(['all', 'mentions', 'none']).default('all');
/** The group of a result or a notice. Its name may change, its number never does. */
export const inGroup = { group: z.string(), groupId: z.int() };
/** The user of a notice, by name and number in the same way. */
export const ofUser = { user: z.string(), userId: z.int() };
export const message = header.extend({ content: z.string() });
/** Which of the messages that were found a page has. */
export const foundPage = {
  /** Only messages before this place: the `next` of the page before, or a time as in `postedAt`. */
  before: place.optional(),
  limit: z.int().positive().max(limits.searchMost).optional(),
};
/** Messages that were found in all groups of the user. */
export const foundMessages = {
  /** The newest first. */
  messages: z.array(header.extend(inGroup)),
  /** Whether there are further messages, or may be. */
  more: z.boolean(),
  /** The `before` of the next page. */
  next: z.string().optional(),
};
/** A thread, by the messages that are visible to the reader. Its first message may not be: then `startedBy` is missing. */
export const thread = z.object({
  thread: z.int(),
  subject: z.string(),
  startedBy: z.string().optional(),
  lastNumber: z.int(),
  lastPostedAt: z.string(),
  replies: z.int(),
  unread: z.int(),
  /** True if only moderators can reply. */
  closed: z.boolean().optional(),
});
export const member = z.object({ name: z.string(), online: z.boolean() });
/** A page of a group's members. `total` counts all members. `next` is the `after` of the next page, if there is one. */
export const memberPage = { members: z.array(member), total: z.int(), next: z.int().optional() };
export const onUser = z.object({ ...inGroup, ...ofUser });
export const ofMessage = z.object({ ...inGroup, number: z.int() });
/** Who can join a group, who can begin threads in it, and who can reply. */
export const rules = {
  access: z.enum(accesses).default('open'),
  posting: z.enum(policies).default('members'),
  replying: z.enum(policies).default('members'),
};
/** The user's own role in a group. It ends with the password of the name. */
export const role = z.enum(roles).default('member');
/** A line of a group's log. `by` is null for the operator, and for what the board did by its rules. */
export const logLine = z.object({
  id: z.int(),
  at: z.string(),
  act: z.enum(logActs),
  by: z.string().nullable(),
  user: z.string().optional(),
  /** The message that it is about, or the thread. */
  number: z.int().optional(),
  /** When a silence or a code ends. */
  until: z.string().optional(),
  /** A reason, a role, or what was set. */
  detail: z.string().optional(),
});
export const invitation = z.object({
  id: z.int(),
  /** Missing for a code. */
  user: z.string().optional(),
  by: z.string().nullable(),
  /** How many users can still join by the code. Missing for any number. */
  uses: z.int().optional(),
  until: z.string().optional(),
  createdAt: z.string(),
});
export const groupInfo = z.object({
  id: z.int(),
  name: z.string(),
  description: z.string(),
  members: z.int(),
  /** How many messages were posted so far, with those that were deleted since. */
  messages: z.int(),
  joined: z.boolean(),
  unread: z.int(),
  /** How many of the unread messages mention the user. */
  mentions: z.int().default(0),
  /** What is read, and the group's newest number; 0 and no ranges for users who are not members. */
  lastRead: z.int().default(0),
  ranges: marks.ranges.default([]),
  lastNumber: z.int().default(0),
  /** The `after` for `group.changes`; 0 for users who are not members. */
  change: z.int().default(0),
  notify,
  ...rules,
  role,
  /** Whether the user has an invitation to the group. */
  invited: z.boolean().default(false),
});
export const membership = z.object({
  id: z.int(),
  group: z.string(),
  unread: z.int(),
  /** How many of the unread messages mention the user. */
  mentions: z.int().default(0),
  lastRead: z.int(),
  ranges: marks.ranges.default([]),
  lastNumber: z.int(),
  /** The `after` for `group.changes`, to learn of later edits and deletions; 0 from a server without them. */
  change: z.int().default(0),
  notify,
  ...rules,
  role,
});

export const standing = z.object({
  user: z.string(),
  userId: z.int(),
  memberships: z.array(membership),
  /** True if direct conversations are left out: `direct.list` has all of them. */
  more: z.boolean().optional(),
  /** True if the user has muted threads or users: see `mute.list`. */
  mutes: z.boolean().optional(),
  /** True while the board's disk fails: only reading works. */
  readOnly: z.boolean().optional(),
  /** After a login: the groups to which the user has an invitation. Missing if there is none, and after a resume. */
  invitations: z.array(z.object(inGroup)).optional(),
  /** After a login: the groups with open reports that the user moderates. Missing if there is none, and after a resume. */
  reports: z.array(z.object({ ...inGroup, open: z.int() })).optional(),
});

export const session = standing.extend({
  /** Resumes the session on a new connection. */
  token: z.string(),
});

export const fingerprint = z
  .string()
  .max(50)
  .refine(isFingerprint, 'give SHA256: and 43 characters, as `ssh-keygen -l` prints it');
/** An SSH key of the user. `lastUsedAt` is null if nobody has logged in by it. */
export const sshKey = z.object({
  fingerprint: z.string(),
  type: z.string(),
  comment: z.string(),
  addedAt: z.string(),
  lastUsedAt: z.string().nullable(),
  /** False for a key that was added as a line, until its user has come by it. */
  confirmed: z.boolean(),
});

/** Whether the key of a post is short enough: in characters, of two UTF-16 code units at most. */
export function isPostKeyLength(key: string): boolean {
  return key.length <= 2 * limits.postKey && [...key].length <= limits.postKey;
}

/** The key of a post, which is posted once. zod counts UTF-16 code units, JSON Schema counts characters. */
export const postKey = z
  .string()
  .min(1)
  .refine(isPostKeyLength, `It takes 1 to ${limits.postKey} characters`)
  .meta({ maxLength: limits.postKey });
