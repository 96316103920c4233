import { z } from 'zod';
import { limits } from '../limits.ts';
import {
  foundMessages,
  foundPage,
  group,
  inGroup,
  marks,
  message,
  none,
  notify,
  number,
  ofUser,
  range,
  user,
} from './shapes.ts';

/** Methods on what a member has read, is notified of and has muted. */
export const readingMethods = {
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
  'mention.list': { params: z.strictObject(foundPage), result: z.object(foundMessages) },
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
      /** Looks in this thread first, and then in the group. */
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
} as const;
