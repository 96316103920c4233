import { endOfTime } from '../../board/times.ts';
import { toGroup, toUser } from '../../board/view.ts';
import { limits } from '../../protocol/limits.ts';
import type { Handlers } from './context.ts';
import { withUnread } from './memberships.ts';

export const directHandlers: Pick<
  Handlers,
  'direct.open' | 'direct.list' | 'user.block' | 'user.unblock' | 'user.blocked'
> = {
  'direct.open': async ({ board, session }, params) => {
    const { group, user } = await board.openDirect(session.actor, params.user);
    return { ...toGroup(group), ...toUser(user) };
  },

  'direct.list': async (context, { after = 0, limit = limits.directsDefault }) => {
    const { board, session, costs } = context;
    const { actor } = session;
    const mark = costs.mark();
    const found = await board.directs(actor, { after, limit: limit + 1 });
    costs.charge(mark);
    const page = found.slice(0, limit);
    const next = found.length > limit ? page.at(-1)?.group.id : undefined;
    return {
      conversations: await withUnread(
        context,
        actor.user,
        page,
        endOfTime,
        session.login?.since ?? 0,
      ),
      ...(next !== undefined && { next }),
    };
  },

  'user.block': async ({ board, session }, { user }) =>
    toUser(await board.block(session.actor, user)),

  'user.unblock': async ({ board, session }, { user }) =>
    toUser(await board.unblock(session.actor, user)),

  'user.blocked': async ({ board, session }) => ({
    users: (await board.blocked(session.actor)).map(toUser),
  }),
};
