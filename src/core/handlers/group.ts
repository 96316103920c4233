import { endOfTime } from '../../board/times.ts';
import type { GroupSummary } from '../../board/types.ts';
import { toGroup, toHeader, toMemberPage, toOwner } from '../../board/view.ts';
import { limits } from '../../protocol/limits.ts';
import type { Handlers } from './context.ts';
import { mappedInSteps } from './in-steps.ts';
import { marksInAnswer } from './memberships.ts';
import { unreadOf } from './unread.ts';

// Groups that are read from the database before the other connections have their turn: 0.1 ms.
const groupsAtOnce = 100;

export const groupHandlers: Pick<
  Handlers,
  'group.list' | 'group.join' | 'group.leave' | 'group.members'
> = {
  'group.list': async (context, { watch }) => {
    const { session, board, costs, hub } = context;
    if (watch) hub.watchGroups(session);
    const { actor } = session;
    const groups: GroupSummary[] = [];
    let left: number = limits.groupsListed;
    let mark = costs.mark();
    for (let isLast = false, after = 0; !isLast; ) {
      const found = await board.groups(actor, { after, limit: groupsAtOnce });
      for (const group of found) {
        if (group.joined || group.invited) groups.push(group);
        else if (left-- > 0) groups.push(group);
      }
      after = found.at(-1)?.id ?? 0;
      isLast = found.length < groupsAtOnce;
      mark = await costs.breathe(mark);
    }
    costs.charge(mark);
    const joined = groups.filter((group) => group.joined);
    const counts = await unreadOf(context, actor.user, joined, endOfTime);
    const marksOf = marksInAnswer();
    const shown = (group: GroupSummary) => {
      // Others may have posted since the groups were read, so the marks are those that the count was made from.
      const count = counts.get(group.id) ?? { ...group, unread: 0, mentions: 0 };
      const { unread, mentions, lastRead, ranges, lastNumber } = count;
      const marks = marksOf({ lastRead, ranges });
      return { ...group, name: hub.nameOf(group), unread, mentions, lastNumber, ...marks };
    };
    const listed = await mappedInSteps(context, groups, shown);
    return { groups: listed, ...(left < 0 && { more: true }) };
  },

  'group.join': async ({ board, session, hub }, params) => {
    const { group, messages, joinedAt, rules, ...page } = await board.join(
      session.actor,
      params.group,
      params.code,
    );
    return {
      id: group.id,
      group: hub.nameOf(group),
      ...toMemberPage(page, (id) => hub.isOnline(id)),
      messages: messages.map(toHeader),
      ...rules,
      change: joinedAt,
    };
  },

  'group.leave': async ({ board, session, hub }, params) => {
    const { group, owner } = await board.leave(session.actor, params.group);
    return { ...toGroup(hub.named(group)), ...toOwner(owner) };
  },

  'group.members': async ({ board, session, hub }, params) => {
    const { after = 0, limit = limits.membersDefault } = params;
    const { group, ...page } = await board.members(session.actor, params.group, { after, limit });
    return { group: hub.nameOf(group), ...toMemberPage(page, (id) => hub.isOnline(id)) };
  },
};
