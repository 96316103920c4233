import { z } from 'zod';
import { limits } from '../limits.ts';
import {
  foundMessages,
  foundPage,
  group,
  header,
  inGroup,
  message,
  number,
  postKey,
  thread,
  time,
} from './shapes.ts';

/** Methods that post, show, change, list and search messages and threads. */
export const messageMethods = {
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
    params: z.strictObject({ query: z.string(), ...foundPage }),
    result: z.object({
      ...foundMessages,
      /** True if older messages were not searched, because the server is still indexing them. */
      indexing: z.boolean().optional(),
    }),
  },
} as const;
