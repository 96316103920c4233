import type { TokenLogin } from '../../board/accounts.ts';
import type { Membership, Standing } from '../../board/types.ts';
import { toGroup } from '../../board/view.ts';
import { isDirectName } from '../../protocol/direct.ts';
import { BoardError, boardError, type ErrorCode } from '../../protocol/errors.ts';
import { limits } from '../../protocol/limits.ts';
import { may } from '../../protocol/rights.ts';
import type { Result } from '../../protocol/schemas.ts';
import { cleanComment } from '../../protocol/ssh-key.ts';
import type { Session } from '../session.ts';
import type { Context, Handlers } from './context.ts';
import { withUnread } from './memberships.ts';

export const sessionHandlers: Pick<
  Handlers,
  | 'server.info'
  | 'session.login'
  | 'door.login'
  | 'session.resume'
  | 'session.show'
  | 'session.logout'
  | 'account.setPassword'
  | 'ping'
  | 'rpc.discover'
> = {
  'server.info': async ({ info, session }) => ({ ...info, tls: session.secure }),

  'session.login': async (context, params) => {
    const { session, accounts } = context;
    const opened = await opening(context, () => accounts.login(params, session));
    if (!isIn(session, opened)) throw boardError('NAME_IN_USE');
    const result = await toResult(opened, context);
    return { ...result, ...(await waitingFor(context, result, opened.login)) };
  },

  'door.login': async (context, { key, ...params }) => {
    const { session, accounts } = context;
    const known = key && { ...key, comment: cleanComment(key.comment ?? '') };
    const opened = await opening(context, () =>
      accounts.loginAtDoor({ ...params, key: known }, session),
    );
    if (!isIn(session, opened)) throw boardError('NAME_IN_USE');
    if (opened.login.proof.key === null) session.offeredKey = known;
    const result = await toResult(opened, context);
    const { notRemembered } = opened.login;
    return {
      ...result,
      ...(notRemembered && { notRemembered }),
      ...(await waitingFor(context, result, opened.login)),
    };
  },

  'session.show': async (context) => {
    const { session, board } = context;
    const standing = await board.standing(session.actor);
    const result = await toStanding(context, standing);
    return { ...result, ...(await waitingFor(context, result, standing)) };
  },

  'session.resume': async (context, { token }) => {
    const { session, accounts } = context;
    const opened = await opening(context, () => accounts.resume(token, session));
    if (!isIn(session, opened)) throw boardError('NAME_IN_USE');
    session.isResumed = true;
    return toResult(opened, context);
  },

  'session.logout': async ({ session, accounts }) => {
    const { login, resumable } = session;
    const token = (resumable && login?.token) || null;
    if (login) await accounts.logout(session.actor, token);
    session.leave();
    return {};
  },

  'account.setPassword': async (context, params) => {
    const { session, accounts } = context;
    const { actor, login } = session;
    await counted(context, () =>
      accounts.setPassword(actor, params, login?.token ?? null, session),
    );
    return {};
  },

  ping: async () => ({}),

  'rpc.discover': async ({ description }) => description,
};

/** The hub logs the session in with the commit, unless another session has the name. */
async function opening(context: Context, open: () => Promise<TokenLogin>): Promise<TokenLogin> {
  const { login: before } = context.session;
  if (before) throw boardError('ALREADY_LOGGED_IN', before.user.name);
  context.session.loggingIn = true;
  try {
    return await counted(context, open);
  } finally {
    context.session.loggingIn = false;
  }
}

function isIn({ login }: Session, opened: TokenLogin): boolean {
  return login?.token.id === opened.login.token.id;
}

/** Makes the reply to a login. The session is logged in already; its connection holds notices back until this reply. */
async function toResult(
  { login, token }: TokenLogin,
  context: Context,
): Promise<Result<'session.login'>> {
  const { user, userId, ...standing } = await toStanding(context, login);
  return { user, userId, token, ...standing };
}

async function toStanding(
  context: Context,
  { user, memberships, since, readOnly, mutes }: Standing,
): Promise<Result<'session.show'>> {
  const listed = listedOf(memberships);
  return {
    user: user.name,
    userId: user.id,
    ...(readOnly && { readOnly: true }),
    ...(mutes && { mutes: true }),
    memberships: await withUnread(context, user, listed, since, since),
    ...(listed.length < memberships.length && { more: true }),
  };
}

/** All groups, and a limited number of conversations: first those in which the user has read something, the newest first. */
function listedOf(memberships: readonly Membership[]): readonly Membership[] {
  if (memberships.length <= limits.directsAtLogin) return memberships;
  const conversations = memberships.filter(({ group }) => isDirectName(group.name));
  if (conversations.length <= limits.directsAtLogin) return memberships;
  // Memberships are in the order of their groups' ids.
  conversations.reverse();
  const isRead = ({ lastRead, ranges }: Membership) => lastRead > 0 || ranges !== '';
  const inOrder = [
    ...conversations.filter(isRead),
    ...conversations.filter((conversation) => !isRead(conversation)),
  ];
  const left = new Set(inOrder.slice(limits.directsAtLogin));
  return memberships.filter((membership) => !left.has(membership));
}

// A login lists the open reports of so many groups that the user moderates, at most.
const groupsAsked = 20;
const lostRight: ReadonlySet<ErrorCode> = new Set(['GROUP_NOT_FOUND', 'NOT_MEMBER', 'FORBIDDEN']);

/** The invitations and, in groups that the user moderates, the reports that are open. */
async function waitingFor(
  { groups, session, hub }: Context,
  { memberships }: Result<'session.show'>,
  { invited }: Pick<Standing, 'invited'>,
): Promise<Pick<Result<'session.show'>, 'invitations' | 'reports'>> {
  // The connection has ended meanwhile, so nobody reads the answer.
  if (!session.login) return {};
  const { actor } = session;
  const received = invited ? await groups.received(actor) : [];
  const invitations = received.map((group) => toGroup(hub.named(group)));
  const moderated = memberships.filter(({ role }) => may(role, 'read reports'));
  const reports: NonNullable<Result<'session.show'>['reports']> = [];
  for (const { id } of moderated.slice(0, groupsAsked)) {
    const found = await groups.reports(actor, id).catch(noLongerReadable);
    if (!found || found.reports.length === 0) continue;
    reports.push({ ...toGroup(hub.named(found.group)), open: found.reports.length });
  }
  return {
    ...(invitations.length > 0 && { invitations }),
    ...(reports.length > 0 && { reports }),
  };
}

/**
 * The group may be gone by now, or the user may have lost the role. The login is done, and its answer must say so.
 * @throws any other error
 */
function noLongerReadable(error: unknown): undefined {
  if (error instanceof BoardError && lostRight.has(error.code)) return;
  throw error;
}

/** Counts wrong passwords, and closes a connection that sends more of them than its limit. */
export async function counted<T>(
  { session, limits }: Context,
  attempt: () => Promise<T>,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof BoardError && error.code === 'PASSWORD_WRONG') {
      session.wrongPasswords++;
      if (session.wrongPasswords >= limits.wrongPasswords) session.leave();
    }
    throw error;
  }
}
