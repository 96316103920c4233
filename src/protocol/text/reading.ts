import { isDirectName } from '../direct.ts';
import { BoardError } from '../errors.ts';
import { limits } from '../limits.ts';
import { type NumberRange, withoutCatchUp, withRead } from '../marks.ts';
import type { Call, FullMessage, Result } from '../schemas.ts';
import { conversations } from './conversations.ts';

/** A group of the board, or a direct conversation of the user. */
interface ReadGroup {
  readonly id: number;
  readonly name: string;
  readonly joined: boolean;
  readonly unread: number;
  readonly mentions: number;
  readonly lastRead: number;
  readonly ranges: readonly NumberRange[];
}

/** A group that `catchUp` has marked as read. */
export interface CaughtUp {
  readonly id: number;
  readonly name: string;
  /** How many messages were unread, up to `limits.unread`. */
  readonly unread: number;
}

interface Undoable extends CaughtUp {
  readonly was: Result<'group.markRead'>['was'];
  /** The number up to which it was marked as read. */
  readonly upTo: number;
}

/**
 * Where a user is reading, and what they have read in this session. What is unread, and how much of it there is,
 * the board says: no other count is shown to the user.
 */
export class Reading {
  private group: number | undefined;
  private thread: number | undefined;
  /** By group: messages that were shown while the board could not store that they are read. */
  private readonly unstored = new Map<number, readonly NumberRange[]>();
  private caughtUp: readonly Undoable[] = [];

  /** Reading goes on here: in the thread first, then in the rest of the group. */
  enter(group: number, thread?: number): void {
    this.group = group;
    this.thread = thread;
  }

  /**
   * The oldest unread message: of the thread that was read last, of its group, or of the next group with unread
   * messages, in this order.
   */
  async next(call: Call): Promise<FullMessage | undefined> {
    if (this.group !== undefined) {
      const message = await this.nextIn(call, this.group, this.thread);
      if (message) return message;
    }
    for (const { id } of await this.unread(call)) {
      const message = await this.nextIn(call, id);
      if (message) return message;
    }
    return undefined;
  }

  /** The groups with unread messages; the group that was read last comes first. */
  async unread(call: Call): Promise<ReadGroup[]> {
    const groups = await this.all(call);
    return groups
      .filter(({ unread }) => unread > 0)
      .sort((a, b) => Number(b.id === this.group) - Number(a.id === this.group));
  }

  /** How many messages of one group or direct conversation are unread. */
  async unreadIn(call: Call, { group, name }: { group: number; name: string }): Promise<number> {
    if (!isDirectName(name)) {
      const { groups } = await this.groups(call);
      return groups.find(({ id }) => id === group)?.unread ?? 0;
    }
    const { conversations } = await call('direct.list', { after: group - 1, limit: 1 });
    const [found] = conversations;
    if (found?.id !== group) return 0;
    return this.withoutShown({ ...found, name, joined: true }).unread;
  }

  /** The groups of the board, with what is unread after what was shown here. */
  async groups(call: Call): Promise<Result<'group.list'>> {
    const { groups, ...list } = await call('group.list', {});
    return { ...list, groups: groups.map((group) => this.withoutShown(group)) };
  }

  /**
   * Marks messages of a group as read, because the user was shown their contents. If the board cannot write, they
   * stay unread there, and are stored with the next messages that are shown.
   */
  async shown(call: Call, group: number, ...numbers: number[]): Promise<void> {
    // Of a thread with many messages, each may be a range of its own.
    for (let at = 0; at < numbers.length; at += limits.rangesAtOnce) {
      await this.markShown(call, group, numbers.slice(at, at + limits.rangesAtOnce));
    }
  }

  private async markShown(call: Call, group: number, numbers: readonly number[]): Promise<void> {
    const shown = numbers.map((number): NumberRange => [number, number]);
    const none = { lastRead: -1, ranges: this.unstored.get(group) ?? [] };
    this.unstored.set(group, withRead(none, shown).ranges.slice(-limits.rangesAtOnce));
    try {
      for (const [id, ranges] of this.unstored) {
        await this.markRead(call, id, ranges);
        this.unstored.delete(id);
      }
    } catch (error) {
      if (!(error instanceof BoardError && error.code === 'STORAGE_FAILED')) throw error;
    }
  }

  /** Marks all messages of some groups as read. `undo` takes it back. */
  async catchUp(call: Call, groups: readonly (number | string)[]): Promise<CaughtUp[]> {
    const before = new Map((await this.all(call)).map(({ id, unread }) => [id, unread]));
    const done: Undoable[] = [];
    for (const group of groups) {
      const {
        groupId: id,
        group: name,
        lastRead: upTo,
        was,
      } = await call('group.markRead', { group });
      this.unstored.delete(id);
      done.push({ id, name, unread: before.get(id) ?? 0, was, upTo });
      this.caughtUp = done;
    }
    return done;
  }

  /** Takes the last `catchUp` back. What was read after it stays read. */
  async undo(call: Call): Promise<CaughtUp[]> {
    const undone = this.caughtUp;
    const groups = await this.all(call);
    for (const { id, was, upTo } of undone) {
      const now = groups.find((group) => group.id === id);
      if (!now?.joined) continue;
      // A list can leave ranges out.
      const marks = await call('message.markRead', { group: id, number: 0 });
      const { lastRead, ranges } = withoutCatchUp(marks, was, upTo);
      await call('group.restoreMarks', {
        group: id,
        lastRead,
        ranges: ranges.map(([a, b]) => [a, b]),
      });
    }
    this.caughtUp = [];
    const after = await this.all(call);
    return undone.flatMap(({ id }) => after.find((group) => group.id === id && group.joined) ?? []);
  }

  /** All groups of the board and the direct conversations of the user. */
  private async all(call: Call): Promise<ReadGroup[]> {
    const all: ReadGroup[] = (await this.groups(call)).groups;
    for await (const page of conversations(call)) {
      for (const { group: name, ...rest } of page) {
        all.push(this.withoutShown({ ...rest, name, joined: true }));
      }
    }
    return all;
  }

  private withoutShown<G extends ReadGroup>(group: G): G {
    const unread = group.unread - this.shownIn(group);
    return { ...group, unread, mentions: Math.min(group.mentions, unread) };
  }

  private async nextIn(
    call: Call,
    group: number,
    thread?: number,
  ): Promise<FullMessage | undefined> {
    const read = (this.unstored.get(group) ?? []).map(([a, b]): [number, number] => [a, b]);
    try {
      const { message, ...of } = await call('message.next', {
        group,
        ...(thread !== undefined && { thread }),
        ...(read.length > 0 && { read }),
      });
      return message && { ...message, ...of };
    } catch (error) {
      if (!isGone(error)) throw error;
      return undefined;
    }
  }

  private async markRead(call: Call, group: number, ranges: readonly NumberRange[]): Promise<void> {
    try {
      await call('message.markRead', { group, ranges: ranges.map(([a, b]) => [a, b]) });
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }

  /** How many unread messages of a group were shown here. */
  private shownIn({ id, unread }: ReadGroup): number {
    if (unread >= limits.unread) return 0;
    const shown = this.unstored.get(id) ?? [];
    return Math.min(
      unread,
      shown.reduce((sum, [first, last]) => sum + last - first + 1, 0),
    );
  }
}

/** Whether the user is not in the group any more. */
function isGone(error: unknown): boolean {
  return (
    error instanceof BoardError && (error.code === 'NOT_MEMBER' || error.code === 'GROUP_NOT_FOUND')
  );
}
