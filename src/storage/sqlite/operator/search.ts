import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FoundPage, SearchPage } from '../../../board/ports/search.ts';
import { groupRef } from '../../../board/refs.ts';
import { parseQuery } from '../../../board/search/query.ts';
import { boardError } from '../../../protocol/errors.ts';
import { findGroup } from '../acts/access.ts';
import type { Executor } from '../executor.ts';
import { BoardSearch } from '../searching/search.ts';

/** Searches everything. @throws BoardError as `Administration.search` does */
export async function searchAll(
  executor: Executor,
  text: string,
  page: SearchPage,
): Promise<FoundPage> {
  const { statements } = executor;
  const query = parseQuery(text, Date.now() * 1000);
  if (query.isUnread || query.isMention) {
    throw boardError('INVALID_PARAMS', 'query: is: is about a user, and this search is nobody’s');
  }
  const search = await executor.read(() => {
    const groups =
      query.in === undefined
        ? statements.allGroups.all()
        : [findGroup(statements, groupRef(query.in))];
    return new BoardSearch(statements, query, {
      groups: groups.map(({ id, name }) => ({ group: { id, name }, joined: -1, above: () => 0 })),
      mentioned: undefined,
      accepts: () => true,
      mayRead: () => true,
      before: page.before,
      limit: page.limit,
      isPatient: true,
    });
  });
  for (;;) {
    const found = await executor.read(() => search.step());
    if (found) return found;
    await nextTurn();
  }
}
