import type { BoardEvent, EventOf } from '../board/events.ts';
import { nameKey } from '../board/name-key.ts';
import { endOfTime } from '../board/times.ts';
import {
  type Group,
  type OpenedLogin,
  type Origin,
  plainHeader,
  type SessionToken,
  type User,
} from '../board/types.ts';
import { toGroup, toHeader, toLogLine, toMarks, toUser } from '../board/view.ts';
import type { ServerCounts } from '../metrics/counts.ts';
import { deletedUser, directName, isDirectName, userOfDirectName } from '../protocol/direct.ts';
import { MutedNotices } from '../protocol/muted.ts';
import type { Notice } from '../protocol/schemas.ts';
import { AccountChanges } from './account-changes.ts';
import { Channels } from './channels.ts';
import { ConnectedUsers } from './connected-users.ts';
import { ConversationLimit } from './conversation-limit.ts';
import { DirectChannel } from './direct-channel.ts';
import type { Reach } from './excerpts.ts';
import { ListWatchers } from './list-watchers.ts';
import { type ChangedMarks, PendingMarks } from './pending-marks.ts';
import { PresenceNotices } from './presence.ts';
import type { Session } from './session.ts';
import { atEndOfTurn, type EndsTurn } from './turn.ts';

type Removed = Omit<Extract<Notice, { method: 'messages.purged' }>['params'], 'group' | 'groupId'>;
type Actions = { [T in BoardEvent['type']]: (event: EventOf<T>) => void };

/**
 * Knows which sessions are connected and in which groups, and notifies them of events. Events come in
 * the order of their commits. The notices of one turn of the event loop are sent together, after the
 * replies of the same turn.
 */
export class Hub implements EndsTurn {
  private readonly users: ConnectedUsers;
  private readonly channels: Channels;
  private readonly accounts: AccountChanges;
  private readonly marks = new PendingMarks();
  private readonly watchers: ListWatchers;
  private readonly presence: PresenceNotices;

  private readonly actions: Actions = {
    'session.opened': ({ origin, login }) => this.open(origin, login),
    'session.ended': ({ origin }) => this.end(origin),
    'password.changed': (event) => this.accounts.changePassword(event),
    'key.added': (event) => this.accounts.addKey(event),
    'messages.posted': ({ group, origin, sender, number, postedAt, subjects }) => {
      if (!this.channels.get(group.id)?.reaches(origin)) return;
      for (const [at, subject] of subjects.entries()) {
        const times = { number: number + at, postedAt: postedAt + at };
        const message = toHeader(plainHeader(sender, { ...times, subject }));
        const params = { ...toGroup(group), message };
        this.notifyGroup(group, origin, { method: 'message.posted', params });
      }
    },
    'message.posted': ({ group, origin, message, mentioned }) => {
      if (!this.channels.get(group.id)?.reaches(origin)) return;
      const params = { ...toGroup(group), message: toHeader(message) };
      this.notifyGroup(group, origin, { method: 'message.posted', params }, { mentioned });
    },
    'direct.opened': (event) => this.openDirect(event),
    'message.edited': ({ group, origin, message, change, until }) => {
      const params = { ...toGroup(group), message: toHeader(message), change };
      this.notifyGroup(group, origin, { method: 'message.edited', params }, { until });
    },
    'message.deleted': ({ group, origin, number, by, reason, change, until }) => {
      const params = { ...toGroup(group), number, by, ...(reason && { reason }), change };
      this.notifyGroup(group, origin, { method: 'message.deleted', params }, { until });
    },
    'member.joined': (event) => this.join(event),
    'member.left': ({ group, user, origin }) => this.leave(group, user, origin),
    'marks.changed': (event) => {
      this.expectEndOfTurn();
      this.marks.add(event);
    },
    'notify.changed': (event) => this.setNotify(event),
    'mutes.changed': (event) => this.setMuted(event),
    'user.expelled': (event) => this.accounts.expel(event),
    'key.removed': (event) => this.accounts.removeKey(event),
    'user.renamed': ({ user, was, groups }) => this.rename(user, was, groups),
    'group.changed': (event) => this.change(event),
    'group.logged': ({ group, origin, line, until }) => {
      const params = { ...toGroup(group), line: toLogLine(line) };
      this.notifyGroup(group, origin, { method: 'group.logged', params }, { until });
    },
    'membership.ended': (event) => this.endMembership(event),
    'group.invited': ({ user, group, by, description }) => {
      const params = { ...toGroup(this.named(group)), by, description };
      this.users.notify(user, null, { method: 'group.invited', params });
    },
    'message.reported': ({ group, origin, number, user, reason, moderators }) => {
      const params = { ...toGroup(this.named(group)), ...toUser(user), number, reason };
      const notice: Notice = { method: 'message.reported', params };
      for (const id of moderators) this.users.notify({ id }, origin, notice);
    },
    // The server logs it, for the operator.
    'group.ownerLost': () => {},
    'groups.changed': () => this.watchers.notify(),
    'group.removed': (event) => this.removeGroup(event),
    'retention.changed': () => {},
    // `Core` keeps the bans.
    'networkBans.changed': () => {},
    'messages.purged': (event) => this.purge(event),
  };

  constructor(
    counts: Pick<ServerCounts, 'notices'>,
    /** Counts the direct conversations that each network begins. */
    readonly conversations = new ConversationLimit(),
  ) {
    this.users = new ConnectedUsers(counts);
    this.channels = new Channels(counts);
    this.accounts = new AccountChanges(this.users, this.channels);
    this.watchers = new ListWatchers(counts);
    this.presence = new PresenceNotices({
      channels: this.channels.all,
      sessions: () => this.users.all,
    });
  }

  /** How many users have a session. */
  get online(): number {
    return this.users.online;
  }

  /** The sessions that have not ended, logged in or not, the oldest first. */
  get connected(): Iterable<Session> {
    return this.users.all;
  }

  isOnline(userId: number): boolean {
    return this.users.isOnline(userId);
  }

  /** The tokens of all connected sessions that were given one, by their ids. */
  tokens(): Map<string, { user: number; token: SessionToken }> {
    return this.users.tokens();
  }

  /**
   * The name of a group in notices and replies: the old one until the change of it is announced.
   * @param group as it was found for the session that gets the reply: each user of a direct conversation has another name
   * for it
   */
  nameOf({ id, name }: Group): string {
    if (isDirectName(name)) return name;
    return this.channels.get(id)?.group.name ?? name;
  }

  /** A group under that name, for replies: they use the same name as the notices around them. */
  named(group: Group): Group {
    return { id: group.id, name: this.nameOf(group) };
  }

  /** A new session, which has no user yet. */
  add(session: Session): void {
    this.users.add(session);
  }

  /** A session that has ended. */
  remove(session: Session): void {
    this.users.remove(session);
    this.watchers.remove(session);
    const { login } = session;
    if (!login) return;
    const groups = this.channels.leaveAll(session);
    if (!this.isOnline(login.user.id)) this.notePresence(session, login.user, groups, false);
  }

  /** The session is notified, once, when the list of groups changes. */
  watchGroups(session: Session): void {
    this.watchers.add(session);
  }

  /** Notifies the sessions that a committed event concerns. */
  publish(event: BoardEvent): void {
    const act = this.actions[event.type] as (event: BoardEvent) => void;
    act(event);
  }

  close(): void {
    this.presence.close();
  }

  /**
   * Logs a session in. The new session replaces a stale one with the same token. An unprotected name
   * has one session at a time: a second one is not logged in.
   */
  private open(origin: Origin, opened: OpenedLogin): void {
    const { memberships, user, since, proof, token, mutes } = opened;
    const session = this.users.find(origin);
    if (!session || session.hasEnded) return;
    const others = this.users.sessionsOf(user.id);
    const stale = others.find((other) => other.login?.token.id === token.id);
    // A session that is over holds no name, though it may not be removed yet.
    const isTaken = others.some(({ hasEnded }) => !hasEnded);
    if (isTaken && !stale && !proof.isProtected) return;
    session.enter({ user, since, proof, token });
    if (mutes && session.encoding.leavesOutMuted) session.muted = new MutedNotices(mutes);
    this.users.enter(session, user);
    session.groups = [];
    this.channels.enterAll(memberships, session);
    if (stale) this.replace(stale);
    this.presence.enter(session);
    if (others.length > 0) return;
    this.notePresence(session, user, session.groups, true);
  }

  /** Ends a stale session: another connection has taken it over. */
  private replace(stale: Session): void {
    this.remove(stale);
    stale.login = undefined;
    stale.closeUnlessOver('TAKEN_OVER', 'Another connection has taken this session over.');
  }

  /** A session that was logged out. Its connection still gets the reply. */
  private end(origin: Origin): void {
    const session = this.users.find(origin);
    if (!session) return;
    session.loggedOut = true;
    this.remove(session);
  }

  private rename(user: User, was: string, groups: readonly Group[]): void {
    for (const session of this.users.sessionsOf(user.id)) {
      if (session.login) session.login = { ...session.login, user };
    }
    const channels = groups.flatMap(({ id }) => this.channels.get(id) ?? []);
    // Pending notices first: they happened before the renaming.
    for (const channel of channels) channel.deliver();
    const notified = new Set<Session>();
    for (const channel of channels) {
      const params = { ...toGroup(channel.group), ...toUser(user), was };
      channel.notifyOnce({ method: 'member.renamed', params }, notified);
    }
    for (const channel of channels) {
      channel.renamePresence(was, user.name);
      if (channel instanceof DirectChannel) channel.rename(user.id, directName(user.name));
    }
  }

  /** Whether the user of a session has a direct conversation with a user of that name. */
  hasConversation({ groups, login }: Session, userName: string): boolean {
    const key = nameKey(userName);
    return groups.some((id) => {
      const channel = this.channels.get(id);
      if (!(channel instanceof DirectChannel) || !login) return false;
      const name = channel.nameOf(login.user.id);
      return name !== undefined && nameKey(userOfDirectName(name)) === key;
    });
  }

  private openDirect({ group: { id }, user, other, origin, at }: EventOf<'direct.opened'>): void {
    this.conversations.opened(origin, user.id);
    const group = { id, name: directName(other.name) };
    const params = { ...toGroup(group), ...toUser(other) };
    for (const session of this.users.sessionsOf(user.id)) this.channels.enter(group, session, at);
    this.users.notify(user, origin, { method: 'direct.opened', params });
  }

  private join({ group, user, origin, lastNumber, at }: EventOf<'member.joined'>): void {
    for (const session of this.users.sessionsOf(user.id)) this.channels.enter(group, session, at);
    const params = { ...toGroup(group), ...toUser(user), lastNumber, change: at };
    this.notifyGroup(group, origin, { method: 'member.joined', params });
  }

  /** Sends what a user has read to the user's sessions, but not to a session that alone has changed it. */
  private sendMarks({ group, user, marks, only }: ChangedMarks): void {
    const params = { ...toGroup(this.named(group)), ...toMarks(marks) };
    this.users.notify(user, only, { method: 'marks.changed', params });
  }

  private setNotify(event: EventOf<'notify.changed'>): void {
    const { group, user, origin, notify, lastNumber } = event;
    const channel = this.channels.get(group.id);
    for (const session of this.users.sessionsOf(user.id)) channel?.setNotify(session, notify);
    const params = { ...toGroup(this.named(group)), notify, lastNumber };
    this.users.notify(user, origin, { method: 'membership.changed', params });
  }

  /** Notices of earlier messages are pending, so they are delivered before. */
  private setMuted({ user, origin, change }: EventOf<'mutes.changed'>): void {
    for (const session of this.users.sessionsOf(user.id)) {
      if (!session.encoding.leavesOutMuted) continue;
      for (const id of session.groups) this.channels.get(id)?.deliver();
      session.muted ??= new MutedNotices();
      session.muted.apply(change);
    }
    this.users.notify(user, origin, { method: 'mutes.changed', params: {} });
  }

  private leave(group: Group, user: User, origin: Origin): void {
    const params = { ...toGroup(group), ...toUser(user) };
    this.notifyGroup(group, origin, { method: 'member.left', params });
    const channel = this.channels.get(group.id);
    channel?.forgetPresence(user.name);
    if (channel instanceof DirectChannel) channel.rename(user.id, directName(deletedUser));
    this.takeOut(group, user);
  }

  /** Notifies the user once, on every session; the other members get a line of the group's log. */
  private endMembership({ group, user, origin, ...ended }: EventOf<'membership.ended'>): void {
    const channel = this.channels.get(group.id);
    channel?.deliver();
    channel?.forgetPresence(user.name);
    const { act, by, reason } = ended;
    const params = { ...toGroup(this.named(group)), act, by, ...(reason && { reason }) };
    this.users.notify(user, origin, { method: 'membership.ended', params });
    this.takeOut(group, user);
  }

  /** Takes all sessions of a user out of a group. */
  private takeOut(group: Group, user: User): void {
    for (const session of this.users.sessionsOf(user.id)) this.channels.leave(group.id, session);
  }

  private change({ group, was, by, changed, ...event }: EventOf<'group.changed'>): void {
    const channel = this.channels.get(group.id);
    if (!channel) return;
    channel.group.name = group.name;
    const { description, rules } = event;
    const how = { ...(by !== undefined && { by }), ...(changed && { changed: [...changed] }) };
    const params = { ...toGroup(group), was, description, ...rules, ...how };
    const { origin = null } = event;
    // A session that is sent the group as it was before its own edit is sent that edit as well.
    const except = channel.hasFromOthers('group.changed', origin) ? null : origin;
    this.notifyGroup(group, except, { method: 'group.changed', params });
  }

  /** A member is not notified of removed messages that the member could not see. */
  private purge({ group, count, first, last, ...event }: EventOf<'messages.purged'>): void {
    const { change, firstUntil = endOfTime, until = endOfTime } = event;
    const some = { last, ...(change && { change }) };
    const notify = (removed: Removed, reach: Reach) => {
      const params = { ...toGroup(group), ...removed };
      this.notifyGroup(group, null, { method: 'messages.purged', params }, reach);
    };
    notify({ count, first, ...some }, { until: firstUntil });
    if (firstUntil < until) notify(some, { from: firstUntil, until });
  }

  private removeGroup({ group, by, origin = null }: EventOf<'group.removed'>): void {
    const channel = this.channels.get(group.id);
    if (!channel) return;
    const params = { ...toGroup(group), ...(by !== undefined && { by }) };
    channel.enqueue({ method: 'group.removed', params }, origin);
    channel.deliver();
    this.channels.remove(group.id, this.users.all);
  }

  private notifyGroup(group: Group, except: Origin, notice: Notice, reach?: Reach): void {
    const channel = this.channels.get(group.id);
    if (!channel) return;
    this.expectEndOfTurn();
    this.channels.enqueue(channel, except, notice, reach);
  }

  private expectEndOfTurn(): void {
    if (!this.channels.isDirty && this.marks.empty) atEndOfTurn(this);
  }

  /** Sends the notices of the turn. A read mark comes after the messages that it may count as read. */
  endTurn(): void {
    this.channels.deliver();
    for (const changed of this.marks.take()) this.sendMarks(changed);
  }

  private notePresence(
    { id: session }: Session,
    { name }: User,
    groups: readonly number[],
    online: boolean,
  ): void {
    const presence = { user: name, online, session };
    for (const id of groups) this.channels.get(id)?.notePresence(presence);
    this.presence.expect();
  }
}
