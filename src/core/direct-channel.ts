import { openRules } from '../board/types.ts';
import type { Notice } from '../protocol/schemas.ts';
import { PrivateAnnouncement } from './announcement.ts';
import { Channel } from './channel.ts';
import { concerns, isWanted, type Pending } from './excerpts.ts';
import type { Session } from './session.ts';

/**
 * The sessions of the two users of a direct conversation. Each user sees it under the name of the other, so notices are
 * written for each session. Nobody is notified that the other user has come or gone: that would tell it to everybody to
 * whom the user has ever written.
 */
export class DirectChannel extends Channel {
  /** What each user calls the conversation in notices: the old name until the change of it is announced. */
  private readonly names = new Map<number, string>();

  /** Sets what a user calls the conversation. */
  call(user: number, name: string): void {
    this.names.set(user, name);
  }

  /** What a user calls the conversation, if the user has a session in it. */
  nameOf(user: number): string | undefined {
    return this.names.get(user);
  }

  override notePresence(): void {}

  override notifyOnce(notice: Notice, notified: Set<Session>): void {
    for (const session of this.members.keys()) {
      if (notified.has(session)) continue;
      notified.add(session);
      this.send([notice], session);
    }
  }

  /** Announces to the other user that the name of one user is now `name`. */
  rename(user: number, name: string): void {
    this.deliver();
    for (const session of this.members.keys()) {
      const id = userOf(session);
      const was = this.nameFor(session);
      if (id === user || was === name) continue;
      const params = { group: name, groupId: this.group.id, was, description: '', ...openRules };
      this.send([{ method: 'group.changed', params }], session);
    }
    for (const id of this.names.keys()) if (id !== user) this.call(id, name);
  }

  protected override sendAll(pending: readonly Pending[]): void {
    for (const [session, joinedAt] of this.members) {
      const quiet = this.quiet.get(session);
      const others = pending.filter(
        (each) =>
          each.except !== session.id && concerns(each, joinedAt) && isWanted(each, session, quiet),
      );
      if (others.length === 0) continue;
      this.send(
        others.map(({ notice }) => notice),
        session,
      );
    }
  }

  private nameFor(session: Session): string {
    return this.names.get(userOf(session)) ?? this.group.name;
  }

  private send(notices: readonly Notice[], session: Session): void {
    const named = notices.map((notice) => this.named(notice, session));
    this.counts.notices += named.length;
    session.notify(new PrivateAnnouncement(named));
  }

  private named(notice: Notice, session: Session): Notice {
    if (!('group' in notice.params) || notice.method === 'group.changed') return notice;
    return { ...notice, params: { ...notice.params, group: this.nameFor(session) } } as Notice;
  }
}

function userOf({ login }: Session): number {
  return login?.user.id ?? 0;
}
