import { z } from 'zod';
import type { ErrorCode } from './errors.ts';
import { accountMethods } from './schemas/account.ts';
import { groupMethods } from './schemas/group.ts';
import { messageMethods } from './schemas/message.ts';
import { moderationMethods } from './schemas/moderation.ts';
import { noticeSchemas } from './schemas/notices.ts';
import { peopleMethods } from './schemas/people.ts';
import { readingMethods } from './schemas/reading.ts';
import { sessionMethods } from './schemas/session.ts';
import {
  type header,
  type logLine,
  type member,
  type membership,
  none,
  type sshKey,
} from './schemas/shapes.ts';

export { isPostKeyLength, postKey } from './schemas/shapes.ts';
export { noticeSchemas };

/**
 * Params and results of every method. Params are strict: a misspelt param is refused and not ignored.
 * Results are not strict, so that an old client accepts members that a newer server adds.
 */
export const schemas = {
  ...sessionMethods,
  ...accountMethods,
  ...groupMethods,
  ...moderationMethods,
  ...peopleMethods,
  ...messageMethods,
  ...readingMethods,
  ping: { params: none, result: z.object({}) },
  'rpc.discover': { params: none, result: z.record(z.string(), z.unknown()) },
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
