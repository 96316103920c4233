import { z } from 'zod';
import { limits } from '../limits.ts';
import { inGroup, membership, none, ofUser, user } from './shapes.ts';

/** Methods on direct conversations and on blocked users. */
export const peopleMethods = {
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
} as const;
