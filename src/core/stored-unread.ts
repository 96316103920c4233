import { setImmediate as nextTurn } from 'node:timers/promises';
import type { TextContext, UnreadMessage, UnreadMessages } from '../protocol/text/command.ts';

type Asker = Pick<TextContext, 'call' | 'user'>;

// After a message was read, unread messages are counted in at most this many groups. The second limit is how many
// messages are read from the database at once. Other connections have their turn after each search of an index.
const groupsCounted = 10;
const messagesCounted = 100;

/**
 * The unread messages of a person at a text connection: those that are stored after the read marks. It
 * does not remember which messages the person was notified of.
 */
export class StoredUnread implements UnreadMessages {
  /** The group last read from. */
  private current: number | undefined;
  /** By group, the number up to which messages were read or had been removed. */
  private readonly passed = new Map<number, number>();

  async next(asker: Asker): Promise<UnreadMessage | undefined> {
    for (const { id, after } of await this.groups(asker)) {
      const number = await this.firstAfter(id, after, asker);
      if (number === undefined) continue;
      this.current = id;
      return { group: id, number };
    }
    return undefined;
  }

  async left(asker: Asker): Promise<{ group: string; count: number; more: boolean }[]> {
    const left = [];
    for (const { id, name, after } of (await this.groups(asker)).slice(0, groupsCounted)) {
      const page = { group: id, after, limit: messagesCounted };
      const { messages, more } = await asker.call('message.list', page);
      const count = messages.filter(({ sender }) => sender !== asker.user).length;
      if (count > 0) left.push({ group: name, count, more });
      await nextTurn();
    }
    return left;
  }

  read(group: number, number: number): void {
    this.passed.set(group, number);
  }

  /** The groups with messages after the read mark; the group last read from comes first. */
  private async groups({ call }: Asker): Promise<{ id: number; name: string; after: number }[]> {
    const { groups } = await call('group.list', {});
    return groups
      .map(({ id, name, lastRead, lastNumber }) => ({
        id,
        name,
        after: Math.max(lastRead, this.passed.get(id) ?? 0),
        lastNumber,
      }))
      .filter(({ after, lastNumber }) => lastNumber > after)
      .sort((a, b) => Number(b.id === this.current) - Number(a.id === this.current));
  }

  /** The number of the first message of another user. The messages before it are marked as read. */
  private async firstAfter(
    group: number,
    after: number,
    { call, user }: Asker,
  ): Promise<number | undefined> {
    for (let reached = after; ; ) {
      const page = { group, after: reached, limit: messagesCounted };
      const { messages, more } = await call('message.list', page);
      const found = messages.find(({ sender }) => sender !== user);
      if (found) return found.number;
      reached = messages.at(-1)?.number ?? reached;
      if (messages.length > 0) await call('message.markRead', { group, number: reached });
      if (!more) return undefined;
      await nextTurn();
    }
  }
}
