import type { Group, Membership, Origin } from '../board/types.ts';
import type { ServerCounts } from '../metrics/counts.ts';
import { isDirectName } from '../protocol/direct.ts';
import type { Notice } from '../protocol/schemas.ts';
import { Channel } from './channel.ts';
import { DirectChannel } from './direct-channel.ts';
import type { Reach } from './excerpts.ts';
import type { Session } from './session.ts';

/** The channels of the groups that have a connected member: which sessions are in which groups. */
export class Channels {
  private readonly byGroup = new Map<number, Channel>();
  /** Those with notices of this turn. */
  private readonly dirty = new Set<Channel>();

  constructor(private readonly counts: Pick<ServerCounts, 'notices'>) {}

  /** By the ids of the groups. */
  get all(): ReadonlyMap<number, Channel> {
    return this.byGroup;
  }

  /** Whether notices wait for `deliver`. */
  get isDirty(): boolean {
    return this.dirty.size > 0;
  }

  get(groupId: number): Channel | undefined {
    return this.byGroup.get(groupId);
  }

  /** Adds a session to groups of its user. */
  enterAll(memberships: readonly Membership[], session: Session): void {
    // Without spreading: an array that grows has room for 17 numbers.
    session.groups = session.groups.concat(memberships.map(({ group }) => group.id));
    for (const { group, joinedAt, notify } of memberships) {
      const channel = this.add(group, session, joinedAt);
      if (notify !== 'all') channel.setNotify(session, notify);
    }
  }

  /** Adds a session to a group that its user has joined. */
  enter(group: Group, session: Session, joinedAt: number): void {
    this.add(group, session, joinedAt);
    // A user whose membership a command has ended may join again before the server announces it.
    if (!session.groups.includes(group.id)) session.groups.push(group.id);
  }

  /** Removes a session from a group that its user is not in any more. */
  leave(groupId: number, session: Session): void {
    this.part(groupId, session);
    forget(groupId, session);
  }

  /** Removes a session that has ended from its groups. @returns their ids */
  leaveAll(session: Session): number[] {
    const groups = session.groups.splice(0);
    for (const id of groups) this.part(id, session);
    return groups;
  }

  /** Removes a group. @param sessions those that may be in it */
  remove(groupId: number, sessions: Iterable<Session>): void {
    this.byGroup.delete(groupId);
    for (const session of sessions) forget(groupId, session);
  }

  /** Adds a notice for the members of a group, which `deliver` sends. @param except the session that gets a reply instead */
  enqueue(channel: Channel, except: Origin, notice: Notice, reach?: Reach): void {
    // The old name is used until the new one is announced, though the database may have the new one already.
    const { params } = notice;
    if ('group' in params) params.group = channel.group.name;
    channel.enqueue(notice, except, reach);
    this.dirty.add(channel);
  }

  /** Sends the notices of this turn. */
  deliver(): void {
    for (const channel of this.dirty) channel.deliver();
    this.dirty.clear();
  }

  private add(group: Group, session: Session, joinedAt: number): Channel {
    const channel = this.byGroup.get(group.id) ?? this.newChannel(group);
    channel.add(session, joinedAt);
    if (channel instanceof DirectChannel && session.login) {
      channel.call(session.login.user.id, group.name);
    }
    // Set it again: delivering the pending notices may have closed the only member, and so removed the channel.
    this.byGroup.set(group.id, channel);
    return channel;
  }

  private newChannel(group: Group): Channel {
    const Kind = isDirectName(group.name) ? DirectChannel : Channel;
    return new Kind({ ...group }, this.counts);
  }

  /** Its user may have other sessions there. */
  private part(groupId: number, session: Session): void {
    const channel = this.byGroup.get(groupId);
    channel?.remove(session);
    if (channel?.empty) this.byGroup.delete(groupId);
  }
}

/** Removes what a session knows of a group that its user is not in any more. */
function forget(groupId: number, { groups, muted }: Session): void {
  muted?.leave(groupId);
  const at = groups.indexOf(groupId);
  if (at !== -1) groups.splice(at, 1);
}
