import type { Search } from '../../board/ports/search.ts';
import { toGroup, toHeader } from '../../board/view.ts';
import { limits } from '../../protocol/limits.ts';
import type { Result } from '../../protocol/schemas.ts';
import { formatPlace, parsePlace } from '../../protocol/search-place.ts';
import type { Context, Handlers } from './context.ts';

export const searchHandlers: Pick<Handlers, 'message.search'> = {
  'message.search': async (context, params) => {
    const { board, session } = context;
    const { query, before, limit = limits.searchDefault } = params;
    const place = before === undefined ? undefined : parsePlace(before);
    return pageOf(context, board.search(session.actor, query, { before: place, limit }));
  },
};

/** The page of a search, which is made in steps, with a turn for other connections in between. */
export async function pageOf(
  { hub, costs }: Context,
  search: Search,
): Promise<Result<'message.search'>> {
  let mark = costs.mark();
  try {
    for (;;) {
      const page = await search.step();
      if (page) {
        const { messages, more, next, isIncomplete } = page;
        return {
          messages: messages.map(({ group, message }) => ({
            ...toGroup(hub.named(group)),
            ...toHeader(message),
          })),
          more,
          ...(next && { next: formatPlace(next) }),
          ...(isIncomplete && { indexing: true }),
        };
      }
      mark = await costs.breathe(mark);
    }
  } finally {
    costs.charge(mark);
  }
}
