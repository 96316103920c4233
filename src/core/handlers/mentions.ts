import { limits } from '../../protocol/limits.ts';
import { parsePlace } from '../../protocol/search-place.ts';
import type { Handlers } from './context.ts';
import { pageOf } from './search.ts';

export const mentionHandlers: Pick<Handlers, 'mention.list'> = {
  'mention.list': (context, { before, limit = limits.searchDefault }) => {
    const { board, session } = context;
    const place = before === undefined ? undefined : parsePlace(before);
    return pageOf(context, board.mentions(session.actor, { before: place, limit }));
  },
};
