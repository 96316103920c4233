import { toGroup, toUser } from '../../board/view.ts';
import type { Context, Handlers } from './context.ts';

export const muteHandlers: Pick<
  Handlers,
  'membership.set' | 'thread.mute' | 'thread.unmute' | 'user.mute' | 'user.unmute' | 'mute.list'
> = {
  'membership.set': async ({ board, session, hub }, { group: ref, notify }) => {
    const { group, lastNumber } = await board.setNotify(session.actor, ref, notify);
    return { ...toGroup(hub.named(group)), notify, lastNumber };
  },

  'thread.mute': (context, params) => muteThread(context, params, true),
  'thread.unmute': (context, params) => muteThread(context, params, false),

  'user.mute': async ({ board, session }, { user }) =>
    toUser(await board.muteUser(session.actor, user, true)),

  'user.unmute': async ({ board, session }, { user }) =>
    toUser(await board.muteUser(session.actor, user, false)),

  'mute.list': async ({ board, session, hub, costs }) => {
    const mark = costs.mark();
    const { groups, threads, users } = await board.mutes(session.actor);
    costs.charge(mark);
    return {
      groups: groups.map((group) => ({ ...toGroup(hub.named(group)), notify: group.notify })),
      threads: threads.map(({ group, thread }) => ({ ...toGroup(hub.named(group)), thread })),
      users: users.map(toUser),
    };
  },
};

async function muteThread(
  { board, session, hub }: Context,
  params: { readonly group: string | number; readonly thread: number },
  muted: boolean,
) {
  const { group, thread } = await board.muteThread(
    session.actor,
    params.group,
    params.thread,
    muted,
  );
  return { ...toGroup(hub.named(group)), thread };
}
