import { z } from 'zod';
import { screenLimits } from '../screen-limits.ts';
import { sshKeyTypes } from '../ssh-key.ts';
import { fingerprint, none, session, standing } from './shapes.ts';

/** Methods of the server, of sessions, and of the vouched door. */
export const sessionMethods = {
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
  /**
   * Removes the draft without `content`. With `from`, moves the draft of that place to `place`, unless there is one. Such a call
   * cannot change the text as well.
   */
  'draft.set': {
    params: z
      .strictObject({
        place: z.string().max(screenLimits.place),
        from: z.string().max(screenLimits.place).optional(),
        subject: z.string().max(screenLimits.subject).optional(),
        content: z.string().max(screenLimits.text).optional(),
      })
      .refine(
        ({ from, subject, content }) => from === undefined || (subject ?? content) === undefined,
        {
          path: ['from'],
          message: 'moves a draft as it is: leave subject and content out',
        },
      )
      .refine(
        ({ from, subject, content }) =>
          from !== undefined || subject === undefined || content !== undefined,
        {
          path: ['subject'],
          message: 'is kept only with content',
        },
      ),
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
} as const;
