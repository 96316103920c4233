import type { Posted } from '../../board/ports/posting.ts';
import type { HeaderRow, ListedMessage, Page } from '../../board/ports/reading.ts';
import type { Group } from '../../board/types.ts';
import { toGroup, toHeader, toListed, toMarks } from '../../board/view.ts';
import { limits } from '../../protocol/limits.ts';
import type { NumberRange } from '../../protocol/marks.ts';
import type { Result } from '../../protocol/schemas.ts';
import { parseTime } from '../../protocol/time.ts';
import { headerList } from '../header-list.ts';
import type { Hub } from '../hub.ts';
import type { Context, Handlers } from './context.ts';
import { inSteps } from './in-steps.ts';

// Messages that are read at once, while other connections wait: 0.3 ms with the longest subjects.
const pieces = { headers: 100, whole: 20 };

type Bounds = Pick<Page, 'before' | 'after' | 'since'>;

/** Reads a list in pieces, with a turn for other connections in between. */
async function inPieces<T>(
  { costs }: Context,
  {
    piece,
    limit,
    bounds,
    ...list
  }: {
    readonly piece: number;
    readonly limit: number;
    readonly bounds: Bounds;
    readonly group: string | number;
    ask(group: string | number, page: Page): Promise<{ group: Group; items: T[]; more: boolean }>;
    numberOf(item: T): number;
    /** Whether the list has reached a limit. */
    isFull(): boolean;
  },
): Promise<{ group: Group; items: T[]; more: boolean }> {
  const newestFirst = bounds.after === undefined && bounds.since === undefined;
  const ask = (group: string | number, from: Bounds, left: number) =>
    list.ask(group, { ...bounds, ...from, limit: Math.min(left, piece) });
  let mark = costs.mark();
  let found = await ask(list.group, {}, limit);
  const { items } = found;
  // A piece that is not full has reached the limit of bytes.
  while (found.more && found.items.length % piece === 0 && items.length < limit) {
    if (list.isFull()) break;
    mark = await costs.breathe(mark);
    const next = items.at(newestFirst ? 0 : -1) as T;
    const from = { [newestFirst ? 'before' : 'after']: list.numberOf(next) };
    // By the id, because the group may be renamed between two pieces.
    found = await ask(found.group.id, from, limit - items.length);
    if (newestFirst) items.unshift(...found.items);
    else items.push(...found.items);
  }
  costs.charge(mark);
  return { group: found.group, items, more: found.more };
}

/** Bytes of a part of a list, as `limits.listBytes` counts them. */
function bytesOf(messages: readonly ListedMessage[]): number {
  const lengthOf = ({ subject, content = '' }: ListedMessage) =>
    Buffer.byteLength(subject) + Buffer.byteLength(content);
  return messages.reduce((sum, message) => sum + lengthOf(message), 0);
}

/** The reply to a post. */
export function postResult(hub: Hub, { group, message }: Posted): Result<'message.post'> {
  return { group: hub.nameOf(group), groupId: group.id, ...toHeader(message) };
}

export const messageHandlers: Pick<
  Handlers,
  | 'message.post'
  | 'message.get'
  | 'message.list'
  | 'message.markRead'
  | 'message.next'
  | 'group.markRead'
  | 'group.restoreMarks'
> = {
  'message.post': async ({ board, session, hub }, params) =>
    postResult(hub, await board.post(session.actor, params.group, params)),

  'message.get': async ({ board, session, hub }, { group, number }) => {
    const found = await board.message(session.actor, group, number);
    const { message } = found;
    const { content, edits: revision } = message;
    return { ...toGroup(hub.named(found.group)), ...toHeader(message), content, revision };
  },

  'message.list': async (context, params) => {
    const { board, session, hub } = context;
    const { group, since, content = false, limit = limits.listDefault, ...rest } = params;
    const bounds = { ...rest, since: since === undefined ? undefined : parseTime(since) };
    if (!content) {
      const { items, more, ...found } = await inPieces<HeaderRow>(context, {
        ...{ group, bounds, limit, piece: pieces.headers },
        ask: async (name, page) => {
          const { rows: items, ...part } = await board.headerRows(session.actor, name, page);
          return { ...part, items };
        },
        numberOf: ([number]) => number,
        isFull: () => false,
      });
      return headerList(hub.named(found.group), items, more);
    }
    let contentBytes: number = limits.listBytes;
    const { items, more, ...found } = await inPieces<ListedMessage>(context, {
      ...{ group, bounds, limit, piece: pieces.whole },
      ask: async (name, page) => {
        const { messages, ...part } = await board.messages(session.actor, name, {
          ...page,
          contentBytes,
        });
        contentBytes -= bytesOf(messages);
        return { ...part, items: messages };
      },
      numberOf: ({ number }) => number,
      isFull: () => contentBytes <= 0,
    });
    return { ...toGroup(hub.named(found.group)), messages: items.map(toListed), more };
  },

  'message.markRead': async ({ board, session }, { group, number, ranges }) => {
    const upTo: NumberRange[] = number ? [[1, number]] : [];
    return toMarks(await board.markRead(session.actor, group, ranges ?? upTo));
  },

  'message.next': async (context, { group, thread, read = [] }) => {
    const { board, session, hub } = context;
    const search = board.nextUnread(session.actor, group, { thread, read });
    const { message, ...found } = await inSteps(context, search);
    return {
      ...toGroup(hub.named(found.group)),
      ...(message && { message: { ...toHeader(message), content: message.content } }),
    };
  },

  'group.markRead': async ({ board, session, hub }, params) => {
    const { group, was, marks } = await board.markAllRead(session.actor, params.group);
    return { ...toGroup(hub.named(group)), lastRead: marks.lastRead, was: toMarks(was) };
  },

  'group.restoreMarks': async ({ board, session }, { group, lastRead, ranges }) =>
    toMarks(await board.restoreMarks(session.actor, group, { lastRead, ranges })),
};
