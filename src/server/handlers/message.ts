import { limits } from '../../protocol/limits.ts';
import { toGroup, toHeader } from '../wire.ts';
import type { Context, Handlers } from './context.ts';

// Messages that are read at once: others wait for them, 0.3 ms with subjects of the greatest length.
const piece = 20;

async function listPiece(
  { board, session }: Context,
  group: string | number,
  limit: number,
  bounds: { before?: number | undefined; after?: number | undefined },
) {
  const page = { limit: Math.min(limit, piece), ...bounds };
  const found = await board.messages(session.actor, group, page);
  return { ...found, messages: found.messages.map(toHeader) };
}

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

  'message.list': async (context, { group, limit = limits.listDefault, ...bounds }) => {
    const { costs } = context;
    let mark = costs.mark();
    const page = await listPiece(context, group, limit, bounds);
    const { messages } = page;
    let { more } = page;
    while (more && messages.length < limit) {
      mark = await costs.breathe(mark);
      const next =
        bounds.after === undefined
          ? { ...bounds, before: messages[0]?.number }
          : { ...bounds, after: messages.at(-1)?.number };
      // By its id: it may be renamed meanwhile.
      const found = await listPiece(context, page.group.id, limit - messages.length, next);
      if (bounds.after === undefined) messages.unshift(...found.messages);
      else messages.push(...found.messages);
      more = found.more;
    }
    costs.charge(mark);
    return { ...toGroup(page.group), messages, more };
  },

  'message.markRead': async ({ board, session }, { group, number }) => {
    await board.markRead(session.actor, group, number);
    return {};
  },
};
