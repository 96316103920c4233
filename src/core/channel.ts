import { everyoneId } from '../board/mentions.ts';
import { endOfTime } from '../board/times.ts';
import type { Notify, Origin } from '../board/types.ts';
import { toGroup } from '../board/view.ts';
import type { ServerCounts } from '../metrics/counts.ts';
import { limits } from '../protocol/limits.ts';
import type { Notice, NoticeName } from '../protocol/schemas.ts';
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

/** What a channel notes of a user who came or went. The channels of all groups of the user share it. */
export interface Presence {
  readonly user: string;
  readonly online: boolean;
  /** The id of the session that came or went. */
  readonly session: number;
}

export interface PresenceNotice {
  readonly announcement: SharedAnnouncement;
  /** The id of the session of the only user whom the notice names. It is not notified. */
  readonly alone: number | undefined;
}

/**
 * The sessions in one group, and the notices that are pending for them. The notices of a turn are
 * written once for each encoding, into one buffer that all members share.
 */
export class Channel {
  /** The sessions, each with the time at which its user joined. */
  protected readonly members = new Map<Session, number>();
  /** The sessions whose users have muted the group. */
  private readonly quiet = new Map<Session, Exclude<Notify, 'all'>>();
  private pending: Pending[] = [];
  private presence = new Map<string, Presence>();

  constructor(
    /** Its name is the one in notices: the old one until the change of it is announced. */
    readonly group: { readonly id: number; name: string },
    protected readonly counts: Pick<ServerCounts, 'notices'>,
  ) {}

  get empty(): boolean {
    return this.members.size === 0;
  }

  /** Delivers pending notices first: they are for the members before this one. */
  add(session: Session, joinedAt: number): void {
    this.deliver();
    this.members.set(session, joinedAt);
  }

  remove(session: Session): void {
    this.deliver();
    this.members.delete(session);
    this.quiet.delete(session);
  }

  /** Sets of which messages a session is notified. Pending notices come first. */
  setNotify(session: Session, notify: Notify): void {
    this.deliver();
    if (notify === 'all') this.quiet.delete(session);
    else if (this.members.has(session)) this.quiet.set(session, notify);
  }

  /** Whether it has a member other than the session `except`. */
  reaches(except: Origin): boolean {
    const [first] = this.members.keys();
    return this.members.size > 1 || (first !== undefined && first.id !== except);
  }

  /** Whether a notice of that name is pending that is not of the session `origin`. */
  hasFromOthers(name: NoticeName, origin: Origin): boolean {
    return this.pending.some(({ notice, except }) => notice.method === name && except !== origin);
  }

  enqueue(notice: Notice, except: Origin, reach: Reach = {}): void {
    this.pending.push({ notice, except, ...reach });
  }

  /** Sends a notice at once to the members that are not in `notified`, and adds them to it. */
  notifyOnce(notice: Notice, notified: Set<Session>): void {
    const announcement = new SharedAnnouncement([notice], this.members.size);
    for (const session of this.members.keys()) {
      if (notified.has(session)) continue;
      notified.add(session);
      this.counts.notices++;
      session.notify(announcement);
    }
  }

  /** Notes that a user came or went. If a user does both before the next notice, nothing is announced. */
  notePresence(presence: Presence): void {
    const { user, online } = presence;
    const before = this.presence.get(user);
    if (before && before.online !== online) this.presence.delete(user);
    else this.presence.set(user, presence);
  }

  /** Drops what was noted about a user, because the user has left the group. */
  forgetPresence(user: string): void {
    this.presence.delete(user);
  }

  /** One notice of all that `notePresence` has noted. Undefined if it has noted nothing. */
  takePresence(): PresenceNotice | undefined {
    if (this.presence.size === 0) return undefined;
    const changes = this.presence;
    this.presence = new Map();
    const online = new Names();
    const offline = new Names();
    for (const [name, change] of changes) (change.online ? online : offline).add(name);
    const [only] = changes.values();
    this.deliver();
    const params = {
      ...toGroup(this.group),
      online: online.first,
      offline: offline.first,
      ...(online.more > 0 && { moreOnline: online.more }),
      ...(offline.more > 0 && { moreOffline: offline.more }),
    };
    const notice: Notice = { method: 'presence.changed', params };
    return {
      announcement: new SharedAnnouncement([notice], this.members.size),
      alone: changes.size === 1 ? only?.session : undefined,
    };
  }

  /**
   * Sends a notice of `takePresence` to a session, unless it has left the group, its user has muted the group, or the notice names
   * only this user.
   * @returns whether it was sent
   */
  notifyPresence(session: Session, { announcement, alone }: PresenceNotice): boolean {
    if (session.id === alone || !this.members.has(session) || this.quiet.has(session)) return false;
    this.counts.notices++;
    session.notify(announcement);
    return true;
  }

  /** The indices of the notices that a session does not get, because its user has muted the group. */
  private unwanted(session: Session, pending: readonly Pending[]): number[] {
    return pending.flatMap((each, at) => (this.isWanted(session, each) ? [] : [at]));
  }

  /** Sends the pending notices to every member whom they concern. */
  deliver(): void {
    const { pending } = this;
    if (pending.length === 0) return;
    this.pending = [];
    this.sendAll(pending);
  }

  /** Whether a session gets a notice although its user may have muted it, or the group. */
  protected isWanted(session: Session, { notice, mentioned }: Pending): boolean {
    if (session.muted?.hides(notice)) return false;
    const notify = this.quiet.get(session);
    if (notify === undefined) return true;
    const user = session.login?.user.id ?? 0;
    const { method, params } = notice;
    if (method === 'message.posted') {
      return notify === 'mentions' && !!mentioned?.some((id) => id === user || id === everyoneId);
    }
    // A user's other sessions have to know that the user has left.
    if (method === 'member.joined' || method === 'member.left') return params.userId === user;
    return true;
  }

  protected sendAll(pending: readonly Pending[]): void {
    const own = ownOf(pending);
    const limited = pending.flatMap((each, at) => (isForAll(each) ? [] : { each, at }));
    const notices = pending.map(({ notice }) => notice);
    const announcement = new SharedAnnouncement(notices, this.members.size);
    const excerpts = new Excerpts(announcement);
    const quiet = forQuiet(pending);
    for (const [session, joinedAt] of this.members) {
      const ownNotices = own.get(session.id);
      let hidden = hiddenFrom(joinedAt, limited);
      const { muted } = session;
      if (muted || this.quiet.has(session)) {
        const isSpecial = muted || quiet.users.has(session.login?.user.id ?? 0);
        const notify = this.quiet.get(session) ?? 'none';
        const unwanted = isSpecial ? this.unwanted(session, pending) : quiet.unwanted[notify];
        hidden = hidden.length === 0 ? unwanted : ascending(hidden, unwanted);
      }
      const others = excerpts.without(ownNotices, hidden);
      if (!others) continue;
      this.counts.notices += others.count;
      session.notify(others);
    }
  }
}

/** The first names of a list, and how many more there are. */
class Names {
  readonly first: string[] = [];
  more = 0;

  add(name: string): void {
    if (this.first.length < limits.presenceNames) this.first.push(name);
    else this.more++;
  }
}

const none: readonly number[] = [];

/**
 * The indices of the notices that a session does not get if its user has muted the group, or all of it but mentions, and
 * the users who may get others of them: see `isWanted`.
 */
function forQuiet(pending: readonly Pending[]) {
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

/** The excerpts of an announcement that sessions get. Members who joined at about the same time share one. */
class Excerpts {
  private readonly shared = new Map<string, Announcement | undefined>();
  /** The excerpt without `hidden`. Thousands of members who have muted the group have the same list. */
  private last: { readonly hidden: readonly number[]; readonly excerpt: Announcement | undefined } =
    {
      hidden: none,
      excerpt: undefined,
    };

  constructor(private readonly whole: SharedAnnouncement) {}

  /**
   * @param own the indices of the notices that the session gets a reply for
   * @param hidden the indices of those about messages that its user cannot see
   */
  without(own: readonly number[] = none, hidden: readonly number[]): Announcement | undefined {
    if (hidden.length === 0) return own.length === 0 ? this.whole : this.whole.without(own);
    if (own.length > 0) return this.whole.without(ascending(own, hidden));
    if (hidden === this.last.hidden) return this.last.excerpt;
    const key = hidden.join();
    if (!this.shared.has(key)) this.shared.set(key, this.whole.without(hidden));
    const excerpt = this.shared.get(key);
    this.last = { hidden, excerpt };
    return excerpt;
  }
}

/** The indices of the notices about messages that a user who joined at a time cannot see. */
function hiddenFrom(
  joinedAt: number,
  limited: readonly { readonly each: Reach; readonly at: number }[],
): readonly number[] {
  if (limited.length === 0) return none;
  return limited.filter(({ each }) => !concerns(each, joinedAt)).map(({ at }) => at);
}

function isForAll({ until, from }: Reach): boolean {
  return until === undefined && from === undefined;
}

/** Whether a notice is for a member who joined at a time. */
export function concerns({ until = endOfTime, from = 0 }: Reach, joinedAt: number): boolean {
  return from <= joinedAt && joinedAt < until;
}

function ascending(some: readonly number[], others: readonly number[]): number[] {
  return [...new Set([...some, ...others])].sort((a, b) => a - b);
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
