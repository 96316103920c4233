import { z } from 'zod';
import type { ErrorCode } from '../errors.ts';
import { isOffered, methods } from '../methods.ts';
import { type Method, type NoticeName, noticeSchemas, schemas } from '../schemas.ts';
import { rpcCodes } from './codes.ts';

const group = ['GROUP_NOT_FOUND', 'NOT_MEMBER', 'NAME_UNPROTECTED'] as const;
const direct = [
  'USER_NOT_FOUND',
  'DIRECT_TO_SELF',
  'NAME_UNPROTECTED',
  'BLOCKED',
  'DIRECT_LIMIT',
] as const;
const password = [
  'PASSWORD_REQUIRED',
  'PASSWORD_WRONG',
  'PASSWORD_INVALID',
  'RATE_LIMITED',
] as const;

/** Errors of every method that needs a login: before the login, and after the session has ended. */
const loggedIn = ['NOT_LOGGED_IN', 'BANNED', 'USER_NOT_FOUND', 'SESSION_ENDED'] as const;

const moderator = [...group, 'FORBIDDEN'] as const;
const naming = ['GROUP_EXISTS', 'NAME_INVALID', 'NAME_TOO_SIMILAR'] as const;

/** The errors of each method, without those that any method can have: see `errorsOf`. */
const refusals: Record<Method, readonly ErrorCode[]> = {
  'server.info': [],
  'session.login': [
    'ALREADY_LOGGED_IN',
    'NAME_INVALID',
    'NAME_TOO_SIMILAR',
    'NAME_IN_USE',
    ...password,
    'REGISTRATION_REQUIRED',
    'USER_NOT_FOUND',
    'USER_EXISTS',
    'BANNED',
  ],
  'session.resume': ['ALREADY_LOGGED_IN', 'TOKEN_INVALID', 'NAME_IN_USE', 'BANNED'],
  'session.logout': [],
  'session.show': [],
  'account.setPassword': password,
  'account.keys': [],
  'account.addKey': [
    'SSH_KEY_INVALID',
    'SSH_KEY_TAKEN',
    'SSH_KEY_LIMIT',
    'PASSWORD_REQUIRED',
    'PASSWORD_WRONG',
    'RATE_LIMITED',
  ],
  'account.removeKey': [
    'SSH_KEY_NOT_FOUND',
    'SSH_KEY_LAST',
    'PASSWORD_REQUIRED',
    'PASSWORD_WRONG',
    'RATE_LIMITED',
  ],
  'door.look': [],
  'door.dropClaims': [],
  'draft.list': [],
  'draft.set': [],
  'screen.keys': [],
  'screen.setKeys': [],
  'door.login': [],
  'group.list': [],
  'group.join': [
    'GROUP_NOT_FOUND',
    'ALREADY_MEMBER',
    'NAME_UNPROTECTED',
    'INVITATION_NEEDED',
    'INVITATION_INVALID',
    'BARRED',
    'GROUP_EXISTS',
  ],
  'group.create': [...naming, 'FORBIDDEN', 'NAME_UNPROTECTED', 'GROUP_LIMIT', 'TOO_LONG'],
  'group.edit': [...moderator, ...naming, 'GROUP_PROTECTED', 'DIRECT_FIXED', 'TOO_LONG'],
  'group.delete': [...moderator, 'GROUP_PROTECTED'],
  'group.show': ['GROUP_NOT_FOUND'],
  'group.invite': [...moderator, 'ALREADY_MEMBER', 'BARRED', 'BLOCKED', 'INVITATION_LIMIT'],
  'invitation.list': moderator,
  'invitation.revoke': moderator,
  'group.remove': [...moderator, 'TOO_LONG'],
  'group.bar': [...moderator, 'TOO_LONG'],
  'group.unbar': [...moderator, 'TOO_LONG'],
  'group.silence': [...moderator, 'TOO_LONG'],
  'group.unsilence': [...moderator, 'TOO_LONG'],
  'group.setRole': [...moderator, 'NAME_UNPROTECTED', 'GROUP_LIMIT'],
  'group.log': group,
  'thread.close': [...moderator, 'MESSAGE_NOT_FOUND'],
  'thread.reopen': [...moderator, 'MESSAGE_NOT_FOUND'],
  'message.pin': [...moderator, 'MESSAGE_NOT_FOUND', 'PINS_FULL'],
  'message.unpin': [...moderator, 'MESSAGE_NOT_FOUND'],
  'message.report': [...group, 'MESSAGE_NOT_FOUND', 'REPORT_LIMIT', 'TOO_LONG'],
  'report.list': moderator,
  'report.close': moderator,
  'group.leave': [...group, 'DIRECT_FIXED'],
  'group.members': group,
  'direct.open': direct,
  'direct.list': [],
  'user.block': ['DIRECT_TO_SELF', 'TOO_MANY_BLOCKS'],
  'user.unblock': [],
  'user.blocked': [],
  'message.post': [
    ...group,
    ...direct,
    'SILENCED',
    'FORBIDDEN',
    'THREAD_CLOSED',
    'MESSAGE_NOT_FOUND',
    'SUBJECT_INVALID',
    'TOO_LONG',
    'KEY_REUSED',
  ],
  'message.get': [...group, 'MESSAGE_NOT_FOUND'],
  'message.edit': [
    ...group,
    'MESSAGE_NOT_FOUND',
    'BLOCKED',
    'NOT_AUTHOR',
    'SILENCED',
    'EDIT_CONFLICT',
    'EDIT_TOO_LATE',
    'TOO_MANY_EDITS',
    'SUBJECT_INVALID',
    'TOO_LONG',
  ],
  'message.delete': [
    ...group,
    'MESSAGE_NOT_FOUND',
    'NOT_AUTHOR',
    'SILENCED',
    'BLOCKED',
    'NAME_UNPROTECTED',
    'USER_NOT_FOUND',
    'TOO_LONG',
  ],
  'message.history': [...group, 'MESSAGE_NOT_FOUND'],
  'group.changes': group,
  'membership.set': group,
  'thread.mute': [...group, 'MESSAGE_NOT_FOUND', 'TOO_MANY_MUTES'],
  'thread.unmute': group,
  'user.mute': ['TOO_MANY_MUTES'],
  'user.unmute': [],
  'mute.list': [],
  'mention.list': [],
  'message.list': group,
  'thread.list': group,
  'thread.get': [...group, 'MESSAGE_NOT_FOUND'],
  'message.search': ['GROUP_NOT_FOUND', 'NAME_UNPROTECTED'],
  'message.markRead': group,
  'message.next': group,
  'group.markRead': group,
  'group.restoreMarks': group,
  ping: [],
  'rpc.discover': [],
};

interface ObjectSchema {
  properties?: Record<string, unknown>;
  required?: string[];
}

/**
 * The JSON-RPC protocol as an OpenRPC 1.3 document, made from the schemas. OpenRPC cannot describe
 * notifications of a server, so notices are under `x-notices`.
 */
export function openRpcDocument(version: string): Record<string, unknown> {
  return {
    openrpc: '1.3.2',
    info: {
      title: 'corkboard',
      version,
      description: 'A message board over newline-delimited JSON-RPC 2.0 on TCP or TLS.',
      license: { name: 'MIT' },
    },
    methods: Object.keys(methods).filter(isPublic).map(describeMethod),
    'x-notices': (Object.keys(noticeSchemas) as NoticeName[]).map((name) => ({
      name,
      params: paramsOf(noticeSchemas[name]),
    })),
    components: { errors: describeErrors() },
  };
}

/** Methods of the vouched door are for programs of this one. */
function isPublic(name: string): name is Method {
  return isOffered(name, false);
}

function describeMethod(name: Method) {
  const { summary, login } = methods[name];
  return {
    name,
    summary,
    paramStructure: 'by-name',
    params: paramsOf(schemas[name].params),
    result: { name: 'result', schema: toJsonSchema(schemas[name].result) },
    errors: errorsOf(name).map((word) => ({ $ref: `#/components/errors/${word}` })),
    'x-needs-login': login,
  };
}

function errorsOf(name: Method): ErrorCode[] {
  const anywhere = ['INVALID_PARAMS', 'STORAGE_FAILED', 'SHUTTING_DOWN', 'INTERNAL_ERROR'] as const;
  const login = methods[name].login ? loggedIn : [];
  return [...new Set([...login, ...refusals[name], ...anywhere])];
}

/** OpenRPC lists params one by one, each with its schema. */
function paramsOf(schema: z.ZodType) {
  const { properties = {}, required = [] } = toJsonSchema(schema) as ObjectSchema;
  return Object.entries(properties).map(([name, property]) => ({
    name,
    required: required.includes(name),
    schema: property,
  }));
}

function toJsonSchema(schema: z.ZodType) {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return rest;
}

function describeErrors() {
  const entries = Object.entries(rpcCodes).map(([code, number]) => [
    code,
    { code: number, message: code, data: { code } },
  ]);
  return Object.fromEntries(entries);
}
