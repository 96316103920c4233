import type { Actor, NewMessage, Page, Repository } from '../../../board/ports/repository.ts';
import type {
  Group,
  GroupRef,
  GroupSummary,
  Header,
  Message,
  OutsideEvent,
  User,
} from '../../../board/types.ts';
import { boardError } from '../../../protocol/errors.ts';
import { limits } from '../../../protocol/limits.ts';
import { PostRun } from './post-run.ts';
import { requireStanding } from './standing.ts';
import { cutPage, fillPage, type Store } from './store.ts';

/** A group as an operation finds it; `joinedAt` is null for one who is no member. */
interface Access extends Group {
  readonly lastNumber: number;
  readonly joinedAt: number | null;
}

const firstMembers = { after: 0, limit: limits.membersDefault };
const allGroups = { after: 0, limit: Number.MAX_SAFE_INTEGER };
const everything = { before: Number.MAX_SAFE_INTEGER, after: 0, since: 0 };

/** Groups and messages in SQLite. Writes go through the commit queue; reads run at once. */
export class SqliteRepository implements Repository {
  private readonly posts: PostRun;

  constructor(private readonly store: Store) {
    this.posts = new PostRun(store.statements, (actor, ref) => this.membership(actor, ref));
  }

  groups(actor: Actor, page = allGroups): Promise<GroupSummary[]> {
    return this.store.read(() => {
      requireStanding(this.store.statements.standing.get({ user: actor.user.id }), actor);
      const rows = this.store.statements.groupsFor.all({ user: actor.user.id, ...page });
      return rows.map(({ joinedAt, lastRead, lastNumber, ...group }) => ({
        ...group,
        joined: joinedAt !== null,
        lastRead: lastRead ?? 0,
        lastNumber: joinedAt === null ? 0 : lastNumber,
      }));
    });
  }

  unread(user: User, group: Group, until: number): Promise<number> {
    return this.store.read(() => {
      const ids = { user: user.id, group: group.id };
      return this.store.statements.unreadOf.get({ ...ids, until })?.unread ?? 0;
    });
  }

  join(actor: Actor, ref: GroupRef) {
    return this.store.queue.run((emit) => {
      const { id, name, lastNumber, joinedAt } = this.access(actor, ref);
      if (joinedAt !== null) throw boardError('ALREADY_MEMBER', name);
      const { addMembership, memberJoined } = this.store.statements;
      const at = this.store.clock.tick();
      addMembership.run({ group: id, user: actor.user.id, at, number: lastNumber });
      memberJoined.run({ group: id });
      const group = { id, name };
      const { user, origin } = actor;
      emit({ type: 'member.joined', origin, group, user, lastNumber });
      const { messages } = this.page(group, at, { limit: 2 });
      return {
        group,
        ...this.memberPage(group, firstMembers),
        messages,
      };
    }, actor);
  }

  leave(actor: Actor, ref: GroupRef) {
    return this.store.queue.run((emit) => {
      const { group } = this.membership(actor, ref);
      this.store.statements.removeMembership.run({ group: group.id, user: actor.user.id });
      this.store.statements.memberLeft.run({ group: group.id });
      emit({ type: 'member.left', origin: actor.origin, group, user: actor.user });
      return { group };
    }, actor);
  }

  members(actor: Actor, ref: GroupRef, page = firstMembers) {
    return this.store.read(() => {
      const { group } = this.membership(actor, ref);
      return { group, ...this.memberPage(group, page) };
    });
  }

  post(actor: Actor, ref: GroupRef, { subject, content, key }: NewMessage) {
    const bytes = Buffer.byteLength(content) + Buffer.byteLength(subject);
    return this.store.queue.run(
      (emit) => {
        const tally = this.posts.tallyFor(actor, ref);
        const { group } = tally;
        const posted = key === undefined ? undefined : this.postedBefore(actor, group, key);
        if (posted) return { group, message: posted };
        const at = this.store.clock.tick();
        const number = tally.next();
        this.store.statements.addMessage.run({
          group: group.id,
          number,
          user: actor.user.id,
          at,
          subject,
          content,
          key: key ?? null,
        });
        const { id: senderId, name: sender } = actor.user;
        const message: Header = { number, senderId, sender, postedAt: at, subject };
        emit({ type: 'message.posted', origin: actor.origin, group, message });
        return { group, message };
      },
      { payer: actor.payer, run: this.posts, bytes },
    );
  }

  message(
    actor: Actor,
    ref: GroupRef,
    number: number,
  ): Promise<{ group: Group; message: Message }> {
    return this.store.read(() => {
      const { group, joined } = this.membership(actor, ref);
      const message = this.store.statements.visible.one.get({ group: group.id, joined, number });
      if (!message) throw boardError('MESSAGE_NOT_FOUND', group.name, number);
      return { group, message };
    });
  }

  messages(actor: Actor, ref: GroupRef, page: Page) {
    return this.store.read(() => {
      const { group, joined } = this.membership(actor, ref);
      return { group, ...this.page(group, joined, page) };
    });
  }

  markRead(actor: Actor, ref: GroupRef, number: number): Promise<void> {
    return this.store.queue.run((emit) => {
      const { group, lastNumber } = this.membership(actor, ref);
      const { user, origin } = actor;
      const lastRead = Math.min(number, lastNumber);
      const mark = { group: group.id, user: user.id, number: lastRead };
      const { changes } = this.store.statements.markRead.run(mark);
      if (changes > 0) emit({ type: 'marks.changed', origin, group, user, lastRead });
    }, actor);
  }

  async announceOutsideChanges(): Promise<void> {
    if (this.store.statements.outsideChanges.all().length === 0) return;
    await this.store.queue.run((emit) => {
      const rows = this.store.statements.outsideChanges.all();
      for (const row of rows) emit(JSON.parse(row.event) as OutsideEvent);
      this.store.statements.forgetOutsideChanges.run({ id: rows.at(-1)?.id ?? 0 });
    });
  }

  private access(actor: Actor, ref: GroupRef): Access {
    const user = actor.user.id;
    const found =
      'id' in ref
        ? this.store.statements.accessById.get({ group: ref.id, user })
        : this.store.statements.accessByKey.get({ key: ref.key, user });
    if (!found) throw boardError('GROUP_NOT_FOUND', 'id' in ref ? String(ref.id) : ref.name);
    requireStanding(found, actor);
    return found;
  }

  private membership(actor: Actor, ref: GroupRef) {
    const { id, name, lastNumber, joinedAt } = this.access(actor, ref);
    if (joinedAt === null) throw boardError('NOT_MEMBER', name);
    return { group: { id, name }, joined: joinedAt, lastNumber };
  }

  /** Members in the order of their numbers, so that a page costs no more than it holds; in it, by name. */
  private memberPage({ id: group }: Group, { after, limit }: { after: number; limit: number }) {
    const { membersOf, memberCount } = this.store.statements;
    const found = membersOf.all({ group, after, limit: limit + 1 });
    const members = found.slice(0, limit);
    const next = found.length > limit ? members.at(-1)?.id : undefined;
    members.sort((a, b) => (a.key < b.key ? -1 : 1));
    const total = memberCount.get({ group })?.members ?? members.length;
    return { members: members.map(({ id, name }) => ({ id, name })), total, next };
  }

  /** One message more is asked for than the page holds, to know whether there are more. */
  private page(group: Group, joined: number, { contentBytes, limit, ...bounds }: Page) {
    const { newest, oldest, newestWhole, oldestWhole } = this.store.statements.visible;
    const newestFirst = bounds.after === undefined && bounds.since === undefined;
    const given = Object.entries(bounds).filter(([, bound]) => bound !== undefined);
    const values = {
      group: group.id,
      joined,
      ...everything,
      ...Object.fromEntries(given),
      limit: limit + 1,
    };
    if (contentBytes === undefined) {
      return cutPage((newestFirst ? newest : oldest).all(values), limit, newestFirst);
    }
    const found = (newestFirst ? newestWhole : oldestWhole).each(values);
    return fillPage(found, { limit, bytes: contentBytes }, newestFirst);
  }

  private postedBefore(actor: Actor, group: Group, key: string): Header | undefined {
    const found = this.store.statements.messageByKey.get({ user: actor.user.id, key });
    if (!found) return undefined;
    const { number, postedAt, subject } = found;
    if (found.groupId !== group.id) throw boardError('KEY_REUSED', number, found.group);
    const { id: senderId, name: sender } = actor.user;
    return { number, senderId, sender, postedAt, subject };
  }
}
