import { endOfTime } from '../../board/times.ts';
import type { Membership } from '../../board/types.ts';
import { toGroup, toUser } from '../../board/view.ts';
import { limits } from '../../protocol/limits.ts';
import type { Handlers } from './context.ts';
import { withUnread } from './memberships.ts';

// Conversations that are read and counted before other connections have their turn: 2 ms.
const directsAtOnce = 100;

export const directHandlers: Pick<
  Handlers,
  'direct.open' | 'direct.list' | 'user.block' | 'user.unblock' | 'user.blocked'
> = {
  'direct.open': async ({ board, session }, params) => {
    const { group, user } = await board.openDirect(session.actor, params.user, params.check);
    return { ...toGroup(group), ...toUser(user) };
  },

  'direct.list': async (context, { after = 0, limit = limits.directsDefault }) => {
    const { board, session, costs } = context;
    const { actor } = session;
    const found: Membership[] = [];
    let mark = costs.mark();
    for (let isLast = false; !isLast; mark = await costs.breathe(mark)) {
      const left = Math.min(directsAtOnce, limit + 1 - found.length);
      const piece = await board.directs(actor, {
        after: found.at(-1)?.group.id ?? after,
        limit: left,
      });
      found.push(...piece);
      isLast = piece.length < left || found.length > limit;
    }
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
