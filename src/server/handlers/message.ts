import { limits } from '../../protocol/limits.ts';
import { toGroup, toHeader } from '../wire.ts';
import type { Handlers } from './context.ts';

export const messageHandlers: Pick<
  Handlers,
  'message.post' | 'message.get' | 'message.list' | 'message.markRead'
> = {
  'message.post': async ({ board, session }, { group, ...content }) => {
    const posted = await board.post(session.actor, group, content);
    return { ...toGroup(posted.group), ...toHeader(posted.message) };
  },

  'message.get': async ({ board, session }, { group, number }) => {
    const found = await board.message(session.actor, group, number);
    const { message } = found;
    return { ...toGroup(found.group), ...toHeader(message), content: message.content };
  },

  'message.list': async ({ board, session }, { group, limit = limits.listDefault, ...bounds }) => {
    const page = await board.messages(session.actor, group, { limit, ...bounds });
    return { ...toGroup(page.group), messages: page.messages.map(toHeader), more: page.more };
  },

  'message.markRead': async ({ board, session }, { group, number }) => {
    await board.markRead(session.actor, group, number);
    return {};
  },
};
