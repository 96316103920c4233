import type { BoardEvent, Group, OpenedLogin, Origin, User } from '../board/types.ts';
import { toGroup, toHeader, toUser } from '../board/view.ts';
import type { ServerCounts } from '../metrics/counts.ts';
import { formatNotice } from '../protocol/jsonrpc/messages.ts';
import type { Notice } from '../protocol/schemas.ts';
import { Channel } from './channel.ts';
import type { Session } from './session.ts';
import { atEndOfTurn, type EndsTurn } from './turn.ts';

const presenceInterval = 1000;

type EventOf<T extends BoardEvent['type']> = Extract<BoardEvent, { type: T }>;
type Actions = { [T in BoardEvent['type']]: (event: EventOf<T>) => void };

/**
 * Knows who is connected and in which groups, and tells them what happens there. Events come in
 * the order of their commits; the notices of one turn of the event loop go out together, behind
 * the replies that the same turn has brought.
 */
export class Hub implements EndsTurn {
  private readonly sessions = new Map<number, Session>();
  private readonly byUser = new Map<number, readonly Session[]>();
  private readonly channels = new Map<number, Channel>();
  private readonly dirty = new Set<Channel>();
  private marks: EventOf<'marks.changed'>[] = [];
  private presenceTimer: NodeJS.Timeout | undefined;

  private readonly actions: Actions = {
    'session.opened': ({ origin, login }) => this.open(origin, login),
    'session.ended': ({ origin }) => this.end(origin),
    'password.changed': (event) => this.changePassword(event),
    'message.posted': ({ group, origin, message }) => {
      if (!this.channels.get(group.id)?.reaches(origin)) return;
      const params = { ...toGroup(group), message: toHeader(message) };
      this.tell(group, origin, { method: 'message.posted', params });
    },
    'member.joined': (event) => this.join(event),
    'member.left': ({ group, user, origin }) => this.leave(group, user, origin),
    'marks.changed': (event) => {
      this.expectEndOfTurn();
      this.marks.push(event);
    },
    'user.expelled': ({ user, reason }) => this.expel(user, reason),
    'user.renamed': ({ user, was, groups }) => this.rename(user, was, groups),
    'group.changed': ({ group, was, description }) => this.change(group, was, description),
    'group.removed': ({ group }) => this.removeGroup(group),
    'retention.changed': () => {},
    // The door keeps the bans: see App.
    'networkBans.changed': () => {},
    'messages.purged': ({ group, count, first, last }) => {
      const params = { ...toGroup(group), count, first, last };
      this.tell(group, null, { method: 'messages.purged', params });
    },
  };

  constructor(private readonly counts: Pick<ServerCounts, 'notices'>) {}

  /** How many users are connected. */
  get online(): number {
    return this.byUser.size;
  }

  /** The sessions that have not ended, logged in or not, in the order in which they came. */
  get connected(): Iterable<Session> {
    return this.sessions.values();
  }

  isOnline(userId: number): boolean {
    return this.byUser.has(userId);
  }

  /** The hashes of the tokens of all sessions that are connected. */
  tokens(): Set<string> {
    return new Set([...this.sessions.values()].flatMap(({ login }) => login?.tokenHash ?? []));
  }

  /** The name under which a group's notices come: the one from before, until its change is told. */
  nameOf({ id, name }: Group): string {
    return this.channels.get(id)?.group.name ?? name;
  }

  /** A group under that name: what a member is answered calls it the same as what they are told. */
  named(group: Group): Group {
    return { id: group.id, name: this.nameOf(group) };
  }

  /** A new connection, which has no user yet. */
  add(session: Session): void {
    this.sessions.set(session.id, session);
  }

  /** A connection that has ended. */
  remove(session: Session): void {
    this.sessions.delete(session.id);
    const { login } = session;
    if (!login) return;
    const others = this.sessionsOf(login.user.id).filter((other) => other !== session);
    if (others.length > 0) this.byUser.set(login.user.id, others);
    else this.byUser.delete(login.user.id);
    for (const id of session.groups.splice(0)) this.part(id, session, login.user);
  }

  /** Tells of an event that is committed. */
  publish(event: BoardEvent): void {
    const act = this.actions[event.type] as (event: BoardEvent) => void;
    act(event);
  }

  close(): void {
    clearTimeout(this.presenceTimer);
  }

  /**
   * Lets a session in. One that holds the same token is stale, and taken over. An unprotected name
   * is held by one connection at a time: who comes second is not let in.
   */
  private open(origin: Origin, opened: OpenedLogin): void {
    const { memberships, user, since, passwordHash, tokenHash } = opened;
    const session = origin === null ? undefined : this.sessions.get(origin);
    if (!session) return;
    const others = this.sessionsOf(user.id);
    const stale = others.find((other) => other.login?.tokenHash === tokenHash);
    if (others.length > 0 && !stale && passwordHash === null) return;
    session.enter({ user, since, passwordHash, tokenHash }, stale?.since ?? since);
    this.byUser.set(user.id, [...others, session]);
    session.groups = memberships.map(({ group }) => group.id);
    for (const { group } of memberships) this.enter(group, session);
    if (stale) this.replace(stale);
    if (others.length > 0) return;
    for (const { group } of memberships) this.notePresence(group.id, session, user, true);
  }

  /** What the stale session was told may not have arrived: nothing of it counts as seen. */
  private replace(stale: Session): void {
    this.remove(stale);
    stale.login = undefined;
    stale.close('TAKEN_OVER', 'Another connection has taken this session over.');
  }

  /** A session that was logged out; its connection is still to be answered. */
  private end(origin: Origin): void {
    const session = origin === null ? undefined : this.sessions.get(origin);
    if (!session) return;
    session.loggedOut = true;
    this.remove(session);
  }

  private changePassword({ origin, user, passwordHash }: EventOf<'password.changed'>): void {
    for (const session of this.sessionsOf(user.id)) {
      if (session.id !== origin) {
        session.close('EXPELLED', 'Your password was changed in another session. Log in again.');
      } else if (session.login) {
        session.login = { ...session.login, passwordHash };
      }
    }
  }

  private sessionsOf(userId: number): readonly Session[] {
    return this.byUser.get(userId) ?? [];
  }

  private expel(user: User, reason: string): void {
    for (const session of this.sessionsOf(user.id)) session.close('EXPELLED', reason);
  }

  private rename(user: User, was: string, groups: readonly Group[]): void {
    for (const session of this.sessionsOf(user.id)) {
      if (session.login) session.login = { ...session.login, user };
    }
    const channels = groups.flatMap(({ id }) => this.channels.get(id) ?? []);
    // What came before the renaming is told before it.
    for (const channel of channels) channel.deliver();
    const told = new Set<Session>();
    for (const channel of channels) {
      const params = { ...toGroup(channel.group), ...toUser(user), was };
      channel.tellOnce({ method: 'member.renamed', params }, told);
    }
  }

  private join({ group, user, origin, lastNumber }: EventOf<'member.joined'>): void {
    for (const session of this.sessionsOf(user.id)) {
      this.enter(group, session);
      session.groups.push(group.id);
    }
    const params = { ...toGroup(group), ...toUser(user), lastNumber };
    this.tell(group, origin, { method: 'member.joined', params });
  }

  /** What a user reads in one session is read in the others. Only programs keep count of it. */
  private tellMarks({ group, user, origin, lastRead }: EventOf<'marks.changed'>): void {
    const params = { group: this.nameOf(group), groupId: group.id, lastRead };
    for (const session of this.sessionsOf(user.id)) {
      if (session.id === origin || session.encoding !== 'json') continue;
      session.send(formatNotice({ method: 'marks.changed', params }));
      this.counts.notices++;
    }
  }

  private leave(group: Group, user: User, origin: Origin): void {
    const params = { ...toGroup(group), ...toUser(user) };
    this.tell(group, origin, { method: 'member.left', params });
    const channel = this.channels.get(group.id);
    channel?.forgetPresence(user.name);
    for (const session of this.sessionsOf(user.id)) {
      channel?.remove(session);
      forget(group.id, session);
    }
    this.dropIfEmpty(group.id);
  }

  private change(group: Group, was: string, description: string): void {
    const channel = this.channels.get(group.id);
    if (channel) channel.group.name = group.name;
    const params = { ...toGroup(group), was, description };
    this.tell(group, null, { method: 'group.changed', params });
  }

  private removeGroup(group: Group): void {
    const channel = this.channels.get(group.id);
    if (!channel) return;
    channel.tell({ method: 'group.removed', params: toGroup(group) }, null);
    channel.deliver();
    this.channels.delete(group.id);
    for (const session of this.sessions.values()) forget(group.id, session);
  }

  private enter(group: Group, session: Session): void {
    const channel = this.channels.get(group.id) ?? new Channel({ ...group }, this.counts);
    channel.add(session);
    // Again, since what was still to be told may have been too much for the only member.
    this.channels.set(group.id, channel);
  }

  /** A session that has ended is gone from the group's channel; its user may be there still. */
  private part(groupId: number, session: Session, user: User): void {
    this.channels.get(groupId)?.remove(session);
    this.dropIfEmpty(groupId);
    if (!this.isOnline(user.id)) this.notePresence(groupId, session, user, false);
  }

  private dropIfEmpty(groupId: number): void {
    if (this.channels.get(groupId)?.empty) this.channels.delete(groupId);
  }

  private tell(group: Group, except: Origin, notice: Notice): void {
    const channel = this.channels.get(group.id);
    if (!channel) return;
    // The name from before is used up to the notice of the new one, though rows may have it already.
    const { params } = notice;
    if ('group' in params) params.group = channel.group.name;
    channel.tell(notice, except);
    this.expectEndOfTurn();
    this.dirty.add(channel);
  }

  private expectEndOfTurn(): void {
    if (this.dirty.size === 0 && this.marks.length === 0) atEndOfTurn(this);
  }

  /** Sends what the turn has brought. A read mark comes after the messages that it may count as read. */
  endTurn(): void {
    for (const channel of this.dirty) channel.deliver();
    this.dirty.clear();
    const { marks } = this;
    this.marks = [];
    for (const event of marks) this.tellMarks(event);
  }

  /** Coming and going is gathered, so that a storm of reconnects stays a handful of lines. */
  private notePresence(groupId: number, session: Session, user: User, online: boolean): void {
    const channel = this.channels.get(groupId);
    if (!channel) return;
    channel.notePresence(user.name, online, session.id);
    this.presenceTimer ??= setTimeout(() => this.tellPresence(), presenceInterval);
  }

  private tellPresence(): void {
    this.presenceTimer = undefined;
    for (const channel of this.channels.values()) {
      channel.tellPresence();
      channel.deliver();
    }
  }
}

function forget(groupId: number, { groups }: Session): void {
  const at = groups.indexOf(groupId);
  if (at !== -1) groups.splice(at, 1);
}
