import { nameKey } from '../../../board/name-key.ts';
import type { FoundPage, SearchPlace } from '../../../board/ports/search.ts';
import type { SearchQuery } from '../../../board/search/query.ts';
import { endOfTime } from '../../../board/times.ts';
import { limits } from '../../../protocol/limits.ts';
import type { Statements } from '../statements/statements.ts';
import { type FoundMessage, GroupSearch, type SearchedGroup, type Wanted } from './group-search.ts';

/** The groups and messages that a search may look at, and its limits. */
export interface Reach {
  /** The groups, each with the time after which it is searched. */
  readonly groups: readonly Omit<SearchedGroup, 'below'>[];
  readonly accepts: Wanted['accepts'];
  readonly mentioned: Wanted['mentioned'];
  /** Whether a group may still be read. It is asked before each step, and for each group of the page. */
  mayRead(group: Omit<SearchedGroup, 'below'>): boolean;
  readonly before: SearchPlace | undefined;
  readonly limit: number;
  /** Whether the search goes on until it is complete, however much it has to read. */
  readonly isPatient: boolean;
}

/**
 * A search over several groups, in steps of about a millisecond. It always goes on in the group whose newest messages
 * are not searched yet. So a message is settled once every group has been searched down to its time.
 */
export class BoardSearch {
  private readonly all: GroupSearch[];
  private readonly start: number;
  private cost = 0;

  constructor(
    statements: Statements,
    query: SearchQuery,
    private readonly reach: Reach,
  ) {
    const { groups, accepts, before, isPatient, mentioned } = reach;
    const places = [before, query.before].filter((place) => place !== undefined);
    const [start = end] = places.sort((a, b) => a.time - b.time || a.group - b.group);
    this.start = start.time;
    const after = (query.after ?? 0) - 1;
    const sender = query.from === undefined ? undefined : userNamed(statements, query.from);
    const wanted = { query, sender, mentioned, accepts, isPatient };
    const isHopeless = sender === noUser;
    this.all = (isHopeless ? [] : groups).map((searched) => {
      const { group } = searched;
      // Of two messages of one time, that of the group with the higher number comes first.
      const below = group.id < start.group ? start.time + 1 : start.time;
      const above = () => Math.max(searched.above(), after);
      return new GroupSearch(statements, { ...searched, above, below }, wanted);
    });
  }

  /** @returns the page once it is complete; undefined if there is more to do */
  step(): FoundPage | undefined {
    const { limit, isPatient, mayRead } = this.reach;
    const next = this.next();
    if (!next) return this.page(this.settled(undefined));
    const { cost } = next;
    if (mayRead(next.searched)) next.step();
    else next.stop();
    this.cost += next.cost - cost;
    const unsearched = this.next();
    if (!unsearched) return this.page(this.settled(undefined));
    if (this.found.length > limit) {
      const settled = this.settled(unsearched);
      if (settled.length > limit) return this.page(settled);
    }
    const hasAdvanced = unsearched.below < this.start;
    if (isPatient || this.cost < limits.searchRows || !hasAdvanced) return undefined;
    const page = this.page(this.settled(unsearched));
    return { ...page, more: true, next: { time: unsearched.below, group: 0 } };
  }

  private page(settled: readonly FoundMessage[]): FoundPage {
    const { limit, mayRead } = this.reach;
    const messages = settled.slice(0, limit);
    const inPage = new Set(messages.map(({ group }) => group.id));
    for (const group of this.all) {
      if (inPage.has(group.group.id) && !mayRead(group.searched)) group.stop();
    }
    const left = new Set(this.found);
    const more = settled.length > limit;
    const last = messages.at(-1);
    const isIncomplete = this.all.some((group) => group.isIncomplete);
    return {
      messages: messages.filter((found) => left.has(found)),
      more,
      next: more && last ? { time: last.message.postedAt, group: last.group.id } : undefined,
      isIncomplete,
    };
  }

  private get found(): FoundMessage[] {
    return this.all.flatMap(({ found }) => found);
  }

  /** The search of the group of which the newest messages are not searched yet. */
  private next(): GroupSearch | undefined {
    let next: GroupSearch | undefined;
    for (const group of this.all) {
      if (!group.isDone && (!next || group.below > next.below)) next = group;
    }
    return next;
  }

  /** The messages that were found and are newer than all that was not searched yet, the newest first. */
  private settled(unsearched: GroupSearch | undefined): FoundMessage[] {
    const from = unsearched?.below ?? 0;
    return this.found.filter(({ message }) => message.postedAt >= from).sort(newestFirst);
  }
}

const end: SearchPlace = { time: endOfTime, group: 0 };
const noUser = 0;

/** `noUser` for a name that nobody has. */
function userNamed({ userByKey }: Statements, name: string): number {
  return userByKey.get({ key: nameKey(name) })?.id ?? noUser;
}

function newestFirst(a: FoundMessage, b: FoundMessage): number {
  return b.message.postedAt - a.message.postedAt || b.group.id - a.group.id;
}
