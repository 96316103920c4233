import type { TokenLogin } from '../../board/accounts.ts';
import { BoardError, boardError } from '../../protocol/errors.ts';
import { limits } from '../../protocol/limits.ts';
import { openRpcDocument } from '../../protocol/openrpc.ts';
import type { Result } from '../../protocol/schemas.ts';
import type { Session } from '../session.ts';
import type { Handlers } from './context.ts';

export const sessionHandlers: Pick<
  Handlers,
  | 'server.info'
  | 'session.login'
  | 'session.resume'
  | 'session.logout'
  | 'account.setPassword'
  | 'ping'
  | 'rpc.discover'
> = {
  'server.info': async ({ info }) => info,

  'session.login': async ({ session, accounts }, params) => {
    const opened = await opening(session, () => accounts.login(params, session.caller));
    if (session.login === opened.login) return toResult(opened);
    // Nobody gets to know this token.
    await accounts.discard(opened.token);
    throw boardError('NAME_IN_USE');
  },

  'session.resume': async ({ session, accounts }, { token }) => {
    const opened = await opening(session, () => accounts.resume(token, session.caller));
    if (session.login !== opened.login) throw boardError('NAME_IN_USE');
    return toResult(opened);
  },

  'session.logout': async ({ session }) => {
    session.leave();
    return {};
  },

  'account.setPassword': async ({ session, accounts }, params) => {
    const { actor, login, caller } = session;
    await counted(session, () =>
      accounts.setPassword(actor, params, login?.tokenHash ?? null, caller),
    );
    return {};
  },

  ping: async () => ({}),

  'rpc.discover': async ({ info }) => openRpcDocument(info.version),
};

/** The hub lets the session in with the commit, unless another one holds the name. */
async function opening(session: Session, open: () => Promise<TokenLogin>): Promise<TokenLogin> {
  const { login: before } = session;
  if (before) throw boardError('ALREADY_LOGGED_IN', before.user.name);
  return counted(session, open);
}

function toResult({ login, token }: TokenLogin): Result<'session.login'> {
  return {
    user: login.user.name,
    token,
    memberships: login.memberships.map(({ group, ...rest }) => ({
      id: group.id,
      group: group.name,
      ...rest,
    })),
  };
}

/** Lets go of a connection that gives one wrong password after the other. */
async function counted<T>(session: Session, attempt: () => Promise<T>): Promise<T> {
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
