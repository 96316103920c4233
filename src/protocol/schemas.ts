import { z } from 'zod';
import type { ErrorCode } from './errors.ts';
import { limits } from './limits.ts';
import { parseTime } from './time.ts';

// Of neither kind, zod could only say that the input is invalid.
const groupRule = 'give a name, or a number from 1 up';
/** A group, by its name or by its number. */
const group = z.union(
  [z.string().min(1, groupRule), z.int(groupRule).positive(groupRule)],
  groupRule,
);
const number = z.int().positive();
const time = z
  .string()
  .max(27)
  .refine(
    (text) => !Number.isNaN(parseTime(text)),
    'give a time such as 2026-11-22T19:36:12.345678Z',
  );
const none = z.strictObject({});

/** A message without its content. Where the user was removed, `sender` is `[deleted]` and `senderId` null. */
const header = z.object({
  number: z.int(),
  senderId: z.int().nullable(),
  sender: z.string(),
  postedAt: z.string(),
  subject: z.string(),
});
/** The group that a result or a notice is about: its name may change, its number never does. */
const inGroup = { group: z.string(), groupId: z.int() };
/** The user whom a notice is about, likewise. */
const ofUser = { user: z.string(), userId: z.int() };
const message = header.extend({ content: z.string() });
const member = z.object({ name: z.string(), online: z.boolean() });
/** Some of a group's members: how many there are in all, and if there are more, what to give as `after` for those. */
const memberPage = { members: z.array(member), total: z.int(), next: z.int().optional() };
const groupInfo = z.object({
  id: z.int(),
  name: z.string(),
  description: z.string(),
  members: z.int(),
  messages: z.int(),
  joined: z.boolean(),
  unread: z.int(),
  /** The highest number that is marked as read, and the group's newest; 0 for those who are not in it. */
  lastRead: z.int().default(0),
  lastNumber: z.int().default(0),
});
const membership = z.object({
  id: z.int(),
  group: z.string(),
  unread: z.int(),
  lastRead: z.int(),
  lastNumber: z.int(),
});

const session = z.object({
  user: z.string(),
  userId: z.int(),
  /** Takes the session over on a new connection. */
  token: z.string(),
  memberships: z.array(membership),
  /** True while the disk of the board fails: only reading works, and the token resumes nothing. */
  readOnly: z.boolean().optional(),
});

/** What makes a post happen once. zod would count UTF-16 code units; JSON Schema counts characters. */
export const postKey = z
  .string()
  .min(1)
  .refine(
    // Two UTF-16 code units for a character at most.
    (key) => key.length <= 2 * limits.postKey && [...key].length <= limits.postKey,
    `It takes 1 to ${limits.postKey} characters`,
  )
  .meta({ maxLength: limits.postKey });

/**
 * Params and results of every method. Params are strict, so that a misspelt one is refused and
 * not dropped; results are not, so that an older client takes what a newer server adds.
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
  'session.logout': { params: none, result: z.object({}) },
  'account.setPassword': {
    params: z.strictObject({ password: z.string(), current: z.string().optional() }),
    result: z.object({}),
  },
  'group.list': { params: none, result: z.object({ groups: z.array(groupInfo) }) },
  'group.join': {
    params: z.strictObject({ group }),
    result: z.object({
      id: z.int(),
      group: z.string(),
      ...memberPage,
      messages: z.array(header),
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
  'message.post': {
    params: z.strictObject({
      group,
      subject: z.string(),
      content: z.string(),
      key: postKey.optional(),
    }),
    result: header.extend(inGroup),
  },
  'message.get': {
    params: z.strictObject({ group, number }),
    result: message.extend(inGroup),
  },
  'message.list': {
    params: z.strictObject({
      group,
      before: number.optional(),
      after: z.int().nonnegative().optional(),
      /** Only what was posted at this time or later; in UTC, as in `postedAt`. */
      since: time.optional(),
      limit: z.int().positive().max(limits.listMost).optional(),
      content: z.boolean().optional(),
    }),
    result: z.object({
      ...inGroup,
      /** With `content` where it was asked for. */
      messages: z.array(header.extend({ content: z.string().optional() })),
      more: z.boolean(),
    }),
  },
  'message.markRead': {
    params: z.strictObject({ group, number: z.int().nonnegative() }),
    result: z.object({}),
  },
  ping: { params: none, result: z.object({}) },
  'rpc.discover': { params: none, result: z.record(z.string(), z.unknown()) },
} as const;

/** What the server sends without being asked. */
export const noticeSchemas = {
  'message.posted': z.object({ ...inGroup, message: header }),
  /** `lastNumber` is the group's newest number at the join, where the user's other connections begin. */
  'member.joined': z.object({ ...inGroup, ...ofUser, lastNumber: z.int() }),
  'member.left': z.object({ ...inGroup, ...ofUser }),
  'member.renamed': z.object({ ...inGroup, ...ofUser, was: z.string() }),
  'presence.changed': z.object({
    ...inGroup,
    online: z.array(z.string()),
    offline: z.array(z.string()),
  }),
  /** `was` is the name before; a change of the description alone has the same in both. */
  'group.changed': z.object({ ...inGroup, was: z.string(), description: z.string() }),
  'group.removed': z.object(inGroup),
  /** `first` and `last` are the lowest and the highest number that went. */
  'messages.purged': z.object({
    ...inGroup,
    count: z.int(),
    first: z.int(),
    last: z.int(),
  }),
  /** The user has read up to `lastRead` in another session; what else is read may be told beside it later. */
  'marks.changed': z.object({ ...inGroup, lastRead: z.int() }),
  /** `code` is one of `ClosingCode`, or what newer servers add. */
  'session.closing': z.object({ reason: z.string(), code: z.string().optional() }),
} as const;

export type Method = keyof typeof schemas;
export type Params<M extends Method> = z.infer<(typeof schemas)[M]['params']>;
export type Result<M extends Method> = z.infer<(typeof schemas)[M]['result']>;
export type Header = z.infer<typeof header>;
export type Member = z.infer<typeof member>;
export type Membership = z.infer<typeof membership>;

/**
 * Why the server ends a session, for programs: whether to come back depends on it. `TAKEN_OVER` and
 * `EXPELLED` are for good; the others are words of the catalogue of errors.
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
/** One notice: its name, and params of the shape that goes with it. */
export type Notice = {
  [N in NoticeName]: { method: N; params: z.infer<(typeof noticeSchemas)[N]> };
}[NoticeName];

/** Anything that carries requests out: a session of the server, or a client's connection to it. */
export type Call = <M extends Method>(method: M, params: Params<M>) => Promise<Result<M>>;
