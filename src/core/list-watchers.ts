import type { ServerCounts } from '../metrics/counts.ts';
import { PrivateAnnouncement } from './announcement.ts';
import type { Session } from './session.ts';

/**
 * The sessions that are notified when the list of groups changes: once after each `group.list` with `watch`. So a session that
 * asks no more costs nothing, and many changes in a row cost one notice.
 */
export class ListWatchers {
  private readonly sessions = new Set<Session>();

  constructor(private readonly counts: Pick<ServerCounts, 'notices'>) {}

  add(session: Session): void {
    this.sessions.add(session);
  }

  /** The session has ended. */
  remove(session: Session): void {
    this.sessions.delete(session);
  }

  notify(): void {
    const announcement = new PrivateAnnouncement([{ method: 'groups.changed', params: {} }]);
    const notified = [...this.sessions];
    this.sessions.clear();
    for (const session of notified) session.notify(announcement);
    this.counts.notices += notified.length;
  }
}
