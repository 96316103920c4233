import type { Search, SearchPage } from '../../board/ports/search.ts';
import { toGroup, toHeader } from '../../board/view.ts';
import { limits } from '../../protocol/limits.ts';
import type { Params, Result } from '../../protocol/schemas.ts';
import { formatPlace, parsePlace } from '../../protocol/search-place.ts';
import type { Context, Handlers } from './context.ts';
import { inSteps } from './in-steps.ts';

export const searchHandlers: Pick<Handlers, 'message.search' | 'mention.list'> = {
  'message.search': async (context, { query, ...page }) => {
    const { board, session } = context;
    return foundPage(context, board.search(session.actor, query, within(page)));
  },

  'mention.list': async (context, page) => {
    const { board, session } = context;
    return foundPage(context, board.mentions(session.actor, within(page)));
  },
};

/** The bounds of a page, as the board takes them. */
function within({ before, limit = limits.searchDefault }: Params<'mention.list'>): SearchPage {
  return { before: before === undefined ? undefined : parsePlace(before), limit };
}

async function foundPage(context: Context, search: Search): Promise<Result<'message.search'>> {
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
