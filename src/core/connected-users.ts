import type { Origin, SessionToken, User } from '../board/types.ts';
import type { ServerCounts } from '../metrics/counts.ts';
import type { Notice } from '../protocol/schemas.ts';
import { PrivateAnnouncement } from './announcement.ts';
import { Session } from './session.ts';

/** The sessions that have not ended, and whose they are. */
export class ConnectedUsers {
  private readonly sessions = new Map<number, Session>();
  /** The session of each user, or the sessions: most users have one, and a list of one takes as much memory as all else here. */
  private readonly byUser = new Map<number, Session | readonly Session[]>();

  constructor(private readonly counts: Pick<ServerCounts, 'notices'>) {}

  /** How many users have a session. */
  get online(): number {
    return this.byUser.size;
  }

  /** All sessions, logged in or not, the oldest first. */
  get all(): Iterable<Session> {
    return this.sessions.values();
  }

  isOnline(userId: number): boolean {
    return this.byUser.has(userId);
  }

  /** The session that made a change, if it has not ended. */
  find(origin: Origin): Session | undefined {
    return origin === null ? undefined : this.sessions.get(origin);
  }

  sessionsOf(userId: number): readonly Session[] {
    const found = this.byUser.get(userId) ?? [];
    return found instanceof Session ? [found] : found;
  }

  /** The tokens of all sessions that were given one, by their ids. */
  tokens(): Map<string, { user: number; token: SessionToken }> {
    const tokens = new Map<string, { user: number; token: SessionToken }>();
    for (const { login, resumable } of this.sessions.values()) {
      if (!login || !resumable) continue;
      tokens.set(login.token.id, { user: login.user.id, token: login.token });
    }
    return tokens;
  }

  /** A new session, which has no user yet. */
  add(session: Session): void {
    this.sessions.set(session.id, session);
  }

  /** A session that was logged in. */
  enter(session: Session, { id }: User): void {
    const others = this.sessionsOf(id);
    this.byUser.set(id, others.length === 0 ? session : [...others, session]);
  }

  remove(session: Session): void {
    this.sessions.delete(session.id);
    const { login } = session;
    if (!login) return;
    const others = this.sessionsOf(login.user.id).filter((other) => other !== session);
    if (others.length > 0) this.byUser.set(login.user.id, others);
    else this.byUser.delete(login.user.id);
  }

  /** Notifies the sessions of a user other than the session `except`. */
  notify({ id }: Pick<User, 'id'>, except: Origin, notice: Notice): void {
    const announcement = new PrivateAnnouncement([notice]);
    for (const session of this.sessionsOf(id)) {
      if (session.id === except) continue;
      session.notify(announcement);
      this.counts.notices++;
    }
  }
}
