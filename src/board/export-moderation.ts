import { z } from 'zod';
import { limits } from '../protocol/limits.ts';
import { logActs } from '../protocol/rights.ts';
import { group, kept, number, time, user } from './export-fields.ts';
import { checkedReason } from './texts.ts';

// The lines of an export about what moderators have set, from version 2 on.

const reason = kept(checkedReason);

/** A user who may not join the group, or not write in it. */
export const restrictionLine = z
  .strictObject({
    type: z.literal('restriction'),
    group,
    user,
    kind: z.enum(['barred', 'silenced']),
    /** When it ends; only of a silence. */
    until: time.optional(),
    reason: reason.optional(),
    createdAt: time,
  })
  .refine(
    ({ kind, until }) => (kind === 'silenced') === (until !== undefined),
    'A silence has until, and a bar has not',
  );

/** An invitation of a user, or a code. */
export const invitationLine = z
  .strictObject({
    type: z.literal('invitation'),
    group,
    user: user.optional(),
    /** The SHA-256 of the code. */
    codeHash: z
      .string()
      .regex(/^[0-9a-f]{64}$/)
      .optional(),
    uses: z.int().positive().max(limits.codeUses).optional(),
    until: time.optional(),
    /** Who invites; left out for the operator. */
    by: user.optional(),
    createdAt: time,
  })
  .refine(
    ({ user, codeHash, uses, until }) =>
      (user === undefined) !== (codeHash === undefined) &&
      (codeHash !== undefined || (uses === undefined && until === undefined)),
    'It takes either user, or codeHash with uses and until',
  );

/** A line of the group's log. */
export const loggedLine = z.strictObject({
  type: z.literal('logged'),
  group,
  at: time,
  act: z.enum(logActs),
  /** Names at that time. */
  by: user.optional(),
  user: user.optional(),
  number: number.optional(),
  /** When the message was posted that it is about. */
  postedAt: time.optional(),
  until: time.optional(),
  /** A reason, a role, or a new setting. */
  detail: reason.optional(),
});

/** A thread in which only moderators reply. */
export const closedLine = z.strictObject({
  type: z.literal('closed'),
  group,
  thread: number,
  closedAt: time,
});

export const pinLine = z.strictObject({
  type: z.literal('pin'),
  group,
  number,
  pinnedAt: time,
});

export const reportLine = z.strictObject({
  type: z.literal('report'),
  group,
  number,
  /** Left out if the user was deleted. */
  user: user.optional(),
  reason,
  createdAt: time,
  closedAt: time.optional(),
});
