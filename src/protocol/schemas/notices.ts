import { z } from 'zod';
import { groupFields } from '../rights.ts';
import { header, inGroup, logLine, marks, notify, ofUser, rules } from './shapes.ts';

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
  /**
   * `online` and `offline` name the first users who have come or gone. `moreOnline` and `moreOffline` count the others; they are
   * missing if there are none.
   */
  'presence.changed': z.object({
    ...inGroup,
    online: z.array(z.string()),
    offline: z.array(z.string()),
    moreOnline: z.int().optional(),
    moreOffline: z.int().optional(),
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
  /** A group was made, changed or deleted since the session has called `group.list` with `watch`. */
  'groups.changed': z.object({}),
  /** `code` is a `ClosingCode`, or a code that a newer server has added. */
  'session.closing': z.object({ reason: z.string(), code: z.string().optional() }),
} as const;
