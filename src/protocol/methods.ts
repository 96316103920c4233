import type { z } from 'zod';
import { boardError, shortened } from './errors.ts';
import { isPostParams } from './post-params.ts';
import { type Method, type Params, schemas } from './schemas.ts';

/**
 * How a request is ordered among those of its connection. Requests take effect in the order sent:
 * - `write`: does not wait for writes sent before it, because they can share a commit;
 * - `read`: waits for all requests sent before it, and sees their effect;
 * - `session`: changes the session of the connection; waits like a read.
 */
export type Effect = 'read' | 'write' | 'session';

export interface MethodEntry {
  readonly effect: Effect;
  /** Whether it needs a login. Memberships are checked by the repository, in the transaction that needs them. */
  readonly login: boolean;
  /** Set for a method that exists only for the peers of the vouched door. */
  readonly vouched?: true;
  readonly summary: string;
}

const table = {
  'server.info': { effect: 'read', login: false, summary: 'The server, its version and limits' },
  'session.login': { effect: 'session', login: false, summary: 'Take a name' },
  'session.resume': {
    effect: 'session',
    login: false,
    summary: 'Take a session over on a new connection',
  },
  'account.setPassword': {
    effect: 'session',
    login: true,
    summary: 'Protect the name, or change its password',
  },
  'account.keys': { effect: 'read', login: true, summary: 'The SSH keys of the name' },
  'account.addKey': { effect: 'session', login: true, summary: 'Protect the name by an SSH key' },
  'account.removeKey': { effect: 'session', login: true, summary: 'Remove an SSH key' },
  'session.show': { effect: 'read', login: true, summary: 'What the login of the session showed' },
  'door.look': {
    effect: 'read',
    login: false,
    vouched: true,
    summary: 'Whom an SSH key belongs to, and what a name needs',
  },
  'door.dropClaims': {
    effect: 'session',
    login: false,
    vouched: true,
    summary: 'Forget who has added an SSH key as a line',
  },
  'draft.list': {
    effect: 'read',
    login: true,
    vouched: true,
    summary: 'The texts that the user has written and not sent',
  },
  'draft.set': { effect: 'write', login: true, vouched: true, summary: 'Keep or remove a draft' },
  'screen.keys': {
    effect: 'read',
    login: true,
    vouched: true,
    summary: 'The keys.toml of the user, for the screen over ssh',
  },
  'screen.setKeys': {
    effect: 'write',
    login: true,
    vouched: true,
    summary: 'Set or remove the keys.toml of the user',
  },
  'door.login': {
    effect: 'session',
    login: false,
    vouched: true,
    summary: 'Log a person in whom the peer has authenticated',
  },
  'session.logout': { effect: 'session', login: false, summary: 'Close the connection' },
  'group.list': { effect: 'read', login: true, summary: 'The groups that can be joined' },
  'group.join': { effect: 'write', login: true, summary: 'Become a member of a group' },
  'group.create': { effect: 'write', login: true, summary: 'Make a group of your own' },
  'group.edit': { effect: 'write', login: true, summary: 'Change a group, as its owner' },
  'group.delete': { effect: 'write', login: true, summary: 'Delete a group, as its owner' },
  'group.show': { effect: 'read', login: true, summary: 'What a group is for, and who runs it' },
  'group.invite': {
    effect: 'write',
    login: true,
    summary: 'Invite a user to a group, or make a code by which users can join',
  },
  'invitation.list': { effect: 'read', login: true, summary: 'Invitations of yours or of a group' },
  'invitation.revoke': { effect: 'write', login: true, summary: 'Undo group.invite' },
  'group.remove': { effect: 'write', login: true, summary: 'End the membership of a user' },
  'group.bar': { effect: 'write', login: true, summary: 'Keep a user out of a group' },
  'group.unbar': { effect: 'write', login: true, summary: 'Undo group.bar' },
  'group.silence': {
    effect: 'write',
    login: true,
    summary: 'Let a user write nothing in a group until a time',
  },
  'group.unsilence': { effect: 'write', login: true, summary: 'Undo group.silence' },
  'group.setRole': {
    effect: 'write',
    login: true,
    summary: 'Make a member a moderator, the owner, or neither',
  },
  'group.log': { effect: 'read', login: true, summary: 'What moderators did in a group' },
  'thread.close': {
    effect: 'write',
    login: true,
    summary: 'Let only moderators reply in a thread',
  },
  'thread.reopen': { effect: 'write', login: true, summary: 'Undo thread.close' },
  'message.pin': { effect: 'write', login: true, summary: 'Pin a message for all who can see it' },
  'message.unpin': { effect: 'write', login: true, summary: 'Undo message.pin' },
  'message.report': {
    effect: 'write',
    login: true,
    summary: 'Report a message to the moderators of its group',
  },
  'report.list': { effect: 'read', login: true, summary: 'The open reports of a group' },
  'report.close': { effect: 'write', login: true, summary: 'Close the reports of a message' },
  'group.leave': { effect: 'write', login: true, summary: 'End a membership' },
  'group.members': { effect: 'read', login: true, summary: 'The members of a group' },
  'direct.open': {
    effect: 'write',
    login: true,
    summary: 'Find or begin the direct conversation with a user',
  },
  'direct.list': { effect: 'read', login: true, summary: 'Your direct conversations' },
  'user.block': { effect: 'write', login: true, summary: 'Get no direct messages from a user' },
  'user.unblock': { effect: 'write', login: true, summary: 'Undo user.block' },
  'user.blocked': { effect: 'read', login: true, summary: 'The users whom you block' },
  'message.post': { effect: 'write', login: true, summary: 'Post a message' },
  'message.get': { effect: 'read', login: true, summary: 'One visible message with its content' },
  'message.edit': { effect: 'write', login: true, summary: 'Replace the text of a message' },
  'message.delete': { effect: 'write', login: true, summary: 'Delete a message' },
  'message.history': {
    effect: 'read',
    login: true,
    summary: 'The texts of a message before and after its edits',
  },
  'group.changes': {
    effect: 'read',
    login: true,
    summary: 'Visible messages that were edited or deleted',
  },
  'message.list': { effect: 'read', login: true, summary: 'Headers of visible messages' },
  'thread.list': {
    effect: 'read',
    login: true,
    summary: 'The threads of a group, by their newest visible message',
  },
  'thread.get': { effect: 'read', login: true, summary: 'Visible headers of a thread' },
  'message.search': {
    effect: 'read',
    login: true,
    summary: 'Search visible messages of all groups',
  },
  'membership.set': {
    effect: 'write',
    login: true,
    summary: 'Set of which messages of a group you are notified',
  },
  'thread.mute': {
    effect: 'write',
    login: true,
    summary: 'Count no message of a thread as unread',
  },
  'thread.unmute': { effect: 'write', login: true, summary: 'Undo thread.mute' },
  'user.mute': { effect: 'write', login: true, summary: 'Count no message of a user as unread' },
  'user.unmute': { effect: 'write', login: true, summary: 'Undo user.mute' },
  'mute.list': { effect: 'read', login: true, summary: 'What you have muted' },
  'mention.list': { effect: 'read', login: true, summary: 'Visible messages that mention you' },
  'message.markRead': { effect: 'write', login: true, summary: 'Mark messages as read' },
  'message.next': { effect: 'read', login: true, summary: 'The oldest unread message of a group' },
  'group.markRead': {
    effect: 'write',
    login: true,
    summary: 'Mark all messages of a group as read',
  },
  'group.restoreMarks': {
    effect: 'write',
    login: true,
    summary: 'Set what is read of a group, to undo that it was marked as read',
  },
  'rpc.discover': { effect: 'read', login: false, summary: 'This description, as OpenRPC' },
  ping: { effect: 'read', login: false, summary: 'Ask whether the server is there' },
} as const satisfies Record<Method, MethodEntry>;

/** The table of methods, for both encodings. */
export const methods: Record<Method, MethodEntry> = table;

/** The methods with one of the effects. */
export type MethodWith<E extends Effect> = {
  [M in Method]: (typeof table)[M]['effect'] extends E ? M : never;
}[Method];

export function isMethod(name: string): name is Method {
  return Object.hasOwn(methods, name);
}

/** Whether there is such a method for a peer. @param isVouched whether the peer came by the vouched door */
export function isOffered(name: string, isVouched: boolean): name is Method {
  return isMethod(name) && (isVouched || !methods[name].vouched);
}

/**
 * Checks the params of a request against the schema of its method.
 * @throws BoardError `INVALID_PARAMS`, with the first problem
 */
export function checkParams<M extends Method>(method: M, params: unknown): Params<M> {
  if (method === 'message.post' && isPostParams(params)) return params as Params<M>;
  const parsed = schemas[method].params.safeParse(params);
  if (!parsed.success) throw boardError('INVALID_PARAMS', describe(parsed.error));
  return parsed.data as Params<M>;
}

function describe(error: z.ZodError): string {
  const issue = error.issues[0];
  if (!issue) return 'they do not fit';
  const where = shortened(issue.path.join('.'));
  if (!where && issue.code === 'invalid_type') return 'params go by name, in an object';
  // The message of zod names all unknown params, however many and long they are.
  const message = shortened(issue.message, 200);
  return where ? `${where}: ${message}` : message;
}
