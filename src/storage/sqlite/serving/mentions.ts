import type { Actor } from '../../../board/ports/actor.ts';
import type { FoundPage, Search, SearchPage, SearchPlace } from '../../../board/ports/search.ts';
import { endOfTime } from '../../../board/times.ts';
import type { Group } from '../../../board/types.ts';
import { openTo } from '../acts/access.ts';
import { requireActiveSession } from '../acts/active-session.ts';
import type { Statements } from '../statements/statements.ts';
import type { Store } from './store.ts';

// Groups that are looked at, and messages that are read, in one step: a millisecond.
const groupsAtOnce = 50;
const messagesAtOnce = 50;

/** A group of the reader. */
interface OwnGroup {
  readonly group: Group;
  readonly joined: number;
}

interface Mention extends OwnGroup {
  readonly postedAt: number;
}

/** Lists the messages that mention a user, in steps. @throws BoardError as `Repository.mentions` does */
export function listMentions(store: Store, actor: Actor, page: SearchPage): Search {
  let list: MentionList | undefined;
  const step = () => {
    requireActiveSession(store.statements, actor);
    list ??= new MentionList(store.statements, actor, page);
    return list.step();
  };
  return { step: () => store.readAtOnce(step) };
}

/**
 * Looks for the newest mentions in one group of the user after the other. In each, the rule of visibility bounds the
 * search of the index, so that no mention is read that is not visible.
 */
class MentionList {
  private readonly user: number;
  private readonly groups: OwnGroup[];
  /** The newest mentions in the groups so far, the newest first: one more than the page holds. */
  private newest: readonly Mention[] = [];
  private readonly messages: FoundPage['messages'][number][] = [];
  private read = 0;

  constructor(
    private readonly statements: Statements,
    actor: Actor,
    private readonly page: SearchPage,
  ) {
    this.user = actor.user.id;
    const groups = statements.searchedGroups.all({ user: this.user });
    this.groups = openTo(actor, groups).map(({ id, name, joined }) => ({
      group: { id, name },
      joined,
    }));
  }

  step(): FoundPage | undefined {
    if (this.groups.length > 0) {
      for (const own of this.groups.splice(0, groupsAtOnce)) this.lookIn(own);
      return undefined;
    }
    const { limit } = this.page;
    const wanted = this.newest.slice(0, limit);
    for (const mention of wanted.slice(this.read, this.read + messagesAtOnce)) this.show(mention);
    this.read += messagesAtOnce;
    if (this.read < wanted.length) return undefined;
    const last = wanted.at(-1);
    const more = this.newest.length > limit;
    const next = more && last ? { time: last.postedAt, group: last.group.id } : undefined;
    return { messages: this.messages, more, next, isIncomplete: false };
  }

  private lookIn({ group, joined }: OwnGroup): void {
    const { statements, user, page } = this;
    const most = page.limit + 1;
    const of = { user, group: group.id };
    const from = statements.firstVisible.get({ group: group.id, joined })?.from ?? 0;
    const oldest = this.newest.length === most ? (this.newest.at(-1)?.postedAt ?? 0) : 0;
    const above = Math.max(from, oldest) - 1;
    const times = { above, below: timeBefore(page.before, group), limit: most };
    const found = statements.mentionTimes.all({ ...of, ...times });
    if (found.length === 0) return;
    const all = [...this.newest, ...found.map(({ postedAt }) => ({ group, joined, postedAt }))];
    this.newest = all
      .sort((a, b) => b.postedAt - a.postedAt || b.group.id - a.group.id)
      .slice(0, most);
  }

  /** A message that was deleted since, or whose group the user has left since, is not shown. */
  private show({ group: { id: group }, joined, postedAt }: Mention): void {
    const { statements, user } = this;
    const access = statements.accessById.get({ group, user });
    if (access?.joinedAt !== joined) return;
    const times = { above: postedAt - 1, below: postedAt + 1, limit: 1 };
    const message = statements.newest.get({ group, joined, ...times });
    if (message) this.messages.push({ group: { id: group, name: access.name }, message });
  }
}

/** The time before which the messages of a group are before a place. */
function timeBefore(place: SearchPlace | undefined, group: Group): number {
  if (!place) return endOfTime;
  return group.id < place.group ? place.time + 1 : place.time;
}
