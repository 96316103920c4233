import { toGroup, toHeader, toThread } from '../../board/view.ts';
import { limits } from '../../protocol/limits.ts';
import type { Handlers } from './context.ts';
import { inSteps } from './in-steps.ts';

// Headers that are read before other connections have their turn.
const headersAtOnce = 100;

export const threadHandlers: Pick<Handlers, 'thread.list' | 'thread.get'> = {
  'thread.list': async (context, params) => {
    const { board, session, hub } = context;
    const { group, before, limit = limits.threadsDefault } = params;
    const found = await inSteps(context, board.threads(session.actor, group, { before, limit }));
    const { threads, next } = found;
    const list = threads.map(toThread);
    return { ...toGroup(hub.named(found.group)), threads: list, ...(next && { next }) };
  },

  'thread.get': async ({ board, session, hub, costs }, params) => {
    const { limit = limits.listDefault } = params;
    const { actor } = session;
    let mark = costs.mark();
    const page = { after: params.after, limit: Math.min(limit, headersAtOnce) };
    const { messages, ...found } = await board.thread(actor, params.group, params.thread, page);
    const { group, thread } = found;
    let { more } = found;
    while (more && messages.length < limit) {
      mark = await costs.breathe(mark);
      const next = await board.thread(actor, group.id, thread, {
        after: messages.at(-1)?.number,
        limit: Math.min(limit - messages.length, headersAtOnce),
      });
      messages.push(...next.messages);
      more = next.more;
    }
    costs.charge(mark);
    return { ...toGroup(hub.named(group)), thread, messages: messages.map(toHeader), more };
  },
};
