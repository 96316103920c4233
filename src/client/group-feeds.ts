import type { Membership, Notice } from '../protocol/schemas.ts';
import { GroupFeed } from './group-feed.ts';

type Joined = Extract<Notice, { method: 'member.joined' }>['params'];

/**
 * The groups that one is in, by the names under which their notices come. A group is known again by
 * its id: it may have been renamed while nobody listened, or made anew under the same name.
 */
export class GroupFeeds {
  private feeds = new Map<string, GroupFeed>();

  /** A session begins: what was posted before is not told. */
  begin(memberships: readonly Membership[]): void {
    for (const membership of memberships) this.add(membership, membership.lastNumber);
  }

  get all(): GroupFeed[] {
    return [...this.feeds.values()];
  }

  /** The session goes on, after a gap. */
  resume(memberships: readonly Membership[]): void {
    const known = this.all;
    this.feeds = new Map();
    for (const membership of memberships) {
      // Where another connection has joined meanwhile, it has read nothing before the join.
      const feed =
        known.find((before) => before.membership.id === membership.id) ??
        new GroupFeed(membership, membership.lastRead);
      feed.resume(membership);
      this.feeds.set(membership.group, feed);
    }
  }

  has(feed: GroupFeed): boolean {
    return this.feeds.get(feed.membership.group) === feed;
  }

  /** A group by its number or its name, in any case. */
  find(group: string | number): GroupFeed | undefined {
    const exact = this.feeds.get(String(group));
    if (exact) return exact;
    const key = String(group).toLowerCase();
    return this.all.find(
      ({ membership }) => String(membership.id) === key || membership.group.toLowerCase() === key,
    );
  }

  /** Joined from here. @param told the highest number that the reply has told of */
  joined(id: number, group: string, told: number): void {
    this.add({ id, group, unread: 0, lastRead: told, lastNumber: told }, told);
  }

  /** Joined by another connection of the user. */
  joinedElsewhere({ group, id, lastNumber }: Joined): void {
    if (id !== undefined && lastNumber !== undefined) this.joined(id, group, lastNumber);
  }

  left(group: string): void {
    this.feeds.delete(group);
  }

  /** Whether a notice that came live is to be told now. */
  take({ method, params }: Notice): boolean {
    if (method === 'group.removed') this.left(params.group);
    if (method === 'group.changed') this.rename(params.was, params.group);
    if (method !== 'message.posted') return true;
    return this.feeds.get(params.group)?.takeLive(params.message.number) ?? true;
  }

  private add(membership: Membership, told: number): void {
    this.feeds.set(membership.group, new GroupFeed(membership, told));
  }

  private rename(was: string, group: string): void {
    const feed = this.feeds.get(was);
    if (!feed || was === group) return;
    feed.membership = { ...feed.membership, group };
    this.feeds.delete(was);
    this.feeds.set(group, feed);
  }
}
