import { boardError } from '../../protocol/errors.ts';
import type { Handlers } from './context.ts';

export const sessionHandlers: Pick<
  Handlers,
  'server.info' | 'session.login' | 'session.logout' | 'ping'
> = {
  'server.info': async ({ info }) => info,

  'session.login': async ({ session, board }, { user }) => {
    const { login: before } = session;
    if (before) throw boardError('ALREADY_LOGGED_IN', before.user.name);
    const login = await board.login(user, session.id);
    // The hub has let the session in with the commit, unless another one holds the name.
    if (session.login !== login) throw boardError('NAME_IN_USE');
    return {
      user: login.user.name,
      memberships: login.memberships.map(({ group, ...rest }) => ({ group: group.name, ...rest })),
    };
  },

  'session.logout': async ({ session }) => {
    session.leave();
    return {};
  },

  ping: async () => ({}),
};
