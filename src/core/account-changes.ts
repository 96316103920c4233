import type { EventOf } from '../board/events.ts';
import type { Channels } from './channels.ts';
import type { ConnectedUsers } from './connected-users.ts';

/** What a change of an account does to the sessions of its user. Most have to log in again. */
export class AccountChanges {
  constructor(
    private readonly users: ConnectedUsers,
    private readonly channels: Channels,
  ) {}

  changePassword({ origin, user, passwordHash, opened }: EventOf<'password.changed'>): void {
    for (const session of this.users.sessionsOf(user.id)) {
      if (session.id !== origin) {
        const reason = 'Your password was changed in another session. Log in again.';
        session.closeUnlessOver('EXPELLED', reason);
      } else if (session.login) {
        const proof = { ...session.login.proof, passwordHash, isProtected: true };
        session.login = { ...session.login, proof };
        this.channels.enterAll(opened, session);
      }
    }
  }

  addKey({ origin, user, key, first, opened }: EventOf<'key.added'>): void {
    for (const session of this.users.sessionsOf(user.id)) {
      if (session.id === origin && session.login) {
        const proof = { ...session.login.proof, key, isProtected: true };
        session.login = { ...session.login, proof };
        this.channels.enterAll(opened, session);
      } else if (first) {
        const reason = 'Your name was protected in another session. Log in again.';
        session.closeUnlessOver('EXPELLED', reason);
      }
    }
  }

  /** The session that removed the key is answered before it ends, if it came by the key itself. */
  removeKey({ origin, user, key }: EventOf<'key.removed'>): void {
    const reason = 'The SSH key that you came by was removed. Log in again.';
    for (const session of this.users.sessionsOf(user.id)) {
      if (session.login?.proof.key !== key) continue;
      if (session.id === origin) session.retire('EXPELLED', reason);
      else session.closeUnlessOver('EXPELLED', reason);
    }
  }

  expel({ user, reason }: EventOf<'user.expelled'>): void {
    for (const session of this.users.sessionsOf(user.id)) {
      session.closeUnlessOver('EXPELLED', reason);
    }
  }
}
