import type { Search } from '../../board/ports/search.ts';
import { toGroup, toHeader } from '../../board/view.ts';
import { limits } from '../../protocol/limits.ts';
import type { Result } from '../../protocol/schemas.ts';
import { formatPlace, parsePlace } from '../../protocol/search-place.ts';
import type { Context, Handlers } from './context.ts';
import { inSteps } from './in-steps.ts';

export const searchHandlers: Pick<Handlers, 'message.search'> = {
  'message.search': async (context, params) => {
    const { board, session } = context;
    const { query, before, limit = limits.searchDefault } = params;
    const place = before === undefined ? undefined : parsePlace(before);
    return pageOf(context, board.search(session.actor, query, { before: place, limit }));
  },
};

/** The page of a search. */
export async function pageOf(context: Context, search: Search): Promise<Result<'message.search'>> {
  const { messages, more, next, isIncomplete } = await inSteps(context, search);
  return {
    messages: messages.map(({ group, message }) => ({
      ...toGroup(context.hub.named(group)),
      ...toHeader(message),
    })),
    more,
    ...(next && { next: formatPlace(next) }),
    ...(isIncomplete && { indexing: true }),
  };
}
