import { once } from 'node:events';
import type { BoardClient } from '../../client/board-client.ts';
import { BoardError } from '../../protocol/errors.ts';
import { noneLeft } from '../../protocol/exhaustive.ts';
import type { Membership, Notice } from '../../protocol/schemas.ts';
import { UserError } from '../errors.ts';
import { Cursor, type TailMessage } from './cursor.ts';
import { type Since, type Start, startOf, startsOfNewest } from './since.ts';

export interface FollowOptions {
  /** Every group that one is in, those joined later too, where none is named. */
  readonly groups: readonly string[];
  readonly since: Since | undefined;
  /** Begin at the newest so many messages of all groups together, in place of `since`. */
  readonly newest: number | undefined;
  readonly headers: boolean;
  /** Whether to wait for what is posted later. */
  readonly follow: boolean;
  /** Ends it when aborted. */
  readonly signal: AbortSignal;
}

/** Follows groups of a board: the messages of all of them, each group's in order, each once. */
export class Follower {
  private readonly cursors = new Map<number, Cursor>();
  private readonly changes = new EventTarget();
  private changed = false;
  /** Why there is no board any more. */
  private end: Error | undefined;

  private constructor(
    private readonly client: BoardClient,
    private readonly options: FollowOptions,
  ) {
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

  /** @throws BoardError `GROUP_NOT_FOUND`, `NOT_MEMBER`; UserError where there is no group to follow */
  static async start(client: BoardClient, options: FollowOptions): Promise<Follower> {
    const follower = new Follower(client, options);
    await follower.open();
    return follower;
  }

  get names(): string[] {
    return [...this.cursors.values()].map(({ name }) => name);
  }

  /** Ends when the signal is aborted, or with what there is. @throws when the session is over, or the last group is */
  async *messages(): AsyncGenerator<TailMessage> {
    while (!this.options.signal.aborted) {
      this.changed = false;
      const oldest = await this.oldest();
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
    const { since, newest } = this.options;
    const groups = await this.named();
    const starts =
      newest === undefined
        ? new Map(groups.map((membership) => [membership.id, startOf(membership, since)]))
        : await startsOfNewest(this.client.call, groups, newest);
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
      throw new UserError('You are in no group. Name one, and add --join to join it first.');
    }
    const found = new Set<number>();
    for (const group of groups) {
      // The board knows names in any case, and numbers.
      found.add((await this.client.call('message.list', { group, limit: 1 })).groupId);
    }
    return memberships.filter(({ id }) => found.has(id));
  }

  private add({ id, group: name }: Pick<Membership, 'id' | 'group'>, start: Start): void {
    const { headers } = this.options;
    this.cursors.set(id, new Cursor({ id, name, headers, ...start }));
  }

  /** The message posted first among those that come next in their groups. */
  private async oldest(): Promise<TailMessage | undefined> {
    // Again for one that has got a message while another was asked: that one may be the older.
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

  private get cursorsToFill(): Cursor[] {
    return [...this.cursors.values()].filter(({ next, stale }) => next === undefined && stale);
  }

  private async fill(cursor: Cursor): Promise<void> {
    try {
      await cursor.fill(this.client.call);
    } catch (error) {
      const gone = error instanceof BoardError ? goneBy(error, cursor) : undefined;
      if (!gone) throw error;
      this.cursors.delete(cursor.id);
      // By its name: the board tells of the number, which it was asked for.
      if (this.cursors.size === 0) throw gone;
    }
  }

  private hear({ method, params }: Notice): void {
    switch (method) {
      case 'presence.changed':
      case 'session.closing':
        break;
      case 'message.posted': {
        const cursor = this.cursors.get(params.groupId);
        if (cursor) {
          cursor.stale = true;
          this.wake();
        } else {
          this.distrust();
        }
        break;
      }
      case 'member.joined':
      case 'member.left':
      case 'member.renamed':
      case 'group.changed':
      case 'group.removed':
      case 'messages.purged':
      case 'marks.changed':
        this.distrust();
        break;
      default:
        noneLeft(method);
    }
  }

  /** Anything may have happened. */
  private distrust(): void {
    for (const cursor of this.cursors.values()) cursor.stale = true;
    this.wake();
    if (this.options.groups.length === 0) this.addJoined();
  }

  /** Groups that one was not in before: all that was posted there since is news. */
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

/** Why a group is followed no more; undefined for an error that says nothing of the kind. */
function goneBy({ code }: BoardError, { name }: Cursor): UserError | undefined {
  if (code === 'GROUP_NOT_FOUND') return new UserError(`The group ${name} is there no more.`);
  if (code === 'NOT_MEMBER') return new UserError(`You are not a member of ${name} any more.`);
  return undefined;
}
