import { limits } from '../protocol/limits.ts';

/** What a group notes of a user who came or went. All groups of the user share it. */
export interface Presence {
  readonly user: string;
  readonly online: boolean;
  /** The id of the session that came or went. */
  readonly session: number;
}

/** Who has come and gone in one group since the last notice of it. */
export class GroupPresence {
  private noted = new Map<string, Presence>();

  /** If a user does both before the next notice, nothing is announced. */
  note(presence: Presence): void {
    const { user, online } = presence;
    const before = this.noted.get(user);
    if (before && before.online !== online) this.noted.delete(user);
    else this.noted.set(user, presence);
  }

  /** A user has another name, and is announced under that one. */
  rename(was: string, user: string): void {
    const noted = this.noted.get(was);
    if (!noted) return;
    this.noted.delete(was);
    this.noted.set(user, { ...noted, user });
  }

  /** Drops what was noted about a user, because the user has left the group. */
  forget(user: string): void {
    this.noted.delete(user);
  }

  /**
   * What was noted since the last call, for a notice; undefined if that is nothing. `alone` is the id of the session of the
   * only user whom it names.
   */
  take() {
    const { noted } = this;
    if (noted.size === 0) return undefined;
    this.noted = new Map();
    const online = new Names();
    const offline = new Names();
    for (const [name, change] of noted) (change.online ? online : offline).add(name);
    const [only] = noted.values();
    const params = {
      online: online.first,
      offline: offline.first,
      ...(online.more > 0 && { moreOnline: online.more }),
      ...(offline.more > 0 && { moreOffline: offline.more }),
    };
    return { params, alone: noted.size === 1 ? only?.session : undefined };
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
