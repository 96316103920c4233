import { z } from 'zod';
import type { ErrorCode } from './errors.ts';
import { limits } from './limits.ts';
import { accesses, groupFields, logActs, policies, roles } from './rights.ts';
import { screenLimits } from './screen-limits.ts';
import { parsePlace } from './search-place.ts';
import { isFingerprint, sshKeyTypes } from './ssh-key.ts';
import { parseTime } from './time.ts';

// Without it, zod would only report that the input is invalid.
const groupRule = 'give a name, or a number from 1 up';
/** A group, by its name or by its number. */
const group = z.union(
  [z.string().min(1, groupRule), z.int(groupRule).positive(groupRule)],
  groupRule,
);
/** A user by name, with or without the `@` of a direct conversation. */
const user = z.string().min(1, 'give the name of a user');
const number = z.int().positive();
const reason = z.string().optional();
const time = z
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
const none = z.strictObject({});
/** The first and the last number of some messages. */
const range = z
  .tuple([number, number])
  .refine(([first, last]) => first <= last, 'the first number is not after the last');
/** What a member has read: the messages up to `lastRead`, and those of the ranges after it. */
const marks = { lastRead: z.int(), ranges: z.array(z.tuple([z.int(), z.int()])) };

/** A message without its content. If the sender was deleted, `sender` is `[deleted]` and `senderId` is null. */
const header = z.object({
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
const notify = z.enum(['all', 'mentions', 'none']).default('all');
/** The group of a result or a notice. Its name may change, its number never does. */
const inGroup = { group: z.string(), groupId: z.int() };
/** The user of a notice, by name and number in the same way. */
const ofUser = { user: z.string(), userId: z.int() };
const message = header.extend({ content: z.string() });
/** A thread, by the messages that are visible to the reader. Its first message may not be: then `startedBy` is missing. */
const thread = z.object({
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
const member = z.object({ name: z.string(), online: z.boolean() });
/** A page of a group's members. `total` counts all members. `next` is the `after` of the next page, if there is one. */
const memberPage = { members: z.array(member), total: z.int(), next: z.int().optional() };
const onUser = z.object({ ...inGroup, ...ofUser });
const ofMessage = z.object({ ...inGroup, number: z.int() });
/** Who can join a group, who can begin threads in it, and who can reply. */
const rules = {
  access: z.enum(accesses).default('open'),
  posting: z.enum(policies).default('members'),
  replying: z.enum(policies).default('members'),
};
/** The user's own role in a group. It ends with the password of the name. */
const role = z.enum(roles).default('member');
/** A line of a group's log. `by` is null for the operator, and for what the board did by its rules. */
const logLine = z.object({
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
const invitation = z.object({
  id: z.int(),
  /** Missing for a code. */
  user: z.string().optional(),
  by: z.string().nullable(),
  /** How many users can still join by the code. Missing for any number. */
  uses: z.int().optional(),
  until: z.string().optional(),
  createdAt: z.string(),
});
const groupInfo = z.object({
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
const membership = z.object({
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

const standing = z.object({
  user: z.string(),
  userId: z.int(),
  memberships: z.array(membership),
  /** True if the user has muted threads or users: see `mute.list`. */
  mutes: z.boolean().optional(),
  /** True while the board's disk fails: only reading works. */
  readOnly: z.boolean().optional(),
  /** After a login: the groups to which the user has an invitation. Missing if there is none, and after a resume. */
  invitations: z.array(z.object(inGroup)).optional(),
  /** After a login: the groups with open reports that the user moderates. Missing if there is none, and after a resume. */
  reports: z.array(z.object({ ...inGroup, open: z.int() })).optional(),
});

const session = standing.extend({
  /** Resumes the session on a new connection. */
  token: z.string(),
});

const fingerprint = z
  .string()
  .max(50)
  .refine(isFingerprint, 'give SHA256: and 43 characters, as `ssh-keygen -l` prints it');
/** An SSH key of the user. `lastUsedAt` is null if nobody has logged in by it. */
const sshKey = z.object({
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

/**
 * Params and results of every method. Params are strict: a misspelt param is refused and not ignored.
 * Results are not strict, so that an old client accepts members that a newer server adds.
 */
export const schemas = {
  'server.info': {
    params: none,
    result: z.object({
      name: z.string(),
      version: z.string(),
      access: z.enum(['open', 'registered', 'closed']),
      tls: z.boolean(),
      limits: z.record(z.string(), z.int()),
    }),
  },
  'session.login': {
    params: z.strictObject({
      user: z.string(),
      password: z.string().optional(),
      create: z.boolean().optional(),
    }),
    result: session,
  },
  'session.resume': { params: z.strictObject({ token: z.string() }), result: session },
  'session.show': { params: none, result: standing },
  'session.logout': { params: none, result: z.object({}) },
  /** Only at the vouched door. `name` is null if no user was given. */
  'door.look': {
    params: z.strictObject({ user: z.string().optional(), fingerprint: fingerprint.optional() }),
    result: z.object({
      owner: z.string().nullable(),
      name: z.enum(['free', 'unprotected', 'protected', 'invalid']).nullable(),
      access: z.enum(['open', 'registered', 'closed']),
      /** Who has added the key as a line, if it has no owner: the first ten. */
      claimants: z.array(z.string()),
      /** Whether `user` is one of them. */
      claimed: z.boolean(),
    }),
  },
  /** Only at the vouched door: who holds the key is none of those who have added it as a line. */
  'door.dropClaims': { params: z.strictObject({ fingerprint }), result: z.object({}) },
  /** Only at the vouched door, for the screen that people get over ssh. */
  'draft.list': {
    params: none,
    result: z.object({
      drafts: z.array(
        z.object({ place: z.string(), subject: z.string().optional(), content: z.string() }),
      ),
    }),
  },
  /** Removes the draft without `content`. */
  'draft.set': {
    params: z.strictObject({
      place: z.string().max(screenLimits.place),
      subject: z.string().max(screenLimits.subject).optional(),
      content: z.string().max(screenLimits.text).optional(),
    }),
    result: z.object({}),
  },
  /** A keys.toml; null for none. */
  'screen.keys': { params: none, result: z.object({ content: z.string().nullable() }) },
  'screen.setKeys': {
    params: z.strictObject({ content: z.string().max(screenLimits.keys).nullable() }),
    result: z.object({}),
  },
  /** Only at the vouched door: the peer has verified a signature under `key`. */
  'door.login': {
    params: z.strictObject({
      key: z
        .strictObject({
          type: z.enum(sshKeyTypes),
          fingerprint,
          comment: z.string().max(1000).optional(),
        })
        .optional(),
      user: z.string().optional(),
      password: z.string().optional(),
      create: z.boolean().optional(),
      remember: z.boolean().optional(),
      /** True if `user` has added the key as a line, and is who has come. */
      claim: z.boolean().optional(),
    }),
    /** `notRemembered` says why a key was not stored that `remember` asked for. */
    result: session.extend({
      notRemembered: z.object({ code: z.string(), message: z.string() }).optional(),
    }),
  },
  'account.setPassword': {
    params: z.strictObject({ password: z.string(), current: z.string().optional() }),
    result: z.object({}),
  },
  'account.keys': { params: none, result: z.object({ keys: z.array(sshKey) }) },
  'account.addKey': {
    /**
     * A line of an `authorized_keys` file; left out for the SSH key that the session came by. With a line, a protected name needs
     * its password as `current`, unless the session logged in by an SSH key.
     */
    params: z.strictObject({ line: z.string().optional(), current: z.string().optional() }),
    result: z.object({ key: sshKey }),
  },
  'account.removeKey': {
    params: z.strictObject({ fingerprint, current: z.string().optional() }),
    result: z.object({ key: sshKey }),
  },
  'group.list': {
    /** With `watch`, the session is sent `groups.changed` once, after the next change of the list. */
    params: z.strictObject({ watch: z.boolean().optional() }),
    result: z.object({ groups: z.array(groupInfo) }),
  },
  'group.create': {
    params: z.strictObject({
      name: z.string(),
      description: z.string().optional(),
      access: z.enum(accesses).optional(),
    }),
    /** `change` is the `after` for `group.changes`. */
    result: z.object({ ...inGroup, ...rules, role, change: z.int() }),
  },
  'group.edit': {
    params: z.strictObject({
      group,
      name: z.string().optional(),
      description: z.string().optional(),
      about: z.string().optional(),
      access: z.enum(accesses).optional(),
      posting: z.enum(policies).optional(),
      replying: z.enum(policies).optional(),
    }),
    result: z.object(inGroup),
  },
  'group.delete': { params: z.strictObject({ group }), result: z.object(inGroup) },
  'group.show': {
    params: z.strictObject({ group }),
    result: z.object({
      ...inGroup,
      description: z.string(),
      about: z.string(),
      ...rules,
      members: z.int(),
      joined: z.boolean(),
      role,
      invited: z.boolean(),
      owner: z.string().optional(),
      moderators: z.array(z.string()),
      /** Those that are visible to the user. */
      pins: z.array(header),
      /** When the user may write again. Missing for one who may. */
      silencedUntil: z.string().optional(),
    }),
  },
  'group.invite': {
    /** With `user`, invites that user. Without, makes a code by which `uses` users can join until `until`: 1 without a number. */
    params: z
      .strictObject({
        group,
        user: user.optional(),
        uses: z.int().positive().max(limits.codeUses).optional(),
        until: time.optional(),
      })
      .refine(
        (params) =>
          params.user === undefined || (params.uses === undefined && params.until === undefined),
        { path: ['user'], message: 'only a code has "uses" and "until"' },
      ),
    result: z.object({ ...inGroup, user: z.string().optional(), code: z.string().optional() }),
  },
  /** With a group, the invitations of the group, for its moderators. Without, those that the user has. */
  'invitation.list': {
    params: z.strictObject({ group: group.optional() }),
    result: z.object({
      invitations: z.array(invitation).optional(),
      received: z
        .array(
          z.object({
            ...inGroup,
            description: z.string(),
            access: rules.access,
            by: z.string().nullable(),
          }),
        )
        .optional(),
    }),
  },
  /** With a user, ends the invitation of that user. Without, ends all codes of the group. */
  'invitation.revoke': {
    params: z.strictObject({ group, user: user.optional() }),
    result: z.object({ ...inGroup, revoked: z.int() }),
  },
  'group.remove': { params: z.strictObject({ group, user, reason }), result: onUser },
  'group.bar': { params: z.strictObject({ group, user, reason }), result: onUser },
  'group.unbar': { params: z.strictObject({ group, user, reason }), result: onUser },
  'group.silence': { params: z.strictObject({ group, user, until: time, reason }), result: onUser },
  'group.unsilence': { params: z.strictObject({ group, user, reason }), result: onUser },
  'group.setRole': {
    params: z.strictObject({ group, user, role: z.enum(roles) }),
    result: onUser.extend({ role: z.enum(roles) }),
  },
  'thread.close': {
    params: z.strictObject({ group, thread: number }),
    result: z.object({ ...inGroup, thread: z.int() }),
  },
  'thread.reopen': {
    params: z.strictObject({ group, thread: number }),
    result: z.object({ ...inGroup, thread: z.int() }),
  },
  'message.pin': { params: z.strictObject({ group, number }), result: ofMessage },
  'message.unpin': { params: z.strictObject({ group, number }), result: ofMessage },
  'message.report': {
    params: z.strictObject({ group, number, reason: z.string() }),
    result: ofMessage,
  },
  'report.list': {
    params: z.strictObject({ group }),
    result: z.object({
      ...inGroup,
      reports: z.array(
        z.object({
          id: z.int(),
          number: z.int(),
          user: z.string(),
          reason: z.string(),
          createdAt: z.string(),
        }),
      ),
    }),
  },
  'report.close': {
    params: z.strictObject({ group, number }),
    result: ofMessage.extend({ closed: z.int() }),
  },
  /** Newest lines first; `before` is the id of a line. */
  'group.log': {
    params: z.strictObject({
      group,
      before: z.int().positive().optional(),
      limit: z.int().positive().max(limits.logMost).optional(),
    }),
    result: z.object({ ...inGroup, lines: z.array(logLine), more: z.boolean() }),
  },
  'group.join': {
    /** `code` is that of an invitation. */
    params: z.strictObject({ group, code: z.string().max(200).optional() }),
    result: z.object({
      id: z.int(),
      group: z.string(),
      ...memberPage,
      messages: z.array(header),
      ...rules,
      /** The `after` for `group.changes`, to learn of later edits and deletions. */
      change: z.int().default(0),
    }),
  },
  'group.leave': { params: z.strictObject({ group }), result: z.object(inGroup) },
  'group.members': {
    params: z.strictObject({
      group,
      after: z.int().nonnegative().optional(),
      limit: z.int().positive().max(limits.membersMost).optional(),
    }),
    result: z.object({ group: z.string(), ...memberPage }),
  },
  'direct.open': {
    /** With `check`, nothing is made: it is answered or refused as it would be, and `groupId` is 0 if there is no conversation. */
    params: z.strictObject({ user, check: z.boolean().optional() }),
    result: z.object({ ...inGroup, ...ofUser }),
  },
  'direct.list': {
    params: z.strictObject({
      after: z.int().nonnegative().optional(),
      limit: z.int().positive().max(limits.directsMost).optional(),
    }),
    /** In the order of their numbers. `next` is the `after` of the next page, if there is one. */
    result: z.object({ conversations: z.array(membership), next: z.int().optional() }),
  },
  'user.block': { params: z.strictObject({ user }), result: z.object(ofUser) },
  'user.unblock': { params: z.strictObject({ user }), result: z.object(ofUser) },
  'user.blocked': { params: none, result: z.object({ users: z.array(z.object(ofUser)) }) },
  'message.post': {
    params: z
      .strictObject({
        group,
        /** It may be left out of a reply. */
        subject: z.string().optional(),
        content: z.string(),
        key: postKey.optional(),
        replyTo: number.optional(),
      })
      .refine(({ subject, replyTo }) => subject !== undefined || replyTo !== undefined, {
        path: ['subject'],
        message: 'give one; only a reply may go without',
      }),
    result: header.extend(inGroup),
  },
  'message.get': {
    params: z.strictObject({ group, number }),
    /** `revision` is how many times the message was edited. */
    result: message.extend({ ...inGroup, revision: z.int().default(0) }),
  },
  'message.edit': {
    params: z.strictObject({
      group,
      number,
      subject: z.string().optional(),
      content: z.string().optional(),
      revision: z.int().nonnegative().optional(),
    }),
    result: header.extend({ ...inGroup, revision: z.int() }),
  },
  'message.delete': {
    params: z.strictObject({
      group,
      number,
      /** One line, for those who are notified. */
      reason: z.string().optional(),
    }),
    result: z.object({ ...inGroup, number: z.int() }),
  },
  'message.history': {
    params: z.strictObject({ group, number, from: z.int().nonnegative().optional() }),
    result: z.object({
      ...inGroup,
      number: z.int(),
      /** The first revision is 0, the last one is the present text. */
      revisions: z.array(
        z.object({
          revision: z.int(),
          writtenAt: z.string(),
          subject: z.string(),
          content: z.string(),
        }),
      ),
      more: z.boolean(),
    }),
  },
  'group.changes': {
    params: z.strictObject({
      group,
      after: z.int().nonnegative(),
      limit: z.int().positive().max(limits.changesMost).optional(),
    }),
    result: z.object({
      ...inGroup,
      /** One for each message, in the order of `change`. It has `message` if it was edited, and `by` if it was deleted. */
      changes: z.array(
        z.object({
          number: z.int(),
          change: z.int(),
          message: header.optional(),
          by: z.string().nullable().optional(),
        }),
      ),
      /** The `after` of the next request. */
      change: z.int(),
      more: z.boolean(),
    }),
  },
  'message.list': {
    params: z.strictObject({
      group,
      before: number.optional(),
      after: z.int().nonnegative().optional(),
      /** Only messages posted at this time or later, in UTC, as in `postedAt`. */
      since: time.optional(),
      limit: z.int().positive().max(limits.listMost).optional(),
      content: z.boolean().optional(),
    }),
    result: z.object({
      ...inGroup,
      /** They have `content` if the request asked for it. */
      messages: z.array(header.extend({ content: z.string().optional() })),
      more: z.boolean(),
    }),
  },
  'thread.list': {
    params: z.strictObject({
      group,
      before: number.optional(),
      limit: z.int().positive().max(limits.threadsMost).optional(),
    }),
    result: z.object({
      ...inGroup,
      threads: z.array(thread),
      /** If there may be more: the `before` of the next page. */
      next: z.int().optional(),
    }),
  },
  'thread.get': {
    params: z.strictObject({
      group,
      thread: number,
      after: z.int().nonnegative().optional(),
      limit: z.int().positive().max(limits.listMost).optional(),
    }),
    result: z.object({
      ...inGroup,
      thread: z.int(),
      messages: z.array(header),
      more: z.boolean(),
    }),
  },
  'message.search': {
    params: z.strictObject({
      query: z.string(),
      /** Only messages before this place: the `next` of the page before, or a time as in `postedAt`. */
      before: place.optional(),
      limit: z.int().positive().max(limits.searchMost).optional(),
    }),
    result: z.object({
      /** The newest first. */
      messages: z.array(header.extend(inGroup)),
      /** Whether there are further messages, or may be. */
      more: z.boolean(),
      /** The `before` of the next page. */
      next: z.string().optional(),
      /** True if older messages were not searched, because the server is still indexing them. */
      indexing: z.boolean().optional(),
    }),
  },
  'membership.set': {
    params: z.strictObject({ group, notify: z.enum(['all', 'mentions', 'none']) }),
    /** `lastNumber` is the group's newest number at that time. */
    result: z.object({ ...inGroup, notify, lastNumber: z.int() }),
  },
  'thread.mute': {
    params: z.strictObject({ group, thread: number }),
    result: z.object({ ...inGroup, thread: z.int() }),
  },
  'thread.unmute': {
    params: z.strictObject({ group, thread: number }),
    result: z.object({ ...inGroup, thread: z.int() }),
  },
  'user.mute': { params: z.strictObject({ user }), result: z.object(ofUser) },
  'user.unmute': { params: z.strictObject({ user }), result: z.object(ofUser) },
  'mute.list': {
    params: none,
    result: z.object({
      /** The groups of whose messages the user is not notified, or only of mentions. */
      groups: z.array(z.object({ ...inGroup, notify })),
      threads: z.array(z.object({ ...inGroup, thread: z.int() })),
      users: z.array(z.object(ofUser)),
    }),
  },
  'mention.list': {
    params: z.strictObject({
      /** Only messages before this place: the `next` of the page before, or a time as in `postedAt`. */
      before: place.optional(),
      limit: z.int().positive().max(limits.searchMost).optional(),
    }),
    result: z.object({
      /** The newest first. */
      messages: z.array(header.extend(inGroup)),
      more: z.boolean(),
      /** The `before` of the next page. */
      next: z.string().optional(),
    }),
  },
  'message.markRead': {
    /** The messages up to a number, or those of some ranges. */
    params: z
      .strictObject({
        group,
        number: z.int().nonnegative().optional(),
        ranges: z.array(range).min(1).max(limits.rangesAtOnce).optional(),
      })
      .refine(
        ({ number, ranges }) => (number === undefined) !== (ranges === undefined),
        'give either a number or ranges',
      ),
    result: z.object(marks),
  },
  'message.next': {
    params: z.strictObject({
      group,
      /** The oldest unread message of this thread, if it has any. */
      thread: number.optional(),
      /** Messages that count as read as well. */
      read: z.array(range).max(limits.rangesAtOnce).optional(),
    }),
    result: z.object({ ...inGroup, message: message.optional() }),
  },
  'group.markRead': {
    params: z.strictObject({ group }),
    /** `was` is what had been read before. */
    result: z.object({ ...inGroup, lastRead: z.int(), was: z.object(marks) }),
  },
  'group.restoreMarks': {
    params: z.strictObject({
      group,
      lastRead: z.int().nonnegative(),
      ranges: z.array(range).max(limits.rangesSet),
    }),
    result: z.object(marks),
  },
  ping: { params: none, result: z.object({}) },
  'rpc.discover': { params: none, result: z.record(z.string(), z.unknown()) },
} as const;

/** The notices, which the server sends without a request. */
export const noticeSchemas = {
  'message.posted': z.object({ ...inGroup, message: header }),
  /** A direct conversation with `user` was begun, by `user` or in another session. It has no message yet. */
  'direct.opened': z.object({ ...inGroup, ...ofUser }),
  /** A message was edited. `change` is the `after` for `group.changes`, to learn of later changes. */
  'message.edited': z.object({ ...inGroup, message: header, change: z.int() }),
  /** A message was deleted by a user, or, if `by` is null, by the operator. A client that was away does not learn the reason. */
  'message.deleted': z.object({
    ...inGroup,
    number: z.int(),
    by: z.string().nullable(),
    reason: z.string().optional(),
    change: z.int(),
  }),
  /**
   * `lastNumber` is the group's newest number at the join, and `change` the `after` for `group.changes`. Other
   * connections of the user go on from there.
   */
  'member.joined': z.object({
    ...inGroup,
    ...ofUser,
    lastNumber: z.int(),
    change: z.int().default(0),
  }),
  'member.left': z.object({ ...inGroup, ...ofUser }),
  'member.renamed': z.object({ ...inGroup, ...ofUser, was: z.string() }),
  'presence.changed': z.object({
    ...inGroup,
    online: z.array(z.string()),
    offline: z.array(z.string()),
  }),
  /**
   * `was` is the old name; it is the present one if the name did not change. `by` is missing for the operator, and
   * `changed` from a server that does not send it.
   */
  'group.changed': z.object({
    ...inGroup,
    was: z.string(),
    description: z.string(),
    ...rules,
    by: z.string().optional(),
    changed: z.array(z.enum(groupFields)).optional(),
  }),
  /** A moderator, an owner or the operator did something in the group: a line of its log. */
  'group.logged': z.object({ ...inGroup, line: logLine }),
  /** The user of the session was removed from the group, or barred. `by` is null for the operator. */
  'membership.ended': z.object({
    ...inGroup,
    act: z.enum(['remove', 'bar']),
    by: z.string().nullable(),
    reason: z.string().optional(),
  }),
  /** The user of the session was invited to the group. `by` is null for the operator. */
  'group.invited': z.object({ ...inGroup, by: z.string().nullable(), description: z.string() }),
  /** For moderators: a member has reported a message. */
  'message.reported': z.object({ ...inGroup, ...ofUser, number: z.int(), reason: z.string() }),
  /** `by` is the owner who deleted it; missing for the operator. */
  'group.removed': z.object({ ...inGroup, by: z.string().optional() }),
  /** `first` and `last` are the lowest and the highest number that were deleted. */
  /**
   * `first` and `last` are the lowest and the highest number that were deleted. A member who could see only some of the
   * messages gets neither `first` nor `count`, and a member who could see none of them gets no notice.
   */
  'messages.purged': z.object({
    ...inGroup,
    count: z.int().optional(),
    first: z.int().optional(),
    last: z.int(),
    /** If a user was deleted with their messages: `group.changes` lists the messages up to this `after`. */
    change: z.int().optional(),
  }),
  /** What the user has read has changed in another session. */
  'marks.changed': z.object({ ...inGroup, lastRead: z.int(), ranges: marks.ranges.default([]) }),
  /** Another session of the user has called `membership.set`. */
  'membership.changed': z.object({ ...inGroup, notify, lastNumber: z.int() }),
  /** Another session of the user has muted a thread or a user, or has ended that: see `mute.list`. */
  'mutes.changed': z.object({}),
  /** `code` is a `ClosingCode`, or a code that a newer server has added. */
  /** A group was made, changed or deleted since the session has called `group.list` with `watch`. */
  'groups.changed': z.object({}),
  'session.closing': z.object({ reason: z.string(), code: z.string().optional() }),
} as const;

export type Method = keyof typeof schemas;
export type Params<M extends Method> = z.infer<(typeof schemas)[M]['params']>;
export type Result<M extends Method> = z.infer<(typeof schemas)[M]['result']>;
export type Header = z.infer<typeof header>;
/** A message with its content and its group. */
export type FullMessage = Omit<Result<'message.get'>, 'revision'>;
export type Member = z.infer<typeof member>;
export type Membership = z.infer<typeof membership>;
export type ShownKey = z.infer<typeof sshKey>;
export type LogLine = z.infer<typeof logLine>;

/**
 * Why the server closes a connection. A client decides by it whether to connect again. `TAKEN_OVER` and
 * `EXPELLED` are final. The others are words of the error catalogue.
 */
export const closingCodes = [
  'TAKEN_OVER',
  'EXPELLED',
  'SHUTTING_DOWN',
  'TOO_SLOW',
  'TLS_REQUIRED',
  'LOGIN_TIMEOUT',
  'TOO_MANY_CONNECTIONS',
  'PROXY_REFUSED',
  'NOT_A_WEB_SERVER',
] as const satisfies readonly ('TAKEN_OVER' | 'EXPELLED' | ErrorCode)[];
export type ClosingCode = (typeof closingCodes)[number];

/** A call that was answered: a method, its params and its result. */
export type Answer = {
  [M in Method]: { method: M; params: Params<M>; result: Result<M> };
}[Method];

export type NoticeName = keyof typeof noticeSchemas;
/** A notice: its name, and the params that belong to the name. */
export type Notice = {
  [N in NoticeName]: { method: N; params: z.infer<(typeof noticeSchemas)[N]> };
}[NoticeName];

/** Calls a method: in a session of the server, or over a client's connection. */
export type Call = <M extends Method>(method: M, params: Params<M>) => Promise<Result<M>>;
