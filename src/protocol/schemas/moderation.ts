import { z } from 'zod';
import { limits } from '../limits.ts';
import { roles } from '../rights.ts';
import {
  group,
  inGroup,
  invitation,
  logLine,
  number,
  ofMessage,
  onUser,
  reason,
  rules,
  time,
  user,
} from './shapes.ts';

/** Methods of those who look after a group: invitations, roles, bars, threads and pins, reports, the log. */
export const moderationMethods = {
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
    /** `owner`, if the owner has stepped down: the present owner; null if nobody owns the group. */
    result: onUser.extend({ role: z.enum(roles), owner: z.string().nullable().optional() }),
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
} as const;
