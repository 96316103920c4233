import type { Origin } from '../board/types.ts';
import { toGroup } from '../board/view.ts';
import type { ServerCounts } from '../metrics/counts.ts';
import type { Notice } from '../protocol/schemas.ts';
import { SharedAnnouncement } from './announcement.ts';
import type { Session } from './session.ts';

export interface Pending {
  readonly notice: Notice;
  /** The session that is not notified, because it gets a reply instead. */
  readonly except: Origin;
}

export interface PresenceNotice {
  readonly announcement: SharedAnnouncement;
  readonly members: readonly Session[];
}

/**
 * The sessions in one group, and the notices that are pending for them. The notices of a turn are
 * written once for each encoding, into one buffer that all members share.
 */
export class Channel {
  protected readonly members = new Set<Session>();
  private pending: Pending[] = [];
  private presence = new Map<string, { online: boolean; session: number }>();

  constructor(
    /** Its name is the one in notices: the old one until the change of it is announced. */
    readonly group: { readonly id: number; name: string },
    protected readonly counts: Pick<ServerCounts, 'notices'>,
  ) {}

  get empty(): boolean {
    return this.members.size === 0;
  }

  /** Delivers pending notices first: they are for the members before this one. */
  add(session: Session): void {
    this.deliver();
    this.members.add(session);
  }

  remove(session: Session): void {
    this.deliver();
    this.members.delete(session);
  }

  /** Whether it has a member other than the session `except`. */
  reaches(except: Origin): boolean {
    const [first] = this.members;
    return this.members.size > 1 || (first !== undefined && first.id !== except);
  }

  enqueue(notice: Notice, except: Origin): void {
    this.pending.push({ notice, except });
  }

  /** Sends a notice at once to the members that are not in `notified`, and adds them to it. */
  notifyOnce(notice: Notice, notified: Set<Session>): void {
    const announcement = new SharedAnnouncement([notice], this.members.size);
    for (const session of this.members) {
      if (notified.has(session)) continue;
      notified.add(session);
      this.counts.notices++;
      session.notify(announcement);
    }
  }

  /** Notes that a user came or went. If a user does both before the next notice, nothing is announced. */
  notePresence(user: string, online: boolean, session: number): void {
    const before = this.presence.get(user);
    if (before && before.online !== online) this.presence.delete(user);
    else this.presence.set(user, { online, session });
  }

  /** Drops what was noted about a user, because the user has left the group. */
  forgetPresence(user: string): void {
    this.presence.delete(user);
  }

  /** One notice of all that `notePresence` has noted, and the members whom it concerns. Undefined if it has noted nothing. */
  takePresence(): PresenceNotice | undefined {
    if (this.presence.size === 0) return undefined;
    const changes = [...this.presence];
    this.presence = new Map();
    const names = (online: boolean) =>
      changes.filter(([, change]) => change.online === online).map(([name]) => name);
    const params = { ...toGroup(this.group), online: names(true), offline: names(false) };
    // A session gets no notice that names only its own user.
    const alone = changes.length === 1 ? changes[0]?.[1].session : undefined;
    this.deliver();
    const members = [...this.members].filter(({ id }) => id !== alone);
    const announcement = new SharedAnnouncement(
      [{ method: 'presence.changed', params }],
      members.length,
    );
    return { announcement, members };
  }

  /** Sends a notice of `takePresence` to some of its members, unless they have left. */
  notifySome({ announcement, members }: PresenceNotice): void {
    for (const session of members) {
      if (!this.members.has(session)) continue;
      this.counts.notices++;
      session.notify(announcement);
    }
  }

  /** Sends the pending notices to every member. */
  deliver(): void {
    const { pending } = this;
    if (pending.length === 0) return;
    this.pending = [];
    this.sendAll(pending);
  }

  protected sendAll(pending: readonly Pending[]): void {
    const own = ownOf(pending);
    const notices = pending.map(({ notice }) => notice);
    const announcement = new SharedAnnouncement(notices, this.members.size);
    for (const session of this.members) {
      const left = own.get(session.id);
      const others = left ? announcement.without(left) : announcement;
      if (!others) continue;
      this.counts.notices += others.count;
      session.notify(others);
    }
  }
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
