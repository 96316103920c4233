import { isDirectName } from '../protocol/direct.ts';
import { onlyLeft } from '../protocol/exhaustive.ts';
import { formatRanges } from '../protocol/marks.ts';
import type { MethodWith } from '../protocol/methods.ts';
import { type Role, roles } from '../protocol/rights.ts';
import type { Answer, Membership, Notice, Result } from '../protocol/schemas.ts';
import { GroupFeed } from './group-feed.ts';

type Shown = Pick<Result<'session.show'>, 'memberships' | 'more'>;

/** The feeds of the groups that the user is a member of, by group number: names may change. */
export class GroupFeeds {
  private feeds = new Map<number, GroupFeed>();
  /** The `change` of all memberships of the last login or resume. */
  private since = 1;
  /** Whether that login or resume has left direct conversations out. */
  private leftOut = false;

  /** Called for the first login: messages posted before it are not announced. */
  begin({ memberships, more = false }: Shown): void {
    this.since = changeOf(memberships);
    this.leftOut = more;
    for (const membership of memberships) this.add(membership, membership.lastNumber);
  }

  get all(): GroupFeed[] {
    return [...this.feeds.values()];
  }

  /**
   * Called when the session goes on after a gap.
   * @returns the groups in which the user's marks have changed in another session since the connection was lost
   */
  resume({ memberships, more = false }: Shown): Membership[] {
    const known = this.feeds;
    this.feeds = new Map();
    this.since = changeOf(memberships);
    this.leftOut = more;
    const read: Membership[] = [];
    for (const membership of memberships) {
      const before = known.get(membership.id);
      if (before && !haveSameMarks(before.membership, membership)) read.push(membership);
      // If another connection of the user has joined since, the read mark is where it joined.
      const feed = before ?? new GroupFeed(membership, membership.lastRead);
      feed.resume(membership);
      this.feeds.set(membership.id, feed);
    }
    for (const [id, feed] of more ? known : []) {
      if (this.feeds.has(id) || !isDirectName(feed.membership.group)) continue;
      feed.resumeUnlisted(this.since);
      this.feeds.set(id, feed);
    }
    return read;
  }

  has(feed: GroupFeed): boolean {
    return this.feeds.get(feed.membership.id) === feed;
  }

  /** A group by its number, or by its name in any case. */
  find(group: string | number): GroupFeed | undefined {
    const key = String(group).toLowerCase();
    const all = this.all.map((feed) => ({ feed, ...feed.membership }));
    const found =
      all.find(({ group: name }) => name === group) ??
      all.find(({ id, group: name }) => String(id) === key || name.toLowerCase() === key);
    return found?.feed;
  }

  /** Called with each answer, before the caller gets it. */
  learn({ method, params, result }: Answer, userId: number): void {
    switch (method) {
      case 'message.post':
        this.beginDirect(result, this.leftOut ? result.number - 1 : 0);
        this.feeds.get(result.groupId)?.posted(result.number);
        break;
      case 'message.edit':
        this.feeds.get(result.groupId)?.changes.made(result.number, result.editedAt);
        break;
      case 'message.delete':
        this.feeds.get(result.groupId)?.changes.made(result.number, undefined);
        break;
      case 'group.join':
        this.joined(result, result.messages.at(-1)?.number ?? 0);
        this.change(result.id, rulesOf(result));
        break;
      case 'group.create': {
        const { groupId: id, group, change, role } = result;
        this.joined({ id, group, change }, 0);
        this.change(id, { ...rulesOf(result), role });
        break;
      }
      case 'group.edit': {
        const { access, posting, replying } = params;
        this.change(result.groupId, {
          group: result.group,
          ...(access && { access }),
          ...(posting && { posting }),
          ...(replying && { replying }),
        });
        break;
      }
      case 'group.setRole':
        this.roleGiven(result.groupId, result.role, result.userId === userId);
        break;
      case 'direct.open':
        if (result.groupId !== 0) this.beginDirect(result);
        break;
      case 'group.leave':
      case 'group.delete':
        this.feeds.delete(result.groupId);
        break;
      case 'message.markRead':
      case 'group.restoreMarks':
        this.marked(this.find(params.group)?.membership.id, result);
        break;
      case 'group.markRead':
        this.marked(result.groupId, { lastRead: result.lastRead, ranges: [] });
        break;
      case 'membership.set':
        this.notified(result);
        break;
      case 'user.block':
      case 'user.unblock':
      case 'thread.mute':
      case 'thread.unmute':
      case 'user.mute':
      case 'user.unmute':
      case 'group.invite':
      case 'invitation.revoke':
      case 'group.remove':
      case 'group.bar':
      case 'group.unbar':
      case 'group.silence':
      case 'group.unsilence':
      case 'thread.close':
      case 'thread.reopen':
      case 'message.pin':
      case 'message.unpin':
      case 'message.report':
      case 'draft.set':
      case 'screen.setKeys':
      case 'report.close':
        break;
      default:
        onlyLeft<MethodWith<'read' | 'session'>>(method);
    }
  }

  /**
   * Called with each notice.
   * @param user the user of this session
   * @returns whether to announce it now. A message that comes while the feed catches up is listed.
   */
  take({ method, params }: Notice, user: { readonly id: number; readonly name: string }): boolean {
    switch (method) {
      case 'message.posted':
        this.beginDirect(params, params.message.number - 1);
        return this.feeds.get(params.groupId)?.takeLive(params.message.number) ?? true;
      case 'message.edited':
        return this.feeds.get(params.groupId)?.takeChange({ method, params }) ?? true;
      case 'message.deleted':
        return this.feeds.get(params.groupId)?.takeChange({ method, params }) ?? true;
      case 'member.joined':
        // Another connection of the user has joined.
        if (params.userId === user.id) {
          const { groupId: id, group, change } = params;
          this.joined({ id, group, change }, params.lastNumber);
        }
        return true;
      case 'direct.opened':
        this.beginDirect(params);
        return true;
      case 'member.left':
        if (params.userId === user.id) this.feeds.delete(params.groupId);
        return true;
      case 'group.removed':
      case 'membership.ended':
        this.feeds.delete(params.groupId);
        return true;
      case 'group.changed': {
        this.change(params.groupId, { group: params.group, ...rulesOf(params) });
        return true;
      }
      case 'marks.changed':
        this.marked(params.groupId, params);
        return true;
      case 'membership.changed':
        this.notified(params);
        return true;
      case 'group.logged': {
        const { act, detail, user: on } = params.line;
        const role = act === 'role' ? roles.find((each) => each === detail) : undefined;
        if (role) this.roleGiven(params.groupId, role, on === user.name);
        return true;
      }
      case 'group.invited':
      case 'message.reported':
      case 'mutes.changed':
      case 'groups.changed':
      case 'member.renamed':
      case 'presence.changed':
      case 'session.closing':
        return true;
      case 'messages.purged':
        // The deletion of the same messages one by one is not announced later.
        if (params.change) this.feeds.get(params.groupId)?.changes.takeLive(params.change);
        return true;
    }
  }

  /** The user has muted a group, or has ended that. What was posted meanwhile is not announced. */
  private notified({ groupId, notify, lastNumber }: Result<'membership.set'>): void {
    const feed = this.feeds.get(groupId);
    if (feed && feed.membership.notify !== 'all') feed.skipTo(lastNumber);
    this.change(groupId, { notify });
  }

  /** Called with the rules and the user's role of a group that was joined in another session. */
  shown(show: Result<'group.show'>): void {
    this.change(show.groupId, { ...rulesOf(show), role: show.role });
  }

  /** A member was given a role. A group has one owner, so who owned it before is a moderator. */
  private roleGiven(group: number, role: Role, isOwn: boolean): void {
    if (isOwn) this.change(group, { role });
    else if (role === 'owner' && this.feeds.get(group)?.membership.role === 'owner') {
      this.change(group, { role: 'moderator' });
    }
  }

  /**
   * A direct conversation that was begun after the login, or that the login has left out.
   * @param announced the number up to which everything counts as announced
   */
  private beginDirect(
    { group, groupId: id }: { group: string; groupId: number },
    announced = 0,
  ): void {
    if (!isDirectName(group) || this.feeds.has(id)) return;
    this.joined({ id, group, change: this.since }, announced);
  }

  /** @param announced the highest number that the join has shown */
  private joined(
    { id, group, change }: Pick<Membership, 'id' | 'group' | 'change'>,
    announced: number,
  ): void {
    const numbers = {
      unread: 0,
      mentions: 0,
      lastRead: announced,
      ranges: [],
      lastNumber: announced,
      notify: 'all' as const,
      access: 'open' as const,
      posting: 'members' as const,
      replying: 'members' as const,
      role: 'member' as const,
    };
    this.add({ id, group, change, ...numbers }, announced);
  }

  private add(membership: Membership, announced: number): void {
    this.feeds.set(membership.id, new GroupFeed(membership, announced));
  }

  private marked(
    id: number | undefined,
    { lastRead, ranges }: Pick<Membership, 'lastRead' | 'ranges'>,
  ) {
    if (id !== undefined) this.change(id, { lastRead, ranges });
  }

  private change(id: number, change: Partial<Membership>): void {
    const feed = this.feeds.get(id);
    if (feed) feed.membership = { ...feed.membership, ...change };
  }
}

function changeOf([first]: readonly Membership[]): number {
  // Every counter of a change is above 1.
  return first?.change ?? 1;
}

function rulesOf({
  access,
  posting,
  replying,
}: Pick<Membership, 'access' | 'posting' | 'replying'>) {
  return { access, posting, replying };
}

function haveSameMarks(a: Membership, b: Membership): boolean {
  return a.lastRead === b.lastRead && formatRanges(a.ranges) === formatRanges(b.ranges);
}
