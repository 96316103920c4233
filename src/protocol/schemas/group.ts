import { z } from 'zod';
import { limits } from '../limits.ts';
import { accesses, policies } from '../rights.ts';
import { group, groupInfo, header, inGroup, memberPage, role, rules } from './shapes.ts';

/** Methods on groups and their members. */
export const groupMethods = {
  'group.list': {
    /** With `watch`, the session is sent `groups.changed` once, after the next change of the list. */
    params: z.strictObject({ watch: z.boolean().optional() }),
    /** `more`: there are further groups that the user is neither in nor invited to. */
    result: z.object({ groups: z.array(groupInfo), more: z.boolean().optional() }),
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
  'group.leave': {
    params: z.strictObject({ group }),
    /** `owner`, if the user was the owner: the present owner; null if nobody owns the group. */
    result: z.object({ ...inGroup, owner: z.string().nullable().optional() }),
  },
  'group.members': {
    params: z.strictObject({
      group,
      after: z.int().nonnegative().optional(),
      limit: z.int().positive().max(limits.membersMost).optional(),
    }),
    result: z.object({ group: z.string(), ...memberPage }),
  },
} as const;
