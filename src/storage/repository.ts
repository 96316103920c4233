import type { Name } from '../board/names.ts';
import type { Actor, NewMessage, Page, Repository } from '../board/repository.ts';
import type {
  BoardEvent,
  Group,
  GroupRef,
  GroupSummary,
  Header,
  Login,
  Message,
  Origin,
  OutsideEvent,
  User,
} from '../board/types.ts';
import { boardError } from '../protocol/errors.ts';
import { Clock } from './clock.ts';
import { CommitQueue } from './commit-queue.ts';
import { type Client, orm } from './connection.ts';
import { asBoardError } from './failure.ts';
import { lastTime } from './last-time.ts';
import { prepareStatements, type Statements } from './statements.ts';

export interface RepositoryOptions {
  /** Called for each event, after its commit and before the promise of what caused it is settled. */
  publish: (event: BoardEvent) => void;
  /** Told of what `publish` throws, which is a bug. */
  failed?: (error: unknown) => void;
  /** The wall clock, in milliseconds. */
  now?: () => number;
  /** How long writes wait for another process's lock, in milliseconds. */
  lockPatience?: number;
}

/** A group as an operation finds it; `joinedAt` is null for one who is no member. */
interface Access extends Group {
  readonly lastNumber: number;
  readonly joinedAt: number | null;
}

const everything = { before: Number.MAX_SAFE_INTEGER, after: 0 };

/** The board in SQLite. Writes go through the commit queue; reads run at once. */
export class SqliteRepository implements Repository {
  private readonly statements: Statements;
  private readonly queue: CommitQueue;
  private readonly clock: Clock;

  /** @param client a connection to a database of the current schema; closed with the repository */
  constructor(
    private readonly client: Client,
    { now, ...options }: RepositoryOptions,
  ) {
    const database = orm(client);
    this.statements = prepareStatements(database);
    this.clock = new Clock(lastTime(database), now);
    this.queue = new CommitQueue(client, options);
  }

  login(name: Name, origin: Origin): Promise<Login> {
    return this.queue.run((emit) => {
      const { userByKey, addUser, seen, membershipsOf } = this.statements;
      const at = this.clock.tick();
      const known = userByKey.get({ key: name.key });
      const user = known ?? addUser.get({ ...name, at });
      if (known) seen.run({ user: user.id, at });
      const rows = membershipsOf.all({ user: user.id, until: at });
      const memberships = rows.map(({ id, name, ...rest }) => ({ group: { id, name }, ...rest }));
      const login = { user, since: at, memberships };
      emit({ type: 'session.opened', origin, login });
      return login;
    });
  }

  logout(actor: Actor): Promise<void> {
    // What was posted by now has been told; what waits for the same commit gets a later time.
    const until = this.clock.tick();
    return this.queue.run(() => {
      this.statements.catchUp.run({ user: actor.user.id, since: actor.since, until });
      this.statements.seen.run({ user: actor.user.id, at: until });
    });
  }

  groups(actor: Actor): Promise<GroupSummary[]> {
    return this.read(() => {
      const rows = this.statements.groupsFor.all({ user: actor.user.id, until: actor.since });
      return rows.map(({ joinedAt, ...group }) => ({ ...group, joined: joinedAt !== null }));
    });
  }

  join(actor: Actor, ref: GroupRef) {
    return this.queue.run((emit) => {
      const { id, name, lastNumber, joinedAt } = this.access(actor, ref);
      if (joinedAt !== null) throw boardError('ALREADY_MEMBER', name);
      const { addMembership, memberJoined, membersOf } = this.statements;
      const at = this.clock.tick();
      addMembership.run({ group: id, user: actor.user.id, at, number: lastNumber });
      memberJoined.run({ group: id });
      const group = { id, name };
      emit({ type: 'member.joined', origin: actor.origin, group, user: actor.user });
      const { messages } = this.page(group, at, { limit: 2 });
      return { group, members: membersOf.all({ group: id }), messages };
    });
  }

  leave(actor: Actor, ref: GroupRef) {
    return this.queue.run((emit) => {
      const { group } = this.membership(actor, ref);
      this.statements.removeMembership.run({ group: group.id, user: actor.user.id });
      this.statements.memberLeft.run({ group: group.id });
      emit({ type: 'member.left', origin: actor.origin, group, user: actor.user });
      return { group };
    });
  }

  members(actor: Actor, ref: GroupRef): Promise<{ group: Group; members: User[] }> {
    return this.read(() => {
      const { group } = this.membership(actor, ref);
      return { group, members: this.statements.membersOf.all({ group: group.id }) };
    });
  }

  post(actor: Actor, ref: GroupRef, { subject, content, key }: NewMessage) {
    return this.queue.run((emit) => {
      const { group } = this.membership(actor, ref);
      const posted = key === undefined ? undefined : this.postedBefore(actor, group, key);
      if (posted) return { group, message: posted };
      const at = this.clock.tick();
      const { number } = this.statements.takeNumber.get({ group: group.id });
      this.statements.addMessage.run({
        group: group.id,
        number,
        user: actor.user.id,
        at,
        subject,
        content,
        key: key ?? null,
      });
      const message: Header = { number, sender: actor.user.name, postedAt: at, subject };
      emit({ type: 'message.posted', origin: actor.origin, group, message });
      return { group, message };
    });
  }

  message(
    actor: Actor,
    ref: GroupRef,
    number: number,
  ): Promise<{ group: Group; message: Message }> {
    return this.read(() => {
      const { group, joined } = this.membership(actor, ref);
      const message = this.statements.visible.one.get({ group: group.id, joined, number });
      if (!message) throw boardError('MESSAGE_NOT_FOUND', group.name, number);
      return { group, message };
    });
  }

  messages(actor: Actor, ref: GroupRef, page: Page) {
    return this.read(() => {
      const { group, joined } = this.membership(actor, ref);
      return { group, ...this.page(group, joined, page) };
    });
  }

  markRead(actor: Actor, ref: GroupRef, number: number): Promise<void> {
    return this.queue.run(() => {
      const { group, lastNumber } = this.membership(actor, ref);
      const seen = Math.min(number, lastNumber);
      this.statements.markRead.run({ group: group.id, user: actor.user.id, number: seen });
    });
  }

  async announceOutsideChanges(): Promise<void> {
    if (this.statements.outsideChanges.all().length === 0) return;
    await this.queue.run((emit) => {
      const rows = this.statements.outsideChanges.all();
      for (const row of rows) emit(JSON.parse(row.event) as OutsideEvent);
      this.statements.forgetOutsideChanges.run({ id: rows.at(-1)?.id ?? 0 });
    });
  }

  /** Commits what is waiting, empties the log into the database and closes it. */
  close(): void {
    this.queue.close();
    this.client.pragma('wal_checkpoint(TRUNCATE)');
    this.client.close();
  }

  private async read<T>(operation: () => T): Promise<T> {
    try {
      return operation();
    } catch (error) {
      throw asBoardError(error);
    }
  }

  private access(actor: Actor, ref: GroupRef): Access {
    const user = actor.user.id;
    const found =
      'id' in ref
        ? this.statements.accessById.get({ group: ref.id, user })
        : this.statements.accessByKey.get({ key: ref.key, user });
    if (!found) throw boardError('GROUP_NOT_FOUND', 'id' in ref ? String(ref.id) : ref.name);
    return found;
  }

  private membership(actor: Actor, ref: GroupRef) {
    const { id, name, lastNumber, joinedAt } = this.access(actor, ref);
    if (joinedAt === null) throw boardError('NOT_MEMBER', name);
    return { group: { id, name }, joined: joinedAt, lastNumber };
  }

  /** One message more is asked for than the page holds, to know whether there are more. */
  private page(group: Group, joined: number, { before, after, limit }: Page) {
    const query = this.statements.visible[after === undefined ? 'newest' : 'oldest'];
    const found = query.all({
      group: group.id,
      joined,
      before: before ?? everything.before,
      after: after ?? everything.after,
      limit: limit + 1,
    });
    const messages = found.slice(0, limit);
    if (after === undefined) messages.reverse();
    return { messages, more: found.length > limit };
  }

  private postedBefore(actor: Actor, group: Group, key: string): Header | undefined {
    const found = this.statements.messageByKey.get({ user: actor.user.id, key });
    if (!found) return undefined;
    const { number, postedAt, subject } = found;
    if (found.groupId !== group.id) throw boardError('KEY_REUSED', number, found.group);
    return { number, sender: actor.user.name, postedAt, subject };
  }
}
