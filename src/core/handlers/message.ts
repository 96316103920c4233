import type { Page } from '../../board/ports/repository.ts';
import { toGroup, toHeader, toListed } from '../../board/view.ts';
import { limits } from '../../protocol/limits.ts';
import type { Header } from '../../protocol/schemas.ts';
import { parseTime } from '../../protocol/time.ts';
import type { Context, Handlers } from './context.ts';

// Messages that are read at once, while other connections wait: 0.3 ms with the longest subjects.
const piece = 20;

type Listed = Header & { content?: string };

async function listPiece({ board, session }: Context, group: string | number, page: Page) {
  const limit = Math.min(page.limit, piece);
  const found = await board.messages(session.actor, group, { ...page, limit });
  const messages: Listed[] = found.messages.map(toListed);
  return { ...found, messages, isFull: messages.length === limit };
}

/** Bytes of a part of a list, as `limits.listBytes` counts them. */
function bytesOf(messages: readonly Listed[]): number {
  const lengthOf = ({ subject, content = '' }: Listed) =>
    Buffer.byteLength(subject) + Buffer.byteLength(content);
  return messages.reduce((sum, message) => sum + lengthOf(message), 0);
}

export const messageHandlers: Pick<
  Handlers,
  'message.post' | 'message.get' | 'message.list' | 'message.markRead'
> = {
  'message.post': async ({ board, session, hub }, { group, ...content }) => {
    const posted = await board.post(session.actor, group, content);
    const { id } = posted.group;
    return { group: hub.nameOf(posted.group), groupId: id, ...toHeader(posted.message) };
  },

  'message.get': async ({ board, session, hub }, { group, number }) => {
    const found = await board.message(session.actor, group, number);
    const { message } = found;
    return { ...toGroup(hub.named(found.group)), ...toHeader(message), content: message.content };
  },

  'message.list': async (context, params) => {
    const { costs } = context;
    const { group, since, content = false, limit = limits.listDefault, ...rest } = params;
    const bounds = { ...rest, since: since === undefined ? undefined : parseTime(since) };
    const newestFirst = bounds.after === undefined && since === undefined;
    let left: number = limits.listBytes;
    const ask = (name: string | number, page: Omit<Page, 'contentBytes'>) =>
      listPiece(context, name, content ? { ...page, contentBytes: left } : page);
    let mark = costs.mark();
    let found = await ask(group, { ...bounds, limit });
    const { messages } = found;
    // A piece that is not full has reached the limit of bytes.
    while (found.more && found.isFull && messages.length < limit) {
      if (content) left -= bytesOf(found.messages);
      if (left <= 0) break;
      mark = await costs.breathe(mark);
      const from = newestFirst
        ? { before: messages[0]?.number }
        : { after: messages.at(-1)?.number };
      // By the id, because the group may be renamed meanwhile.
      const next = { ...bounds, ...from, limit: limit - messages.length };
      found = await ask(found.group.id, next);
      if (newestFirst) messages.unshift(...found.messages);
      else messages.push(...found.messages);
    }
    costs.charge(mark);
    return { ...toGroup(context.hub.named(found.group)), messages, more: found.more };
  },

  'message.markRead': async ({ board, session }, { group, number }) => {
    await board.markRead(session.actor, group, number);
    return {};
  },
};
