import { toGroup, toHeader, toMemberPage } from '../../board/view.ts';
import { limits } from '../../protocol/limits.ts';
import type { Handlers } from './context.ts';
import { unreadOf } from './unread.ts';

export const groupHandlers: Pick<
  Handlers,
  'group.list' | 'group.join' | 'group.leave' | 'group.members'
> = {
  'group.list': async (context) => {
    const { actor } = context.session;
    const groups = await context.board.groups(actor);
    const joined = groups.filter((group) => group.joined);
    const counts = await unreadOf(context, actor.user, joined, actor.since);
    const unread = new Map(joined.map(({ id }, at) => [id, counts[at]]));
    return { groups: groups.map((group) => ({ ...group, unread: unread.get(group.id) ?? 0 })) };
  },

  'group.join': async ({ board, session, hub }, params) => {
    const { group, messages, ...page } = await board.join(session.actor, params.group);
    return {
      id: group.id,
      group: hub.nameOf(group),
      ...toMemberPage(page, (id) => hub.isOnline(id)),
      messages: messages.map(toHeader),
    };
  },

  'group.leave': async ({ board, session }, params) => {
    const { group } = await board.leave(session.actor, params.group);
    return toGroup(group);
  },

  'group.members': async ({ board, session, hub }, params) => {
    const { after = 0, limit = limits.membersDefault } = params;
    const { group, ...page } = await board.members(session.actor, params.group, { after, limit });
    return { group: group.name, ...toMemberPage(page, (id) => hub.isOnline(id)) };
  },
};
