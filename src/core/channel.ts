import type { Notify, Origin } from '../board/types.ts';
import { toGroup } from '../board/view.ts';
import type { ServerCounts } from '../metrics/counts.ts';
import type { Notice, NoticeName } from '../protocol/schemas.ts';
import { SharedAnnouncement } from './announcement.ts';
import { Excerpts, type Pending, type Quiet, type Reach } from './excerpts.ts';
import { GroupPresence, type Presence } from './group-presence.ts';
import type { Session } from './session.ts';

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
  protected readonly quiet = new Map<Session, Quiet>();
  private pending: Pending[] = [];
  private readonly presence = new GroupPresence();

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

  /** Notes that a user came or went. */
  notePresence(presence: Presence): void {
    this.presence.note(presence);
  }

  renamePresence(was: string, user: string): void {
    this.presence.rename(was, user);
  }

  /** Drops what was noted about a user, because the user has left the group. */
  forgetPresence(user: string): void {
    this.presence.forget(user);
  }

  /** One notice of all that `notePresence` has noted. Undefined if it has noted nothing. */
  takePresence(): PresenceNotice | undefined {
    const noted = this.presence.take();
    if (!noted) return undefined;
    this.deliver();
    const params = { ...toGroup(this.group), ...noted.params };
    const notice: Notice = { method: 'presence.changed', params };
    return {
      announcement: new SharedAnnouncement([notice], this.members.size),
      alone: noted.alone,
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

  /** Sends the pending notices to every member whom they concern. */
  deliver(): void {
    const { pending } = this;
    if (pending.length === 0) return;
    this.pending = [];
    this.sendAll(pending);
  }

  protected sendAll(pending: readonly Pending[]): void {
    const excerpts = new Excerpts(pending, this.members.size);
    for (const [session, joinedAt] of this.members) {
      const excerpt = excerpts.of(session, joinedAt, this.quiet.get(session));
      if (!excerpt) continue;
      this.counts.notices += excerpt.count;
      session.notify(excerpt);
    }
  }
}
