import { everyoneId } from '../board/mentions.ts';
import { endOfTime } from '../board/times.ts';
import type { Notify, Origin } from '../board/types.ts';
import type { Notice } from '../protocol/schemas.ts';
import { type Announcement, SharedAnnouncement } from './announcement.ts';
import type { Session } from './session.ts';

/** Whom a notice of a group concerns, if not all members. */
export interface Reach {
  /** Only members who joined before this time are notified. */
  readonly until?: number | undefined;
  /** Only members who joined at this time or later are notified. */
  readonly from?: number | undefined;
  /** The ids of the users whom the posted message mentions; `everyoneId` for all members. */
  readonly mentioned?: readonly number[] | undefined;
}

export interface Pending extends Reach {
  readonly notice: Notice;
  /** The session that is not notified, because it gets a reply instead. */
  readonly except: Origin;
}

/** What a user is notified of in a group that the user has muted. */
export type Quiet = Exclude<Notify, 'all'>;

/**
 * The notices of a group that are announced together, and the excerpts of them that some sessions get. Members who joined at
 * about the same time, or have muted the group, share an excerpt.
 */
export class Excerpts {
  private readonly whole: SharedAnnouncement;
  /** The indices of each session's own notices: it gets replies instead. */
  private readonly own: ReadonlyMap<Origin, readonly number[]>;
  /** The notices that are not for all members. */
  private readonly limited: readonly { readonly each: Reach; readonly at: number }[];
  private readonly quiet: ForQuiet;
  private readonly shared = new Map<string, Announcement | undefined>();
  /** The excerpt without `hidden`. Thousands of members who have muted the group have the same list. */
  private last: { readonly hidden: readonly number[]; readonly excerpt: Announcement | undefined } =
    { hidden: none, excerpt: undefined };

  /** @param holders how many sessions share them */
  constructor(
    private readonly pending: readonly Pending[],
    holders: number,
  ) {
    const notices = pending.map(({ notice }) => notice);
    this.whole = new SharedAnnouncement(notices, holders);
    this.own = ownOf(pending);
    this.limited = pending.flatMap((each, at) => (isForAll(each) ? [] : { each, at }));
    this.quiet = forQuiet(pending);
  }

  /**
   * What a session gets; undefined if it gets nothing.
   * @param quiet set if its user has muted the group
   */
  of(session: Session, joinedAt: number, quiet: Quiet | undefined): Announcement | undefined {
    const own = this.own.get(session.id) ?? none;
    let hidden = this.hiddenFrom(joinedAt);
    if (session.muted || quiet !== undefined) {
      const unwanted = this.unwanted(session, quiet);
      hidden = hidden.length === 0 ? unwanted : ascending(hidden, unwanted);
    }
    if (hidden.length === 0) return own.length === 0 ? this.whole : this.whole.without(own);
    if (own.length > 0) return this.whole.without(ascending(own, hidden));
    return this.without(hidden);
  }

  private without(hidden: readonly number[]): Announcement | undefined {
    if (hidden === this.last.hidden) return this.last.excerpt;
    const key = hidden.join();
    if (!this.shared.has(key)) this.shared.set(key, this.whole.without(hidden));
    const excerpt = this.shared.get(key);
    this.last = { hidden, excerpt };
    return excerpt;
  }

  /** The indices of the notices about messages that a user who joined at a time cannot see. */
  private hiddenFrom(joinedAt: number): readonly number[] {
    if (this.limited.length === 0) return none;
    return this.limited.filter(({ each }) => !concerns(each, joinedAt)).map(({ at }) => at);
  }

  /** The indices of the notices that a session does not get, because its user has muted the group or what they are about. */
  private unwanted(session: Session, quiet: Quiet | undefined): readonly number[] {
    const isSpecial = session.muted || this.quiet.users.has(session.login?.user.id ?? 0);
    if (!isSpecial) return this.quiet.unwanted[quiet ?? 'none'];
    return this.pending.flatMap((each, at) => (isWanted(each, session, quiet) ? [] : [at]));
  }
}

/** Whether a notice is for a member who joined at a time. */
export function concerns({ until = endOfTime, from = 0 }: Reach, joinedAt: number): boolean {
  return from <= joinedAt && joinedAt < until;
}

/**
 * Whether a session gets a notice although its user may have muted it, or the group.
 * @param quiet set if the user has muted the group
 */
export function isWanted(
  { notice, mentioned }: Pending,
  session: Session,
  quiet: Quiet | undefined,
): boolean {
  if (session.muted?.hides(notice)) return false;
  if (quiet === undefined) return true;
  const user = session.login?.user.id ?? 0;
  const { method, params } = notice;
  if (method === 'message.posted') {
    return quiet === 'mentions' && !!mentioned?.some((id) => id === user || id === everyoneId);
  }
  // A user's other sessions have to know that the user has left.
  if (method === 'member.joined' || method === 'member.left') return params.userId === user;
  return true;
}

const none: readonly number[] = [];

interface ForQuiet {
  readonly unwanted: Readonly<Record<Quiet, readonly number[]>>;
  readonly users: ReadonlySet<number>;
}

/**
 * The indices of the notices that a session does not get if its user has muted the group, or all of it but mentions, and
 * the users who may get others of them: see `isWanted`.
 */
function forQuiet(pending: readonly Pending[]): ForQuiet {
  const unwanted = { none: [] as number[], mentions: [] as number[] };
  const users = new Set<number>();
  for (const [at, { notice, mentioned = [] }] of pending.entries()) {
    const { method, params } = notice;
    let isToAll = false;
    if (method === 'message.posted') {
      isToAll = mentioned.includes(everyoneId);
      for (const user of mentioned) users.add(user);
    } else if (method === 'member.joined' || method === 'member.left') users.add(params.userId);
    else continue;
    unwanted.none.push(at);
    if (!isToAll) unwanted.mentions.push(at);
  }
  return { unwanted, users };
}

/** The indices of the notices that a session is not sent, because it gets a reply instead. */
function ownOf(pending: readonly Pending[]): Map<Origin, number[]> {
  const own = new Map<Origin, number[]>();
  for (const [at, { except }] of pending.entries()) {
    const before = own.get(except);
    if (before) before.push(at);
    else own.set(except, [at]);
  }
  return own;
}

function isForAll({ until, from }: Reach): boolean {
  return until === undefined && from === undefined;
}

function ascending(some: readonly number[], others: readonly number[]): number[] {
  return [...new Set([...some, ...others])].sort((a, b) => a - b);
}
