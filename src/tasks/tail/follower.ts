import { once } from 'node:events';
import type { BoardClient } from '../../client/board-client.ts';
import { cleanLine } from '../../protocol/clean.ts';
import { BoardError } from '../../protocol/errors.ts';
import { noneLeft } from '../../protocol/exhaustive.ts';
import { isMentioned } from '../../protocol/mentions.ts';
import type { Header, Membership, Notice } from '../../protocol/schemas.ts';
import { TaskError } from '../task-error.ts';
import { PendingChanges, type TailChange } from './changes.ts';
import { Cursor, type TailMessage } from './cursor.ts';
import {
  type Since,
  type Start,
  startOf,
  startsOfNewest,
  startsOfNewestMentions,
} from './since.ts';

type Ended = Extract<Notice, { method: 'membership.ended' }>['params'];

export interface FollowOptions {
  /** Empty for all groups of the user, including those that are joined later. */
  readonly groups: readonly string[];
  readonly since: Since | undefined;
  /** Begin with so many of the newest messages of all groups together, in place of `since`. */
  readonly newest: number | undefined;
  readonly headers: boolean;
  /** Whether to find out which replies are to messages that the user cannot see. */
  readonly marksReplies: boolean;
  /** Only messages of the thread with this number, if it is given. */
  readonly thread: number | undefined;
  /** Whether to read edits and deletions too. */
  readonly edits: boolean;
  /** Whether to show only messages that mention the user. */
  readonly mentions: boolean;
  /** Whether to wait for later messages. */
  readonly follow: boolean;
  /** Stops when aborted. */
  readonly signal: AbortSignal;
  /** Is told in a sentence that a group is not followed any more, if others still are. */
  readonly tell: (text: string) => void;
}

/** Reads the messages of several groups, each message once and each group in order. */
export class Follower {
  private readonly cursors = new Map<number, Cursor>();
  private readonly changes = new EventTarget();
  private readonly edits: PendingChanges;
  private changed = false;
  /** Why the session has ended. */
  private end: Error | undefined;

  private constructor(
    private readonly client: BoardClient,
    private readonly options: FollowOptions,
  ) {
    this.edits = new PendingChanges(options.headers);
    if (options.follow) {
      client.on('notice', (notice) => this.hear(notice));
      client.on('resumed', () => this.distrust());
    }
    client.on('ended', (error) => {
      this.end = error;
      this.wake();
    });
    options.signal.addEventListener('abort', () => this.wake());
  }

  /** @throws BoardError `GROUP_NOT_FOUND`, `NOT_MEMBER`; TaskError if there is no group to follow */
  static async start(client: BoardClient, options: FollowOptions): Promise<Follower> {
    const follower = new Follower(client, options);
    await follower.open();
    return follower;
  }

  get names(): string[] {
    return [...this.cursors.values()].map(({ name }) => name);
  }

  /** The first number of a group that is visible to the user, for a message that was just read; 0 if it is not needed. */
  firstVisible(group: number): number {
    return this.cursors.get(group)?.firstVisible ?? 0;
  }

  /**
   * Ends when the signal is aborted, or after the last message without `follow`.
   * @throws when the session ends, or the last group is deleted or left
   */
  async *messages(): AsyncGenerator<TailMessage | TailChange> {
    while (!this.options.signal.aborted) {
      this.changed = false;
      const oldest = (await this.edited()) ?? (await this.oldest());
      if (oldest) {
        yield oldest;
      } else {
        if (this.end) throw this.end;
        if (!this.options.follow) return;
        if (!this.changed) await once(this.changes, 'change');
      }
    }
  }

  private async open(): Promise<void> {
    const { since, newest, thread, mentions } = this.options;
    const groups = await this.named();
    const starts =
      newest === undefined
        ? new Map(groups.map((membership) => [membership.id, startOf(membership, since)]))
        : await (mentions ? startsOfNewestMentions : startsOfNewest)(
            this.client.call,
            groups,
            newest,
            thread,
          );
    for (const membership of groups) {
      const start = starts.get(membership.id);
      if (start) this.add(membership, start);
    }
  }

  /** The groups to follow. */
  private async named(): Promise<readonly Membership[]> {
    const { groups } = this.options;
    const { memberships } = this.client;
    if (groups.length === 0) {
      if (memberships.length > 0) return memberships;
      throw new TaskError('You are in no group. Name one, and add --join to join it first.');
    }
    const found = new Set<number>();
    for (const group of groups) {
      // The board finds groups by number, and by name in any case.
      found.add((await this.client.call('message.list', { group, limit: 1 })).groupId);
    }
    return memberships.filter(({ id }) => found.has(id));
  }

  private add({ id, group: name }: Pick<Membership, 'id' | 'group'>, start: Start): void {
    const { headers, marksReplies, thread, mentions } = this.options;
    const shows = mentions
      ? (message: Header) => isMentioned(message, this.client.user)
      : undefined;
    this.cursors.set(id, new Cursor({ id, name, headers, marksReplies, thread, shows, ...start }));
  }

  /** The message posted first among those that come next in their groups. */
  private async oldest(): Promise<TailMessage | undefined> {
    // While one group was asked, another may have got a message, which may be older.
    while (this.cursorsToFill.length > 0) {
      for (const cursor of this.cursorsToFill) await this.fill(cursor);
    }
    const [first] = [...this.cursors.values()]
      .filter(({ next }) => next !== undefined)
      .sort((a, b) => ((a.next?.postedAt ?? '') < (b.next?.postedAt ?? '') ? -1 : 1));
    const message = first?.next;
    first?.take();
    return message;
  }

  /** An edit or a deletion of a message that was read before. */
  private edited(): Promise<TailChange | undefined> {
    return this.edits.next(this.cursors, this.client.call);
  }

  private get cursorsToFill(): Cursor[] {
    return [...this.cursors.values()].filter(({ next, stale }) => next === undefined && stale);
  }

  private async fill(cursor: Cursor): Promise<void> {
    try {
      await cursor.fill(this.client.call);
    } catch (error) {
      const gone = error instanceof BoardError ? goneBy(error, cursor) : undefined;
      if (!gone) throw error;
      // A notice that says who removed the user, and why, may come right after the reply.
      await this.client.call('ping', {});
      // The error of the board has the group's number, so this one has its name.
      if (this.cursors.delete(cursor.id) && this.cursors.size === 0) throw gone;
    }
  }

  private hear(notice: Notice): void {
    const { method, params } = notice;
    switch (method) {
      case 'message.edited':
      case 'message.deleted':
        if (!this.options.edits) break;
        this.edits.add(notice);
        this.wake();
        break;
      case 'presence.changed':
      case 'session.closing':
      case 'mutes.changed':
      case 'groups.changed':
      case 'group.logged':
      case 'group.invited':
      case 'message.reported':
        break;
      case 'message.posted': {
        const cursor = this.cursors.get(params.groupId);
        if (cursor) {
          if (!cursor.wants(params.message)) break;
          cursor.stale = true;
          this.wake();
        } else {
          this.distrust();
        }
        break;
      }
      case 'direct.opened':
      case 'member.joined':
      case 'member.left':
      case 'member.renamed':
      case 'group.changed':
      case 'group.removed':
      case 'messages.purged':
      case 'marks.changed':
      case 'membership.changed':
        this.distrust();
        break;
      case 'membership.ended':
        this.stop(params);
        break;
      default:
        noneLeft(method);
    }
  }

  /** The user was removed from a group, of which nothing more can be read. */
  private stop({ group, groupId, act, by, reason }: Ended): void {
    if (!this.cursors.delete(groupId)) return;
    const how = act === 'bar' ? 'barred' : 'removed';
    const why = reason === undefined ? '' : `: ${cleanLine(reason)}`;
    const text = `You were ${how} from ${group} by ${by ?? 'the operator'}${why}.`;
    if (this.cursors.size === 0) this.end = new TaskError(text);
    else this.options.tell(text);
    this.wake();
  }

  /** Something has changed: asks all groups again. */
  private distrust(): void {
    for (const cursor of this.cursors.values()) cursor.stale = true;
    this.wake();
    if (this.options.groups.length === 0) this.addJoined();
  }

  /** Adds groups that the user has joined. Messages posted after the join are shown. */
  private addJoined(): void {
    for (const membership of this.client.memberships) {
      if (!this.cursors.has(membership.id)) this.add(membership, { after: membership.lastNumber });
    }
  }

  private wake(): void {
    this.changed = true;
    this.changes.dispatchEvent(new Event('change'));
  }
}

/** The error if a group cannot be followed any more. Undefined for any other error. */
function goneBy({ code }: BoardError, { name }: Cursor): TaskError | undefined {
  if (code === 'GROUP_NOT_FOUND')
    return new TaskError(`The group ${name} does not exist any more.`);
  if (code === 'NOT_MEMBER') return new TaskError(`You are not a member of ${name} any more.`);
  return undefined;
}
