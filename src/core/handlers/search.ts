import { toGroup, toHeader } from '../../board/view.ts';
import { limits } from '../../protocol/limits.ts';
import type { Result } from '../../protocol/schemas.ts';
import { formatPlace, parsePlace } from '../../protocol/search-place.ts';
import type { Handlers } from './context.ts';

export const searchHandlers: Pick<Handlers, 'message.search'> = {
  'message.search': async ({ board, session, hub, costs }, params) => {
    const { query, before, limit = limits.searchDefault } = params;
    const place = before === undefined ? undefined : parsePlace(before);
    const search = board.search(session.actor, query, { before: place, limit });
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
          } satisfies Result<'message.search'>;
        }
        mark = await costs.breathe(mark);
      }
    } finally {
      costs.charge(mark);
    }
  },
};
