import { Board } from '../../src/board/board.ts';
import type { Actor } from '../../src/board/ports/actor.ts';
import type { Repository } from '../../src/board/ports/repository.ts';
import type { FoundPage, SearchPage } from '../../src/board/ports/search.ts';
import type { Upkeep } from '../../src/board/ports/upkeep.ts';

/** One page of a search, taken step by step as the server does. */
export async function searchPage(
  { repository }: { repository: Repository },
  actor: Actor,
  query: string,
  page: Partial<SearchPage> = {},
): Promise<FoundPage> {
  const search = new Board(repository).search(actor, query, { limit: 20, ...page });
  for (;;) {
    const found = await search.step();
    if (found) return found;
  }
}

/** The found messages of all pages, such as `main 3`, the newest first. */
export async function searchAll(
  board: { repository: Repository },
  actor: Actor,
  query: string,
  limit = 20,
): Promise<string[]> {
  const found: string[] = [];
  let before: SearchPage['before'];
  for (let more = true; more; ) {
    const page = await searchPage(board, actor, query, { limit, before });
    found.push(...page.messages.map(({ group, message }) => `${group.name} ${message.number}`));
    ({ more, next: before } = page);
  }
  return found;
}

/** Indexes everything, as the server does in the background. */
export async function indexAll({ upkeep }: { upkeep: Upkeep }): Promise<void> {
  while (!(await upkeep.indexMessages()));
}
