import type { Actor } from '../../../board/ports/actor.ts';
import type { FoundPage, Search, SearchPage } from '../../../board/ports/search.ts';
import type { SearchQuery } from '../../../board/search/query.ts';
import type { GroupRef, Header, Notify } from '../../../board/types.ts';
import { isDirectName } from '../../../protocol/direct.ts';
import { isRead, type Marks, readMarks } from '../../../protocol/marks.ts';
import { lookUpGroup, noGroup, openTo, requireProtected } from '../acts/access.ts';
import { requireActiveSession } from '../acts/active-session.ts';
import type { SearchedGroup } from '../searching/group-search.ts';
import { BoardSearch } from '../searching/search.ts';
import type { Statements } from '../statements/statements.ts';
import { isMentioned } from '../statements/unread-messages.ts';
import type { Store } from './store.ts';

type Searched = Omit<SearchedGroup, 'below'>;

/** Searches what a member may see. @throws BoardError as `Repository.search` does */
export function searchFor(
  store: Store,
  actor: Actor,
  query: SearchQuery,
  { before, limit }: SearchPage,
  inGroup: GroupRef | undefined,
): Search {
  const { statements } = store;
  let search: BoardSearch | undefined;
  const begin = () => {
    const read = new Map<number, OwnMarks>();
    const groups = groupsOf(statements, actor, inGroup).map(({ marks, ...searched }) => {
      read.set(searched.group.id, marks);
      const above = () => (query.isUnread ? readUpTo(statements, searched.group.id, marks) : 0);
      return { ...searched, above };
    });
    const mentioned = query.isMention ? actor.user.id : undefined;
    const accepts = (group: number, message: Header) =>
      (!query.isUnread || isUnread(statements, { group, message }, actor, read.get(group))) &&
      (mentioned === undefined || isMentioned(statements, { user: mentioned, group }, message));
    const mayRead = (searched: Searched) => mayStillRead(statements, actor, searched);
    return new BoardSearch(statements, query, {
      ...{ groups, accepts, mentioned, mayRead, before, limit },
      isPatient: false,
    });
  };
  const step = (): FoundPage | undefined => {
    requireActiveSession(statements, actor);
    search ??= begin();
    return search.step();
  };
  return { step: () => store.readAtOnce(step) };
}

interface OwnGroup extends Omit<Searched, 'above'> {
  readonly marks: OwnMarks;
}

/**
 * The groups that are searched.
 * @throws BoardError `GROUP_NOT_FOUND` for a group that the user is not in: whether there is one is not said; what
 * `requireProtected` throws for a direct conversation
 */
function groupsOf(statements: Statements, actor: Actor, inGroup: GroupRef | undefined): OwnGroup[] {
  const { user } = actor;
  if (inGroup && 'key' in inGroup && isDirectName(inGroup.key)) requireProtected(actor);
  const all = statements.searchedGroups.all({ user: user.id });
  const own = openTo(actor, all);
  const groups = own.map(({ id, name, joined, notify, ...marks }) => ({
    group: { id, name },
    joined,
    marks: { ...readMarks(marks), notify },
  }));
  if (!inGroup) return groups;
  const wanted = lookUpGroup(statements, user, inGroup)?.id;
  const found = groups.find(({ group }) => group.id === wanted);
  if (!found && all.some(({ id }) => id === wanted)) requireProtected(actor);
  if (!found) throw noGroup(inGroup);
  return [found];
}

function mayStillRead(statements: Statements, { user }: Actor, { group, joined }: Searched) {
  return statements.accessById.get({ group: group.id, user: user.id })?.joinedAt === joined;
}

/** The time up to which a member has read a group. No message from before is unread. */
function readUpTo(statements: Statements, group: number, { lastRead }: Marks): number {
  return statements.messageUpTo.get({ group, number: lastRead })?.postedAt ?? 0;
}

/** Of a visible message, what `unreadBetween` counts. */
function isUnread(
  statements: Statements,
  { group, message }: { readonly group: number; readonly message: Header },
  { user: { id: user } }: Actor,
  own: OwnMarks | undefined,
): boolean {
  const { number, senderId, postedAt: at } = message;
  if (senderId === user || !own || own.notify === 'none' || isRead(own, number)) return false;
  if (own.notify === 'mentions' && !isMentioned(statements, { user, group }, message)) return false;
  return statements.isMutedMessage.get({ user, group, at })?.muted !== 1;
}

interface OwnMarks extends Marks {
  readonly notify: Notify;
}
