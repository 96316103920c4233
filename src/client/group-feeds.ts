import type { Membership, Notice } from '../protocol/schemas.ts';
import { GroupFeed } from './group-feed.ts';

type Joined = Extract<Notice, { method: 'member.joined' }>['params'];

/** The groups that one is in, by their numbers: names may change. */
export class GroupFeeds {
  private feeds = new Map<number, GroupFeed>();

  /** A session begins: what was posted before is not told. */
  begin(memberships: readonly Membership[]): void {
    for (const membership of memberships) this.add(membership, membership.lastNumber);
  }

  get all(): GroupFeed[] {
    return [...this.feeds.values()];
  }

  /**
   * The session goes on after a gap.
   * @returns the groups in which the user has read on meanwhile, elsewhere
   */
  resume(memberships: readonly Membership[]): Membership[] {
    const known = this.feeds;
    this.feeds = new Map();
    const read: Membership[] = [];
    for (const membership of memberships) {
      const before = known.get(membership.id);
      if (before && before.membership.lastRead < membership.lastRead) read.push(membership);
      // Where another connection has joined meanwhile, it has read nothing before the join.
      const feed = before ?? new GroupFeed(membership, membership.lastRead);
      feed.resume(membership);
      this.feeds.set(membership.id, feed);
    }
    return read;
  }

  has(feed: GroupFeed): boolean {
    return this.feeds.get(feed.membership.id) === feed;
  }

  /** A group by its number or its name, in any case. */
  find(group: string | number): GroupFeed | undefined {
    const key = String(group).toLowerCase();
    const all = this.all.map((feed) => ({ feed, ...feed.membership }));
    const found =
      all.find(({ group: name }) => name === group) ??
      all.find(({ id, group: name }) => String(id) === key || name.toLowerCase() === key);
    return found?.feed;
  }

  /** Joined from here. @param told the highest number that the reply has told of */
  joined(id: number, group: string, told: number): void {
    this.add({ id, group, unread: 0, lastRead: told, lastNumber: told }, told);
  }

  /** Joined by another connection of the user. */
  joinedElsewhere({ group, groupId, lastNumber }: Joined): void {
    this.joined(groupId, group, lastNumber);
  }

  left(id: number): void {
    this.feeds.delete(id);
  }

  /** Whether a notice that came live is to be told now. */
  take({ method, params }: Notice): boolean {
    if (method === 'group.removed') this.left(params.groupId);
    if (method === 'group.changed') this.change(params.groupId, { group: params.group });
    if (method === 'marks.changed') this.change(params.groupId, { lastRead: params.lastRead });
    if (method !== 'message.posted') return true;
    return this.feeds.get(params.groupId)?.takeLive(params.message.number) ?? true;
  }

  private add(membership: Membership, told: number): void {
    this.feeds.set(membership.id, new GroupFeed(membership, told));
  }

  private change(id: number, what: Partial<Membership>): void {
    const feed = this.feeds.get(id);
    if (feed) feed.membership = { ...feed.membership, ...what };
  }
}
